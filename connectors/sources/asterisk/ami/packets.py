"""Packets of the manager interface: lines `Key: Value`, an empty line ends one. Everything that is read is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Protocol

from connectors.http.clock import clock
from connectors.http.failure import Failure

BANNER = "Asterisk Call Manager/"
_CHUNK = 1 << 16
_LONGEST_LINE = 1 << 16
Packet = dict[str, str]


class Stream(Protocol):
    """A connection, or whatever stands in for one."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes: ...

    def write(self, buffer: bytes, timeout: float | None = None) -> None: ...


class Wire:
    """Sends actions and reads packets, until the deadline and up to so many bytes."""

    def __init__(self, stream: Stream, *, timeout_s: float, max_bytes: int) -> None:
        self._stream, self._deadline = stream, clock().monotonic() + timeout_s
        self._timeout_s, self._left, self._max_bytes = timeout_s, max_bytes, max_bytes
        self._buffer = b""
        self._ids = count(1)

    def banner(self) -> str:
        """The greeting; Failure where something else answers."""
        line = self._line()
        if not line.startswith(BANNER):
            said = line[:40].encode("ascii", "replace").decode()
            raise Failure(
                f"no manager interface answers on this port: it begins with {said!r}; check host and port",
                permanent=True,
            )
        return line

    def ask(self, action: str, **fields: str) -> Packet:
        """The response to one action; events that nobody asked for are passed over."""
        name = self._send(action, fields)
        return next(packet for packet in self._packets(name) if "response" in packet)

    def collect(self, action: str, *, until: str) -> Iterator[Packet]:
        """The events an action brings, up to the one that ends the list; Failure where the action is refused."""
        for packet in self._packets(self._send(action, {})):
            if packet.get("response", "Success") != "Success":
                raise Failure(
                    f"the manager interface refuses {action}: {packet.get('message', '')[:80]}; check its version",
                    permanent=True,
                )
            if packet.get("event") == until:
                return
            if "event" in packet:
                yield packet

    def _send(self, action: str, fields: dict[str, str]) -> str:
        name = f"andrang-{next(self._ids)}"
        lines = [f"Action: {action}", f"ActionID: {name}", *(f"{key}: {value}" for key, value in fields.items())]
        self._stream.write(("\r\n".join(lines) + "\r\n\r\n").encode(), timeout=self._remaining())
        return name

    def _packets(self, name: str) -> Iterator[Packet]:
        while True:
            packet = self._packet()
            if packet.get("actionid") == name:
                yield packet

    def _packet(self) -> Packet:
        packet: Packet = {}
        while line := self._line():
            key, colon, value = line.partition(":")
            if colon:
                packet[key.strip().lower()] = value.strip()
        return packet

    def _line(self) -> str:
        while b"\n" not in self._buffer:
            if len(self._buffer) > _LONGEST_LINE:
                raise Failure(
                    f"the manager interface sent a line of more than {_LONGEST_LINE} bytes; check host and port",
                    permanent=True,
                )
            self._buffer += self._more()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    def _more(self) -> bytes:
        if self._left <= 0:
            raise Failure(f"the manager interface sent more than {self._max_bytes} bytes; raise max_bytes")
        part = self._stream.read(min(_CHUNK, self._left), timeout=self._remaining())
        if not part:
            raise Failure("the manager interface closed the connection in mid-answer; it is asked again later")
        self._left -= len(part)
        return part

    def _remaining(self) -> float:
        left = self._deadline - clock().monotonic()
        if left <= 0:
            raise Failure(
                f"the manager interface did not finish its answer within {self._timeout_s:g} s; it is asked again later"
            )
        return left
