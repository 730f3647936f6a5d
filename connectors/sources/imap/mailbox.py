"""A connection to a mailbox that looks and never touches: EXAMINE, SEARCH and FETCH of PEEKs, all bounded."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import SourceError
from connectors.http.failure import Failure
from connectors.http.guard import is_public, resolve
from connectors.sources.imap.mail import FIELDS, Told, told
from connectors.sources.imap.names import listed, quoted

_LARGEST = 4 << 20  # bytes of one message's header
_SPAN = 20_000  # UIDs looked for at once: the answer is one line, and imaplib bounds a line
_NUMBERS = re.compile(rb"\d+")
_DAYS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Server:
    """Where the mailbox is and how it is spoken to."""

    host: str
    port: int
    tls: str = "tls"
    ca_file: str | None = None
    timeout_s: float = 30.0
    allow_private_network: bool = False


class _Connection(imaplib.IMAP4):
    """A connection to an address that was judged, with TLS from its first byte or from STARTTLS on."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._context = ssl.create_default_context(cafile=server.ca_file) if server.tls != "none" else None
        super().__init__(server.host, server.port, timeout=server.timeout_s)
        if server.tls == "starttls":
            with _closing_on_failure(self.shutdown):
                self.starttls(ssl_context=self._context)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        addresses = resolve(self._server.host, self._server.port)
        refused = [one for one in addresses if not self._server.allow_private_network and not is_public(one)]
        if refused:
            raise Failure(
                f"the host {self._server.host} leads to {refused[0]}, on this machine or in a private network; "
                "if that is intended, set allow_private_network = true",
                permanent=True,
            )
        plain = _first(addresses, self._server.port, timeout)
        if self._context is None or self._server.tls != "tls":
            return plain
        with _closing_on_failure(plain.close):
            return self._context.wrap_socket(plain, server_hostname=self._server.host)

    def read(self, size: int) -> bytes:
        """As the library's, for literals of a sensible size."""
        if size > _LARGEST:
            raise self.abort(f"the server sends {size} bytes for the header of a message")
        return super().read(size)


@contextmanager
def _closing_on_failure(close: Callable[[], object]) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, imaplib.IMAP4.error):
        close()
        raise


def _first(addresses: list[str], port: int, timeout: float | None) -> socket.socket:
    for address in addresses[:-1]:
        with suppress(OSError):  # the next one may answer
            return socket.create_connection((address, port), timeout)
    return socket.create_connection((addresses[-1], port), timeout)


class Mailbox:
    """One signed-in connection."""

    def __init__(self, name: str, connection: imaplib.IMAP4) -> None:
        self._name, self._imap = name, connection

    def examine(self, folder: str) -> tuple[int, int, int]:
        """Open a folder for looking: its UIDVALIDITY, next UID, and number of mails."""
        status, data = self._imap.select(quoted(folder), readonly=True)
        if status != "OK":
            there = ", ".join(self.folders()[:40]) or "none"
            raise SourceError(self._name, f"there is no folder {folder!r} to read; there are {there}", permanent=True)
        return self._number("UIDVALIDITY"), self._number("UIDNEXT"), int(data[0] or b"0")

    def folders(self) -> list[str]:
        """The names of all folders."""
        _, data = self._imap.list()
        lines = [line for line in data or [] if isinstance(line, bytes)]
        return [name for name in map(listed, lines) if name is not None]

    def uids(self, after: int, *, below: int, since: datetime | None) -> Iterator[list[int]]:
        """The UIDs behind one that was read, ascending, in spans; `since`: those that came that day or later."""
        when = () if since is None else ("SINCE", _day(since - timedelta(days=1)))  # the server's day may be another
        for begin in range(after + 1, below, _SPAN):
            end = min(begin + _SPAN, below) - 1
            _, data = self._ok(self._imap.uid("SEARCH", "UID", f"{begin}:{end}", *when))
            yield sorted({n for n in map(int, _NUMBERS.findall(data[0] or b"")) if begin <= n <= end})

    def heads(self, uids: list[int]) -> list[Told]:
        """Flags, arrival and a few header lines; nobody's mail becomes read by this."""
        return self._fetch(uids, f"(UID FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS ({FIELDS})])")

    def flags(self, uids: list[int]) -> list[Told]:
        """The flags of those that are still there."""
        return self._fetch(uids, "(UID FLAGS)")

    def _fetch(self, uids: list[int], what: str) -> list[Told]:
        _, data = self._ok(self._imap.uid("FETCH", _set(uids), what))
        wanted = set(uids)
        return [one for one in told(data) if one.uid in wanted]

    def _ok(self, answer: tuple[str, list[Any]]) -> tuple[str, list[Any]]:
        if answer[0] != "OK":
            raise imaplib.IMAP4.error(f"the server refuses: {answer[1]!r}"[:200])
        return answer

    def _number(self, code: str) -> int:
        _, data = self._imap.response(code)
        if not data or not data[-1]:
            raise imaplib.IMAP4.error(f"the server does not tell {code}")
        return int(data[-1])


def connect(server: Server) -> imaplib.IMAP4:
    """A connection that is not signed in yet."""
    return _Connection(server)


def is_alive(connection: imaplib.IMAP4) -> bool:
    """Whether the server still answers on a connection."""
    try:
        return bool(connection.noop()[0] == "OK")
    except (OSError, imaplib.IMAP4.error):
        return False


def close(connection: imaplib.IMAP4) -> None:
    """Say goodbye where the server still listens, and let go."""
    with suppress(OSError, imaplib.IMAP4.error, ValueError):
        connection.logout()
    with suppress(OSError, ValueError):
        connection.shutdown()  # again, where the server did not let us say goodbye


@contextmanager
def explaining(name: str) -> Iterator[None]:
    """Whatever goes wrong on the wire as a SourceError in plain words."""
    try:
        yield
    except Failure as error:
        raise SourceError(name, error.message, permanent=error.permanent) from None
    except ssl.SSLCertVerificationError as error:
        message = f"the server's certificate is not trusted: {error.verify_message}; give its issuer in ca_file"
        raise SourceError(name, message, permanent=True) from None
    except ssl.SSLError as error:
        message = f"no TLS can be agreed on: {error.reason or error}; check host, port and tls"
        raise SourceError(name, message, permanent=False) from None
    except imaplib.IMAP4.error as error:
        raise SourceError(name, f"the mail server: {_said(error)}; tried again", permanent=False) from None
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise SourceError(name, f"the mail server cannot be reached: {reason}; tried again", permanent=False) from None
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        message = f"the mail server answers in a way that is not understood ({type(error).__name__}); tried again"
        raise SourceError(name, message, permanent=False) from None


def _said(error: Exception) -> str:
    text = error.args[0] if error.args else ""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return " ".join(said.split())[:200] or type(error).__name__


def _day(moment: datetime) -> str:
    return f"{moment.day:02}-{_DAYS[moment.month - 1]}-{moment.year}"


def _set(uids: list[int]) -> str:
    """UIDs as ranges: 3:5,9."""
    ranges: list[list[int]] = []
    for uid in sorted(uids):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in ranges)
