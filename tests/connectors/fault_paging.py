"""Faults of paging, made for any vendor from how a healthy fetch of it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tests.connectors.fake_vendor import Answer, Asked, Request
from tests.connectors.fault_bench import Bench
from tests.connectors.fault_shapes import Rows, asked_for, get, position, put, rows_at, with_rows
from tests.connectors.fault_trying import Hits, Verdict, judged, plain, through


def repeated(bench: Bench) -> Verdict:
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


def endless(bench: Bench) -> Verdict:
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


def shifting(bench: Bench) -> Verdict:
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


def doubled(bench: Bench) -> Verdict:
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
