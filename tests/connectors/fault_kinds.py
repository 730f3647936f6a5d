"""Every way in which a vendor, the network, the worker or the database misbehaves, and what must become of it."""

from __future__ import annotations

import gzip
import os
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sqlalchemy.exc import SQLAlchemyError

from connectors.errors import SourceError
from connectors.source import Batch
from tests.connectors.fake_vendor import Answer, Asked, Raw, Request
from tests.connectors.fault_bench import Bench, untrusted
from tests.connectors.fault_shapes import Rows, asked_for, get, leaves, position, put, rows_at, with_rows


class Verdict(StrEnum):
    """What became of a fault; in each case everything was in the store afterwards, once."""

    HEALS = "heals"  # the same pull got over it
    WAITS = "waits"  # the pull stopped with a message, a later one completed it by itself
    ASKS = "asks"  # the pull stopped and says that a person has to act
    REJECTS = "rejects"  # the damaged records were refused with their reason, all others stored
    NONE = "–"  # this vendor's interface leaves no room for it


@dataclass(frozen=True)
class FaultKind:
    """A fault's name, how it is tried, and which verdicts are right."""

    name: str
    right: frozenset[Verdict]
    run: Callable[[Bench], Verdict]


@dataclass
class Hits:
    """A fault that stands in front of the vendor from one request on, for a number of requests."""

    make: Callable[[Request, Asked], Answer | Raw]
    begin: int
    times: int = 10_000
    asked: int = 0
    hits: int = 0
    log: list[Request] = field(default_factory=list)

    def __call__(self, request: Request, ask: Asked) -> Answer | Raw:
        self.asked += 1
        if self.asked <= self.begin or self.hits >= self.times:
            return ask(request)
        self.hits += 1
        self.log.append(request)
        return self.make(request, ask)


def judged(error: SourceError | None) -> Verdict:
    """The verdict on how a pull ended."""
    if error is None:
        return Verdict.HEALS
    return Verdict.ASKS if error.permanent else Verdict.WAITS


def through(
    make: Callable[[Request, Asked], Answer | Raw], *, times: int = 10_000, begin: int | None = None
) -> Callable[[Bench], Verdict]:
    """Pull while the vendor misbehaves from its second answer on, then again when it is well."""

    def run(bench: Bench) -> Verdict:
        fault = Hits(make, bench.study.first_hit if begin is None else begin, times)
        error = bench.during(fault)
        assert fault.hits, "the fault was never met"
        plain(error)
        assert error or not bench.missing(), "the pull passed for complete and was not"
        bench.recover()
        assert not bench.missing()
        return judged(error)

    return run


def plain(error: SourceError | None) -> None:
    """A message a person can read."""
    if error is None:
        return
    for word in ("Traceback", "Error(", "object at 0x", "httpcore", "httpx", "orjson", "geheim", "\n"):
        assert word not in error.message, error.message
    assert 10 < len(error.message) < 400, error.message


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


_BOMB = gzip.compress(b" " * (16 << 20), 1)


def _bomb(request: Request, ask: Asked) -> Raw:
    return Raw([_head("Content-Encoding: gzip", f"Content-Length: {len(_BOMB)}"), _BOMB])


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


def _repeated(bench: Bench) -> Verdict:
    pages = [page for page in bench.study.continued() if page >= bench.study.first_hit]
    if not pages:
        return Verdict.NONE
    return through(_instead(bench, pages[0], lambda answer: answer), begin=pages[0])(bench)


def _instead(bench: Bench, page: int, make: Callable[[Answer], Answer]) -> Callable[[Request, Asked], Answer]:
    """One page in answer to every question for such a page; other questions are answered as they should be."""
    model, answer = bench.study.asked[page], bench.study.answers[page]

    def reply(request: Request, ask: Asked) -> Answer:
        same = (request.method, request.path) == (model.method, model.path)
        return make(answer) if same else ask(request)

    return reply


