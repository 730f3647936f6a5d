"""How a request says who asks. Secrets are read at the moment they are needed, and known so that they can be hidden."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Protocol

from connectors.http.exchange import Exchange, Question
from connectors.options import Secret


class Auth(Protocol):
    """A way to sign in."""

    def headers(self, exchange: Exchange, *, question: Question, deadline: float) -> Mapping[str, str]:
        """The headers that carry the credentials; may ask the server for a token first."""
        ...

    def renew(self) -> bool:
        """The credentials were refused: whether new ones can be had, so that asking again makes sense."""
        ...

    def hidden(self) -> Sequence[str]:
        """The texts that must never be shown."""
        ...


class BasicAuth:
    """User and password."""

    def __init__(self, user: str, secret: Secret) -> None:
        self._user, self._secret = user, secret

    def headers(self, exchange: Exchange, *, question: Question, deadline: float) -> Mapping[str, str]:
        """`Authorization: Basic …`."""
        return {"Authorization": f"Basic {basic(self._user, self._secret.reveal())}"}

    def renew(self) -> bool:
        """Nothing can be renewed."""
        return False

    def hidden(self) -> Sequence[str]:
        """The password, as it is and as it travels."""
        password = self._secret.reveal()
        return (password, basic(self._user, password))


class HeaderKeyAuth:
    """A key in a header of the vendor's choice."""

    def __init__(self, header: str, secret: Secret, *, prefix: str = "") -> None:
        self._header, self._secret, self._prefix = header, secret, prefix

    def headers(self, exchange: Exchange, *, question: Question, deadline: float) -> Mapping[str, str]:
        """The header with the key."""
        return {self._header: f"{self._prefix}{self._secret.reveal()}"}

    def renew(self) -> bool:
        """Nothing can be renewed."""
        return False

    def hidden(self) -> Sequence[str]:
        """The key."""
        return (self._secret.reveal(),)


class BearerAuth(HeaderKeyAuth):
    """`Authorization: Bearer …`, or with another word in front of the token."""

    def __init__(self, secret: Secret, prefix: str = "Bearer ") -> None:
        super().__init__("Authorization", secret, prefix=prefix)


def basic(user: str, password: str) -> str:
    """User and password as basic authentication writes them."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()
