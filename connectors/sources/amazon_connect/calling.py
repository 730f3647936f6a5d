"""Asking Amazon Connect through botocore, which is an extra: signing, retries, pages, and errors in plain words."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from connectors.errors import ConfigError, SourceError
from connectors.http import expect
from connectors.options import Secret

_ARN = re.compile(r"arn:aws[a-z-]*:connect:([a-z0-9-]+):\d{12}:instance/([A-Za-z0-9-]{1,100})")
# What Amazon says when asking again later can help; all else needs a person.
_PASSING = frozenset(
    [
        *("ThrottlingException", "TooManyRequestsException", "InternalServiceException", "InternalServerException"),
        *("ServiceUnavailableException", "ServiceUnavailable", "RequestTimeout", "RequestTimeoutException"),
    ]
)
_MOST_PAGES = 10_000


class Amazon:
    """The service of one instance, reached when it is first asked."""

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        where = f"[sources.{name}]"
        if importlib.util.find_spec("botocore") is None:
            raise ConfigError(f'{where} amazon_connect needs botocore; run: pip install "andrang[amazon]"')
        found = _ARN.fullmatch(values["instance"])
        if not found:
            raise ConfigError(
                f"{where} instance must be the ARN of the instance, arn:aws:connect:REGION:ACCOUNT:instance/ID,"
                f" got {values['instance']!r}"
            )
        if (values["access_key_id"] is None) != (values["secret_access_key"] is None):
            raise ConfigError(f"{where} access_key_id and secret_access_key belong together; give both or neither")
        self.name, self.arn, self.region, self.instance = name, values["instance"], found[1], found[2]
        self._key: str | None = values["access_key_id"]
        self._secret: Secret | None = values["secret_access_key"]
        self._timeout_s: float = values["timeout_s"]

    @cached_property
    def client(self) -> Any:
        """The client of botocore; without keys it looks for them where AWS tools do."""
        session = importlib.import_module("botocore.session").Session()
        config = importlib.import_module("botocore.config").Config(
            connect_timeout=self._timeout_s,
            read_timeout=self._timeout_s,
            retries={"mode": "standard", "total_max_attempts": 5},
        )
        keys = {}
        if self._secret is not None:
            keys = {"aws_access_key_id": self._key, "aws_secret_access_key": self._secret.reveal()}
        return session.create_client("connect", region_name=self.region, config=config, **keys)

    def pages(self, operation: str, **question: Any) -> Iterator[dict[str, Any]]:
        """The answers' pages, linked by NextToken."""
        token: str | None = None
        seen: set[str] = set()
        for _ in range(_MOST_PAGES):
            answer = self.ask(operation, **question, **({"NextToken": token} if token else {}))
            yield answer
            token = answer.get("NextToken")
            if not token:
                return
            if token in seen:
                raise SourceError(self.name, "gives the same NextToken twice, so paging never ends", permanent=False)
            seen.add(token)
        raise SourceError(self.name, f"gives more than {_MOST_PAGES} pages", permanent=False)

    def ask(self, operation: str, **question: Any) -> dict[str, Any]:
        """One answer; SourceError where there is none."""
        errors = importlib.import_module("botocore.exceptions")
        try:
            answer = getattr(self.client, operation)(**question)
        except errors.ClientError as error:
            said = error.response.get("Error", {})
            raise self._refused(str(said.get("Code", "")), str(said.get("Message", ""))[:200]) from None
        except (errors.NoCredentialsError, errors.PartialCredentialsError, errors.CredentialRetrievalError) as error:
            message = f"has no credentials ({error}); give access_key_id and secret_access_key, or a role"
            raise SourceError(self.name, message, permanent=True) from None
        except errors.ParamValidationError as error:
            raise SourceError(self.name, f"cannot be asked like this: {str(error)[:300]}", permanent=True) from None
        except (errors.BotoCoreError, OSError) as error:
            message = f"could not be reached ({type(error).__name__}); it is asked again later"
            raise SourceError(self.name, message, permanent=False) from None
        return dict(expect(answer, dict, name=self.name, what="the answer"))

    def _refused(self, code: str, message: str) -> SourceError:
        if code in _PASSING:
            return SourceError(
                self.name, f"is throttled or unavailable ({code}); it is asked again later", permanent=False
            )
        hint = "check keys, rights and the ARN of the instance"
        return SourceError(self.name, f"refuses ({code}: {message}); {hint}", permanent=True)
