"""Gzip for what a browser loads once: scripts, styles, layouts. Static files are packed once for all."""

from __future__ import annotations

import gzip
import hashlib
import threading

from flask import Flask, request
from werkzeug.wrappers import Response

TYPES = frozenset(
    {"text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml"}
)
STATIC = ("/assets/", "/_dash-component-suites/")
SMALLEST = 1000


class _Packed:
    """Packed static files by their content: there are only so many, whatever addresses a visitor invents."""

    def __init__(self) -> None:
        self._files: dict[bytes, bytes] = {}
        self._lock = threading.Lock()

    def get(self, body: bytes) -> bytes:
        key = hashlib.sha256(body).digest()
        with self._lock:
            if key not in self._files:
                self._files[key] = gzip.compress(body, 9, mtime=0)
            return self._files[key]


def install(server: Flask) -> None:
    """Pack every answer that is worth it, unless the browser cannot unpack."""
    packed = _Packed()

    def pack(response: Response) -> Response:
        if response.status_code == 304:
            response.close()  # nothing of the file will be sent, and the server does not close what it does not send
        if not _worth_it(response):
            return response
        body = _whole(response)
        if len(body) >= SMALLEST:
            static = request.path.startswith(STATIC)
            response.set_data(packed.get(body) if static else gzip.compress(body, 5, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
            response.headers.pop("ETag", None)
        response.vary.add("Accept-Encoding")
        return response

    server.after_request(pack)


def _whole(response: Response) -> bytes:
    """The body; a file it is read from is closed at once, not when a visitor who may be gone has taken all of it."""
    source = response.response
    response.direct_passthrough = False
    body = response.get_data()
    if callable(close := getattr(source, "close", None)):
        close()
    return body


def _worth_it(response: Response) -> bool:
    return (
        response.status_code == 200
        and response.mimetype in TYPES
        and "Content-Encoding" not in response.headers
        and request.method != "HEAD"
        and request.accept_encodings.quality("gzip") > 0
    )
