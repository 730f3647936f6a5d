"""OAuth 2 with client credentials: a token is fetched when it is first needed, before it runs out, and when refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from connectors.http.auth import basic
from connectors.http.body import decode
from connectors.http.clock import clock
from connectors.http.exchange import Exchange, Question, Received, refuse_failure
from connectors.http.failure import Failure
from connectors.options import Secret

_EARLY_S = 60.0
_USUAL_S = 3600.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class OAuthClientCredentials:
    """The token endpoint may be a path of the source's own address, or an address of its own."""

    def __init__(
        self,
        token_url: str,
        client_id: str,
        secret: Secret,
        *,
        scope: str | None = None,
        grant: str = "client_credentials",
        extra: Mapping[str, str | Secret] | None = None,
        in_body: bool = False,
    ) -> None:
        self._token_url, self._client_id, self._secret = token_url, client_id, secret
        self._form = {"grant_type": grant, **({"scope": scope} if scope else {}), **(extra or {})}
        self._in_body = in_body
        self._token: str | None = None
        self._until = 0.0

    def headers(self, exchange: Exchange, *, question: Question, deadline: float) -> Mapping[str, str]:
        """`Authorization: Bearer …` with a token that still holds."""
        if self._token is None or clock().monotonic() >= self._until:
            self._fetch(exchange, deadline)
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """A refused token is thrown away; whether there was one."""
        known, self._token = self._token is not None, None
        return known

    def hidden(self) -> Sequence[str]:
        """Secret, token, and all else that was sent for it."""
        secret = self._secret.reveal()
        more = [value.reveal() for value in self._form.values() if isinstance(value, Secret)]
        return (secret, basic(self._client_id, secret), *more, *([self._token] if self._token else []))

    def _fetch(self, exchange: Exchange, deadline: float) -> None:
        form = {key: value.reveal() if isinstance(value, Secret) else value for key, value in self._form.items()}
        headers = dict(_FORM)
        if self._in_body:
            form |= {"client_id": self._client_id, "client_secret": self._secret.reveal()}
        else:
            headers["Authorization"] = f"Basic {basic(self._client_id, self._secret.reveal())}"
        url = exchange.absolute(self._token_url)
        received = exchange.send("POST", url, headers=headers, content=urlencode(form).encode(), deadline=deadline)
        self._keep(received)

    def _keep(self, received: Received) -> None:
        if received.response.status_code in (400, 401, 403):
            raise Failure("refuses to give a token; check client id and secret", permanent=True)
        refuse_failure(received)
        body = decode(received.response, received.content)
        token = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise Failure("gives no access_token where a token was asked for; check the token's address")
        lasts = body.get("expires_in")
        lasts_s = float(lasts) if isinstance(lasts, int | float) and 0 < lasts < 1e9 else _USUAL_S
        self._token, self._until = token, clock().monotonic() + max(lasts_s - _EARLY_S, lasts_s / 2)
