"""What can go wrong in one exchange, before the source's name is known; the client makes SourceErrors of it."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

_SAID = {
    400: "refuses the request (400); check the options of this source",
    401: "refuses the credentials (401); check user and secret, and whether they have expired",
    402: "asks for payment (402); check the account",
    403: "denies access (403); give the account the right to do this",
    404: "does not know this address (404); check the url and the names in the options",
    405: "does not allow the request (405); check the url",
    410: "says that this address no longer exists (410); a newer version of this program may be needed",
    422: "refuses the request (422); check the options of this source",
    429: "asks for fewer requests (429)",
}
_SHORTEST_SECRET = 3  # to hide every "a" would hide the message
_WORTH_RETRYING = frozenset((408, 425, 429))


class Failure(Exception):  # noqa: N818 (an error on its way to become a SourceError)
    """`retry`: within this call; `permanent`: a person has to act; `wait_s` [s]: the pause the server asks for.

    `status` is that of the answer, where there was one.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry: bool = True,
        wait_s: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.retry = retry and not permanent
        self.wait_s = wait_s
        self.status = status

    def veiled(self, secrets: Sequence[str]) -> Failure:
        """The same without the secrets that a server may have quoted in its answer."""
        for secret in sorted(secrets, key=len, reverse=True):
            if len(secret) >= _SHORTEST_SECRET:
                self.message = self.message.replace(secret, "…")
        self.args = (self.message,)
        return self


def of_status(status: int, *, said: str = "", wait_s: float | None = None) -> Failure:
    """The failure an answer's status stands for; `said` is what the server wrote about it."""
    message = _SAID.get(status) or f"answers {status} {_phrase(status)}".strip()
    if said:
        message += f": {said}"
    passing = status in _WORTH_RETRYING or status >= 500
    return Failure(message, permanent=not passing, wait_s=wait_s, status=status)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
