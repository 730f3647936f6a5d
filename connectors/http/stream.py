"""A connection that knows until when its present request may take: also a server that drips its headers is left."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any

import httpcore

from connectors.http.clock import clock


@dataclass(slots=True)
class Deadline:
    """When the present request must be over, on the monotonic clock [s]."""

    at: float = float("inf")

    def left(self, timeout: float | None) -> float | None:
        """The wait that is still allowed [s]; ReadTimeout where none is."""
        left_s = self.at - clock().monotonic()
        if left_s <= 0:
            raise httpcore.ReadTimeout("the time for the whole answer is over")
        return left_s if timeout is None else min(timeout, left_s)


class BoundedStream(httpcore.NetworkStream):
    """Reads and writes as the stream within, but not beyond the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Encrypt the connection."""
        inner = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return BoundedStream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the stream within knows of itself."""
        return self._stream.get_extra_info(info)
