"""A vendor on loopback: answers as a rig says, and misbehaves as a fault says; and a clock on which waiting is free."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import orjson
import stamina

from connectors.http.clock import Clock, pop_clock, push_clock
from connectors.source import SourceConfig

SECRET_ENV = "ANDRANG_TEST_SECRET"  # the rigs' configs name it: token_env = SECRET_ENV
SECRET = "geheim-4711-secret"
os.environ[SECRET_ENV] = SECRET


@dataclass(frozen=True)
class Request:
    """What was asked; header names in lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = b""

    def one(self, key: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(key, [default])[0]

    def json(self) -> Any:
        """The body as JSON."""
        return orjson.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What is answered; a body of bytes goes out as it is, anything else as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        """The body as it is sent."""
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)


@dataclass(frozen=True)
class Raw:
    """Bytes straight to the socket, which is then closed; reset instead of closed where so wanted."""

    chunks: Iterable[bytes]
    reset: bool = False


Asked = Callable[[Request], Answer]
Fault = Callable[[Request, Asked], Answer | Raw]


class HttpRig(Protocol):
    """A vendor of one kind, with a fixed stock of records over at least three pages."""

    KIND: str
    now: datetime

    def config(self, url: str) -> SourceConfig: ...

    def answer(self, request: Request) -> Answer: ...

    def expected(self) -> set[str]:
        """The external ids of the contacts (or `queue|interval start` in ISO of the volumes) of a complete fetch."""
        ...


class FakeVendor:
    """A real HTTP server around a rig; `fault`, where set, stands in front of the rig's answers."""

    def __init__(self, rig: HttpRig, *, fault: Fault | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.rig, self.fault, self._scheme = rig, fault, "https" if tls else "http"
        self.requests: list[Request] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.vendor = self
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeVendor:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def config(self) -> SourceConfig:
        """The rig's config, aimed at this server."""
        return self.rig.config(self.url)

    def reply(self, request: Request) -> Answer | Raw:
        """The rig's answer, or the fault's."""
        self.requests.append(request)
        return self.rig.answer(request) if self.fault is None else self.fault(request, self.rig.answer)


class _Server(ThreadingHTTPServer):
    vendor: FakeVendor
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet: two would wait 40 ms for each other
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """No log."""

    def _serve(self) -> None:
        split = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {key.lower(): value for key, value in self.headers.items()}
        query = parse_qs(split.query, keep_blank_values=True)
        reply = self.server.vendor.reply(Request(self.command, split.path, query, headers, body))
        if isinstance(reply, Raw):
            self._raw(reply)
        else:
            self._whole(reply)

    def _whole(self, answer: Answer) -> None:
        content = answer.content()
        headers = answer_headers(answer, now=self.server.vendor.rig.now)
        if "gzip" in self.headers.get("Accept-Encoding", "") and not isinstance(answer.body, bytes):
            content, headers["content-encoding"] = gzip.compress(content, 1), "gzip"
        self.send_response_only(answer.status)
        for key, value in {**headers, "content-length": str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)

    def _raw(self, raw: Raw) -> None:
        self.close_connection = True
        for chunk in raw.chunks:
            self.wfile.write(chunk)
            self.wfile.flush()
        if raw.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()


def answer_headers(answer: Answer, *, now: datetime) -> dict[str, str]:
    """The headers as they are sent: a date by the rig's clock, JSON unless said otherwise."""
    headers = {"date": format_datetime(now, usegmt=True), "content-type": "application/json"}
    return headers | {key.lower(): value for key, value in answer.headers.items()}


class FreeClock(Clock):
    """Sleeping takes no time and is noted; `tick_s` passes with each look at the clock."""

    def __init__(self, *, tick_s: float = 0.0) -> None:
        self.at, self.tick_s = 1000.0, tick_s
        self.slept: list[float] = []

    def monotonic(self) -> float:
        self.at += self.tick_s
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds

    def pass_(self, time: timedelta) -> None:
        """Let time pass."""
        self.at += time.total_seconds()


@contextmanager
def without_waiting(*, tick_s: float = 0.0) -> Iterator[FreeClock]:
    """No retry and no rate limit waits; the clock that is in force meanwhile."""
    clock = FreeClock(tick_s=tick_s)
    push_clock(clock)
    try:
        with stamina.set_testing(True, attempts=5, cap=True):
            yield clock
    finally:
        pop_clock()
