"""Answers damaged at random, straight into a source without a socket: only a SourceError may ever come out."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs

import httpx

from connectors.errors import SourceError
from connectors.registry import KINDS, build
from connectors.source import Batch, SourceConfig
from tests.connectors.fake_vendor import Answer, FakeVendor, HttpRig, Request, answer_headers, without_waiting
from tests.connectors.fault_shapes import Path, get
from tests.connectors.http_rigs import RIGS

URL = "http://127.0.0.1:1"
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63), 1e308, 0.1, -0.0),
    *("", " ", "x", "0", "-1", "null", "\x00", "\u202e", "é" * 400, "9" * 400, "1e999", "NaN", "..", "/", "?", "{}"),
    *("2026-11-23T12:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "P1D"),
    *("Mon, 99 Nov 2026 12:00:30 +0000", "https://evil.example/next", "http://[bad", "ftp://x", "//"),
    *([], {}, [[]], [{}], [None], {"id": None}, {"": ""}),
)


@dataclass
class Fuzzed:
    """A transport that answers as the rig, and damages some answers."""

    rig: HttpRig
    random: Random
    share: float
    asked: int = 0

    def handle(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body."""
        self.asked += 1
        answer = _rig_answer(self.rig, request)
        headers = answer_headers(answer, now=self.rig.now)
        if self.random.random() > self.share:
            return answer.status, headers, answer.content()
        if self.random.random() < 0.1:
            return self._damaged_wire(answer, headers)
        body = _mutated(copy.deepcopy(answer.body), self.random) if not isinstance(answer.body, bytes) else answer.body
        return answer.status, headers, _dumped(body)

    def _damaged_wire(self, answer: Answer, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        random, content = self.random, bytearray(answer.content())
        for _ in range(random.randrange(4)):
            if content:
                content[random.randrange(len(content))] = random.randrange(256)
        content = content[: random.randrange(len(content) + 1)] if random.random() < 0.5 else content
        odd = {key: random.choice(("", "x", "text/html", "-1", "gzip", "\xff")) for key in random.sample(_HEADERS, 2)}
        return random.choice((200, 200, 204, 206, 299, 302, 404, 429, 500, 999)), {**headers, **odd}, bytes(content)


_HEADERS = ("content-type", "date", "retry-after", "location", "link", "content-encoding")


class FuzzTransport(httpx.BaseTransport):
    """Stands where the network is."""

    def __init__(self, fuzzed: Fuzzed) -> None:
        self._fuzzed = fuzzed

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        query = parse_qs(request.url.query.decode(), keep_blank_values=True)
        headers = {key.lower(): value for key, value in request.headers.items()}
        asked = Request(request.method, request.url.path, query, headers, request.read())
        status, said, content = self._fuzzed.handle(asked)
        raw = [(key.encode(), value.encode("latin-1")) for key, value in said.items()]
        return httpx.Response(status, headers=raw, stream=httpx.ByteStream(content))


def _rig_answer(rig: HttpRig, request: Request) -> Answer:
    """What the rig says; a question it never expected, made of a damaged answer, gets what a real server says to it."""
    try:
        return rig.answer(request)
    except Exception:  # noqa: BLE001 - the rig is no part of what is tested
        return Answer(400, {"error": "bad request"})


def _dumped(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _nodes(body: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(body, dict):
        for key, value in body.items():
            yield from _nodes(value, (*path, key))
    elif isinstance(body, list):
        for index, value in enumerate(body[:4]):
            yield from _nodes(value, (*path, index))


def _mutated(body: Any, random: Random) -> Any:
    """A few nodes dropped, replaced, nested, retyped, or exchanged."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        paths = list(_nodes(body))
        path = random.choice(paths)
        if not path:
            body = copy.deepcopy(random.choice(_ODD)) if random.random() < 0.2 else body
            continue
        parent, key = get(body, path[:-1]), path[-1]
        _change(parent, key, random, other=get(body, random.choice(paths)))
    return body


def _change(parent: Any, key: Any, random: Random, *, other: Any) -> None:
    value = parent[key]
    match random.randrange(6):
        case 0:
            del parent[key]
        case 1 | 2:
            parent[key] = copy.deepcopy(random.choice(_ODD))  # or it would be changed for all cases to come
        case 3:
            parent[key] = random.choice(([value], {"value": value}, [value, value], {str(key): value}))
        case 4:
            parent[key] = random.choice((str(value), [], {}, len(str(value)), float(len(str(value)))))
        case _:
            parent[key] = copy.deepcopy(other)


@dataclass
class Tally:
    """What became of the cases of one source."""

    cases: int = 0
    ends: Counter[str] = field(default_factory=Counter)


@cache
def in_process(kind: str) -> bool:
    """Whether the kind asks through our client, so that no socket is needed."""
    fuzzed = Fuzzed(RIGS[kind](), Random(0), share=0.0)
    with _in_place(fuzzed):
        try:
            for _ in _source(kind, fuzzed.rig, URL).fetch(None, now=fuzzed.rig.now):
                break
        except SourceError:
            pass
    return fuzzed.asked > 0


def run_case(kind: str, random: Random, tally: Tally) -> None:
    """One fetch of damaged answers; whatever escapes but a SourceError is the caller's to see."""
    rig = RIGS[kind]()
    fuzzed = Fuzzed(rig, random, share=random.choice((0.1, 0.3, 0.8)))
    tally.cases += 1
    with _in_place(fuzzed) if in_process(kind) else _served(fuzzed) as url:
        source = _source(kind, rig, url)
        try:
            for batch in source.fetch(_mark(source, rig, random), now=rig.now):
                _check(batch)
                tally.ends["records"] += len(batch.events) + len(batch.volumes) + len(batch.states) + len(batch.signals)
                tally.ends["rejected"] += len(batch.rejected)
        except SourceError:
            tally.ends["source errors"] += 1
        else:
            tally.ends["fetches passed"] += 1


def _source(kind: str, rig: HttpRig, url: str) -> Any:
    config = rig.config(url)
    known = {option.key for option in getattr(KINDS[kind], "OPTIONS", ())}
    options = {**config.options, **({"max_pages": 6} if "max_pages" in known else {})}
    return build(SourceConfig(config.name, config.kind, options, config.queues, config.timezone), caller_hash=str)


def _mark(source: Any, rig: HttpRig, random: Random) -> str | None:
    """Mostly none; else a mark of its own, or one that is damaged."""
    if random.random() < 0.8 or not hasattr(source, "watermark_at"):
        return None
    mark = str(source.watermark_at(rig.now - timedelta(days=1)))
    try:
        return mark if random.random() < 0.5 else json.dumps(_mutated(json.loads(mark), random))
    except ValueError:
        return mark[: random.randrange(len(mark) + 1)]


def _check(batch: Batch) -> None:
    """What comes out must be fit to be stored."""
    batch.watermark.encode()
    for event in batch.events:
        event.external_id.encode()
        assert len(event.external_id) <= 300
        assert len(event.queue) <= 300
        assert 1990 <= event.arrived_at.year < 2100
    for record in batch.rejected:
        assert record.reason
        assert len(record.raw) <= 500


@contextmanager
def _in_place(fuzzed: Fuzzed) -> Iterator[str]:
    make = lambda **_: FuzzTransport(fuzzed)  # noqa: E731
    with patch("connectors.http.transport.make_transport", make), without_waiting():
        yield URL


@contextmanager
def _served(fuzzed: Fuzzed) -> Iterator[str]:
    def fault(request: Request, ask: Any) -> Answer:
        status, headers, content = fuzzed.handle(request)
        safe = {key: value for key, value in headers.items() if value.isascii()}
        return Answer(status, content, safe)

    with FakeVendor(fuzzed.rig, fault=fault) as vendor, without_waiting():
        yield vendor.url
