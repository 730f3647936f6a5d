"""Signature Version 4 of AWS: botocore signs each question, and finds credentials where AWS tools do."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.errors import ConfigError
from connectors.http.exchange import Exchange, Question
from connectors.http.failure import Failure
from connectors.options import Secret


class SigV4Auth:
    """Signs for one service in one region; without a key of its own it takes what botocore finds."""

    def __init__(
        self, name: str, service: str, *, region: str, key_id: str | None = None, secret: Secret | None = None
    ) -> None:
        where = f"[sources.{name}]"
        if importlib.util.find_spec("botocore") is None:
            raise ConfigError(f'{where} signing for AWS needs botocore; run: pip install "andrang[amazon]"')
        if (key_id is None) != (secret is None):
            raise ConfigError(f"{where} access_key_id and secret_access_key belong together; give both or neither")
        self._service, self._region = service, region
        self._key_id, self._secret = key_id, secret
        self._found: Any = None
        self._shown: tuple[str, ...] = ()

    def headers(self, exchange: Exchange, *, question: Question, deadline: float) -> Mapping[str, str]:
        """Authorization, date, and a session's token where there is one."""
        request = _module("awsrequest").AWSRequest(
            method=question.method, url=str(question.url), data=question.content or b""
        )
        _module("auth").SigV4Auth(self._credentials(), self._service, self._region).add_auth(request)
        return dict(request.headers.items())

    def renew(self) -> bool:
        """Credentials that were found are looked for again; a key of the block cannot be renewed."""
        known, self._found = self._found is not None, None
        return known

    def hidden(self) -> Sequence[str]:
        """The secret key and the session's token."""
        return self._shown if self._secret is None else (self._secret.reveal(),)

    def _credentials(self) -> Any:
        if self._secret is not None:
            return _module("credentials").Credentials(self._key_id, self._secret.reveal())
        frozen = self._looked_for()
        self._shown = tuple(text for text in (frozen.secret_key, frozen.token) if text)
        return frozen

    def _looked_for(self) -> Any:
        try:
            if self._found is None:
                self._found = _module("session").Session().get_credentials()
            frozen = None if self._found is None else self._found.get_frozen_credentials()
        except _module("exceptions").BotoCoreError as error:
            raise Failure(f"has no credentials: {type(error).__name__}; {_REMEDY}", permanent=True) from None
        if frozen is None:
            raise Failure(f"has no credentials; {_REMEDY}", permanent=True)
        return frozen


_REMEDY = "give access_key_id and secret_access_key, or a role"


def _module(name: str) -> Any:
    """Part of botocore, which is an extra and slow to import."""
    return importlib.import_module(f"botocore.{name}")
