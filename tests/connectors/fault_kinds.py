"""Every way in which a vendor, the network, the worker or the database misbehaves, and what must become of it."""

from __future__ import annotations

import gzip
import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from unittest.mock import patch

from sqlalchemy.exc import SQLAlchemyError

from connectors.errors import SourceError
from connectors.source import Batch
from tests.connectors.fake_vendor import Answer, Asked, Raw, Request
from tests.connectors.fault_bench import Bench, untrusted
from tests.connectors.fault_paging import doubled, endless, repeated, shifting
from tests.connectors.fault_shapes import leaves, put, with_rows
from tests.connectors.fault_trying import Hits, Verdict, judged, plain, through


@dataclass(frozen=True)
class FaultKind:
    """A fault's name, how it is tried, and which verdicts are right."""

    name: str
    right: frozenset[Verdict]
    run: Callable[[Bench], Verdict]


def _status(status: int, *, body: Any = None, **headers: str) -> Callable[[Request, Asked], Answer]:
    said = body if body is not None else {"error": "out of order"}
    return lambda request, ask: Answer(status, said, {key.replace("_", "-"): value for key, value in headers.items()})


def _retry_date(bench: Bench) -> Verdict:
    date = format_datetime(bench.rig.now + timedelta(seconds=40), usegmt=True)
    before = bench.clock.at
    verdict = through(_status(429, retry_after=date), times=1)(bench)
    assert sum(bench.clock.slept) >= 40, f"only waited {bench.clock.at - before} s"
    return verdict


def _retry_seconds(bench: Bench) -> Verdict:
    verdict = through(_status(429, retry_after="20"), times=2)(bench)
    assert sum(bench.clock.slept) >= 40
    return verdict


