"""An answer's body, never larger than allowed: counted as it comes and as it is unpacked."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import orjson

from connectors.http.clock import clock
from connectors.http.failure import Failure

_CHUNK = 1 << 16
_GZIP = zlib.MAX_WBITS | 16


def read_body(response: httpx.Response, *, max_bytes: int, deadline: float) -> bytes:
    """The whole body, unpacked; a Failure where it is too large, too slow or damaged."""
    host = response.request.url.host
    read = bytearray()
    for part in _unpacked(response, host=host):
        read += part
        if len(read) > max_bytes:
            raise Failure(
                f"{host} answers with more than {max_bytes} bytes; ask for less, or raise max_bytes", permanent=True
            )
        if clock().monotonic() > deadline:
            raise Failure(f"{host} answers too slowly; the request was given up")
    return bytes(read)


def _unpacked(response: httpx.Response, *, host: str) -> Iterator[bytes]:
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        yield from response.iter_raw()
    elif coding in ("gzip", "x-gzip"):
        yield from _inflated(response.iter_raw(), host=host)
    else:
        raise Failure(f"{host} packs its answer as {coding[:40]!r}, though only gzip was asked for")


def _inflated(parts: Iterator[bytes], *, host: str) -> Iterator[bytes]:
    """Unpack in small steps: a few kilobytes may stand for gigabytes, and must not be unpacked at once."""
    inflater = zlib.decompressobj(_GZIP)
    try:
        for part in parts:
            rest = part
            while rest and not inflater.eof:
                yield inflater.decompress(rest, _CHUNK)
                rest = inflater.unconsumed_tail
        yield inflater.flush(_CHUNK)
    except zlib.error as error:
        raise Failure(f"the answer of {host} is damaged: it cannot be unpacked") from error
    if not inflater.eof:
        raise Failure(f"the answer of {host} broke off: its packed body is incomplete")


def decode(response: httpx.Response, content: bytes) -> Any:
    """The JSON in a body; None for an empty one that is meant to be empty."""
    host, kind = response.request.url.host, response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if response.status_code == 204 or (not content and not kind):
        return None
    if "html" in kind or content[:64].lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise Failure(
            f"{host} answers with a web page instead of data; is the url right, and is no log-in page in between?"
        )
    if not (kind in ("application/json", "text/json", "text/javascript") or kind.endswith("+json")):
        raise Failure(f"{host} answers with {kind[:60] or 'nothing named'} instead of JSON; check the url")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Failure(f"{host} answers with damaged JSON: {error.msg} at {error.pos}") from error