def _endless(bench: Bench) -> Verdict:
    pages = [page for page in bench.study.continued() if page >= bench.study.first_hit]
    if not pages:
        return Verdict.NONE
    links, new, count = bench.study.links(pages[0]), bench.study.news(pages[0]), 0

    def fresh(answer: Answer) -> Answer:
        nonlocal count
        count += 1
        body = answer.body
        for path in links:
            body = put(body, path, _other_link(get(body, path), new, count))
        for path in bench.study.counts(pages[0]):
            body = put(body, path, get(body, path) + 10_000)  # so many rows, so many pages are still to come
        return with_rows(replace(answer, body=body), lambda rows: rows[count % len(rows) :] + rows[: count % len(rows)])

    fault = Hits(_instead(bench, pages[0], fresh), pages[0])
    error = bench.during(fault)
    assert fault.hits <= 100, f"asked {fault.hits} times"
    plain(error)
    bench.forget()  # a cursor that the vendor made up cannot be continued from
    bench.recover()
    assert not bench.missing()
    return judged(error)


def _other_link(link: Any, new: Mapping[str, str], count: int) -> Any:
    """The same cursor, number or address, but one that was not there before."""
    if isinstance(link, int):
        return link + count
    parts = urlsplit(str(link))
    if not parts.path.startswith("/"):
        return f"{link}{count}"
    named = [(key, f"{value}{count}" if key in new else value) for key, value in parse_qsl(parts.query)]
    return urlunsplit(parts._replace(query=urlencode(named)))


def _shifting(bench: Bench) -> Verdict:
    """After the first page its first record changes and moves to the end: all behind it move up by one."""
    counted = bench.study.positional()
    if counted is None:
        return Verdict.NONE
    path, step = counted
    firsts: dict[str, Rows] = {}

    def shift(request: Request, ask: Asked) -> Answer:
        answer = ask(request)
        at, sequence = position(request, path), _sequence(request, path)
        if sequence not in firsts:
            firsts[sequence] = _rows(answer)
            return answer
        following = _rows(ask(asked_for(request, path, int(at) + step))) or firsts[sequence]
        return with_rows(answer, lambda rows: [*rows[1:], following[0]] if rows else rows)

    error = bench.during(Hits(shift, 0))
    plain(error)
    bench.recover()
    assert not bench.missing()
    return judged(error)


def _sequence(request: Request, path: tuple[str | int, ...]) -> str:
    """Which walk through pages a question belongs to: everything in it but the page."""
    one = asked_for(request, path, 0) if position(request, path) is not None else request
    query = sorted((key, value) for key, value in one.query.items() if key != path[-1])
    body = one.body if path[0] == "query" else b""
    return f"{one.method} {one.path} {query} {body!r}"


def _rows(answer: Answer) -> Rows:
    path = None if answer.status >= 300 or isinstance(answer.body, bytes) else rows_at(answer.body)
    return [] if path is None else list(get(answer.body, path))


def _doubled(bench: Bench) -> Verdict:
    counted = bench.study.positional()
    if counted is None or counted[1] == 1:
        return through(lambda request, ask: with_rows(ask(request), lambda rows: [r for r in rows for _ in range(2)]))(
            bench
        )
    return through(lambda request, ask: _pushed_down(request, ask, counted))(bench)


def _pushed_down(request: Request, ask: Asked, counted: tuple[tuple[str | int, ...], int]) -> Answer:
    """Where rows are counted a page cannot grow: a record that slips in moves the others down, over its border."""
    answer, (path, step) = ask(request), counted
    at = position(request, path)
    if not str(at).isdigit() or int(at) < step:
        return answer
    before = _rows(ask(asked_for(request, path, int(at) - step)))
    last = not _rows(ask(asked_for(request, path, int(at) + step)))
    return with_rows(answer, lambda rows: [before[-1], *(rows if last else rows[:-1])])


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
    _kind("endless paging", _endless, _W, _N),
    _kind("the same page again and again", _repeated, _W, _H, _N),
    _kind("pages shift while reading", _shifting, _H, _N),
    _kind("every record twice", _doubled, _H),
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