def _head(*lines: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", "Content-Type: application/json", *lines, "", "")).encode()


def _drip(bench: Bench) -> Verdict:
    def chunks() -> Iterator[bytes]:
        yield _head("Transfer-Encoding: chunked")
        for _ in range(400):
            yield b"1\r\n \r\n"

    bench.clock.tick_s = 1.0  # with every look at the clock a second has passed
    fault = Hits(lambda request, ask: Raw(chunks()), bench.study.first_hit)
    error = bench.during(fault)
    bench.clock.tick_s = 0.0
    assert fault.hits
    plain(error)
    bench.recover()
    assert not bench.missing()
    return judged(error)


def _half(request: Request, ask: Asked) -> Raw:
    content = ask(request).content()
    return Raw([_head(f"Content-Length: {len(content)}"), content[: len(content) // 2]])


def _reset(request: Request, ask: Asked) -> Raw:
    content = ask(request).content()
    return Raw([_head(f"Content-Length: {len(content)}"), content[: len(content) // 2]], reset=True)


def _cut_json(request: Request, ask: Asked) -> Answer:
    content = ask(request).content()
    return Answer(200, content[: len(content) // 2])


BOMB = gzip.compress(b" " * (16 << 20), 1)


def _bomb(request: Request, ask: Asked) -> Raw:
    return Raw([_head("Content-Encoding: gzip", f"Content-Length: {len(BOMB)}"), BOMB])


def _huge(bench: Bench) -> Verdict:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        yield _head(f"Content-Length: {100 << 20}")
        for _ in range(100):
            sent += 1
            yield b" " * (1 << 20)

    verdict = through(lambda request, ask: Raw(chunks()))(bench)
    assert sent < 40, "a page of 100 MB was read instead of being cut off"
    return verdict


def _redirect(request: Request, ask: Asked) -> Answer:
    return Answer(307, b"", {"location": request.path, "content-type": "text/plain"})


_HTML = b"<!DOCTYPE html><html><body><h1>Please log in</h1></body></html>"


def _turned(request: Request, ask: Asked) -> Answer:
    return with_rows(ask(request), lambda rows: rows[::-1])


def _damaged(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Bench], Verdict]:
    """The first record of every page is damaged: it may be refused and counted, but nothing is lost without a word."""

    def run(bench: Bench) -> Verdict:
        fault = Hits(lambda request, ask: with_rows(ask(request), lambda rows: [change(rows[0]), *rows[1:]]), 0)
        error = bench.during(fault)
        assert fault.hits
        plain(error)
        refused = bench.rejected()
        assert error or refused or not bench.missing(), "the pull passed for complete and was not"
        bench.recover()
        missing = bench.missing()
        assert not missing or refused, f"lost without a word: {missing}"
        return Verdict.REJECTS if error is None and refused else judged(error)

    return run


def _other_type(row: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = row
    for path, value in leaves(row):
        changed = put(changed, path, {"odd": value} if isinstance(value, str) else [str(value)])
    return changed


def _ahead(bench: Bench) -> Verdict:
    early = bench.rig.now - timedelta(hours=1)
    error = bench.pull(now=early)
    assert not isinstance(error, SQLAlchemyError)
    plain(error)
    latest = bench.latest()
    assert latest is None or latest <= early + timedelta(minutes=5), f"{latest} was stored, though it is {early}"
    refused = bench.rejected()
    bench.recover()
    assert not bench.missing(only_expected=False)  # an hour earlier the fetch may look an hour further back
    return Verdict.REJECTS if error is None and refused else judged(error)


def _no_name(bench: Bench) -> Verdict:
    unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    with patch("socket.getaddrinfo", side_effect=unknown):
        error = bench.pull()
    assert isinstance(error, SourceError)
    plain(error)
    bench.recover()
    assert not bench.missing()
    return judged(error)


def _tls(bench: Bench) -> Verdict:
    with untrusted(bench.rig) as vendor:
        error = bench.pull(url=vendor.url)
    assert isinstance(error, SourceError)
    assert not vendor.requests, "a question was sent to a server nobody has vouched for"
    plain(error)
    bench.recover()
    assert not bench.missing()
    return judged(error)


class _Killed(BaseException):
    pass


def _killed(bench: Bench) -> Verdict:
    def kill(batch: Batch) -> None:
        raise _Killed

    kills = 0
    for _ in range(len(bench.study.asked)):
        try:
            assert bench.pull(progress=kill) is None
        except _Killed:
            kills += 1
    assert kills
    bench.recover()
    assert not bench.missing()
    return Verdict.HEALS


def _locked(bench: Bench) -> Verdict:
    with closing(sqlite3.connect(bench.file, isolation_level=None, check_same_thread=False)) as other:

        def lock(batch: Batch) -> None:
            if not other.in_transaction:
                other.execute("BEGIN IMMEDIATE")

        error = bench.pull(progress=lock)
        assert isinstance(error, SQLAlchemyError)
        assert "locked" in str(error)
    bench.recover()
    assert not bench.missing()
    return Verdict.WAITS


def _gone(bench: Bench) -> Verdict:
    aside = bench.file.with_name("aside.db")

    def take_away(batch: Batch) -> None:
        if not aside.exists():
            bench.engine.dispose()
            os.replace(bench.file, aside)  # noqa: PTH105 (one step, or the engine makes a new file in between)

    error = bench.pull(progress=take_away)
    assert isinstance(error, SQLAlchemyError)
    bench.engine.dispose()
    for left in bench.file.parent.glob(f"{bench.file.name}*"):
        left.unlink()
    aside.rename(bench.file)
    bench.recover()
    assert not bench.missing()
    return Verdict.WAITS


def _kind(name: str, run: Callable[[Bench], Verdict], *right: Verdict) -> FaultKind:
    return FaultKind(name, frozenset(right), run)


_H, _W, _A, _R, _N = Verdict
FAULTS: tuple[FaultKind, ...] = (
    _kind("429, Retry-After in seconds, twice", _retry_seconds, _H),
    _kind("429, Retry-After as a date, once", _retry_date, _H),
    _kind("429 without Retry-After, twice", through(_status(429), times=2), _H),
    _kind("429, Retry-After of an hour", through(_status(429, retry_after="3600")), _W),
    _kind("500 twice", through(_status(500), times=2), _H),
    _kind("502 twice, as a web page", through(_status(502, body=_HTML, content_type="text/html"), times=2), _H),
    _kind("503 for good", through(_status(503)), _W),
    _kind("401", through(_status(401)), _A),
    _kind("token expired in mid-fetch", through(_status(401), times=1), _H, _A),
    _kind("403", through(_status(403)), _A),
    _kind("404", through(_status(404)), _A),
    _kind("410", through(_status(410)), _A),
    _kind("slow drip", _drip, _W),
    _kind("half a body, once", through(_half, times=1), _H),
    _kind("half a body, for good", through(_cut_json), _W),
    _kind("connection reset in mid-page, once", through(_reset, times=1), _H),
    _kind("connection reset in mid-page, for good", through(_reset), _W),
    _kind("wrong content type", through(_status(200, body=b"a;b\n1;2\n", content_type="text/csv")), _W),
    _kind("HTML instead of JSON", through(_status(200, body=_HTML, content_type="text/html")), _W),
    _kind("gzip bomb (16 MB in 16 kB)", through(_bomb), _A),
    _kind("page of 100 MB", _huge, _A),
    _kind("endless paging", endless, _W, _N),
    _kind("the same page again and again", repeated, _W, _H, _N),
    _kind("pages shift while reading", shifting, _H, _N),
    _kind("every record twice", doubled, _H),
    _kind("records in reverse order", through(_turned), _H),
    _kind("all fields missing", _damaged(lambda row: {}), _R, _H, _W),
    _kind("all fields null", _damaged(lambda row: dict.fromkeys(row)), _R, _H, _W),
    _kind("all fields of another type", _damaged(_other_type), _R, _H, _W),
    _kind("vendor's clock one hour ahead", _ahead, _W, _R, _H),
    _kind("host name not found", _no_name, _W),
    _kind("certificate not trusted", _tls, _A),
    _kind("redirect loop", through(_redirect), _A),
    _kind("worker killed after every batch", _killed, _H),
    _kind("database locked", _locked, _W),
    _kind("database gone", _gone, _W),
)
