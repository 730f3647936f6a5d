"""Walks through pages, marks of time and checks of shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors.errors import SourceError
from connectors.http import (
    Answer,
    Since,
    cursor_pages,
    expect,
    field,
    first_day,
    keyset_pages,
    link_pages,
    number_pages,
    offset_pages,
    refuse_skew,
)
from connectors.http.pacing import retry_after, server_time
from connectors.mapping import utc
from tests.connectors import fake_vendor
from tests.connectors.fake_vendor import FakeVendor
from tests.connectors.http.conftest import ClientOf

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def page(body: Any) -> Answer:
    return Answer(body, httpx.Headers(), "https://desk.example/list", NOW)


def bodies(answers: Iterator[Answer]) -> list[Any]:
    return [answer.body for answer in answers]


def test_cursors_are_followed_to_their_end_and_repeated_or_endless_ones_are_errors() -> None:
    chain = {None: ("a", "1"), "1": ("b", "2"), "2": ("c", None)}
    walk = lambda first=None: cursor_pages(  # noqa: E731
        lambda cursor: page(chain[cursor]), next_cursor=lambda body: body[1], max_pages=9, name="desk", first=first
    )
    assert [body[0] for body in bodies(walk())] == ["a", "b", "c"]
    assert [body[0] for body in bodies(walk("1"))] == ["b", "c"]
    chain["2"] = ("c", "1")
    with pytest.raises(SourceError, match="same cursor twice"):
        bodies(walk())
    endless = cursor_pages(
        lambda cursor: page(int(cursor or 0)), next_cursor=lambda body: str(body + 1), max_pages=9, name="desk"
    )
    with pytest.raises(SourceError, match="more than 9 pages") as caught:
        bodies(endless)
    assert not caught.value.permanent


def test_numbers_and_offsets_count_on_and_repeated_pages_are_errors() -> None:
    rows = list(range(7))
    numbered = number_pages(
        lambda n: page(rows[3 * n - 3 : 3 * n]), more=lambda body, n: n < 3, max_pages=9, name="desk"
    )
    assert bodies(numbered) == [[0, 1, 2], [3, 4, 5], [6]]
    offset = offset_pages(
        lambda at: page(rows[at : at + 3]), count=len, more=lambda body: len(body) == 3, max_pages=9, name="desk"
    )
    assert bodies(offset) == [[0, 1, 2], [3, 4, 5], [6]]
    with pytest.raises(SourceError, match="page 2 repeats the page before"):
        bodies(number_pages(lambda n: page([1]), more=lambda body, n: True, max_pages=9, name="desk"))
    with pytest.raises(SourceError, match="repeats a page at offset 1"):
        bodies(offset_pages(lambda at: page([1]), count=len, more=lambda body: True, max_pages=9, name="desk"))
    with pytest.raises(SourceError, match="more than 9 pages"):
        bodies(number_pages(page, more=lambda body, n: True, max_pages=9, name="desk"))
    with pytest.raises(SourceError, match="more than 9 pages"):
        bodies(offset_pages(lambda at: page([at]), count=len, more=lambda body: True, max_pages=9, name="desk"))


def test_links_are_followed_within_the_host_only(vendor: FakeVendor, client_of: ClientOf) -> None:
    links = {"/1": "/2?x=1", "/2": "3", "/3": None}

    def answer(request: fake_vendor.Request, ask: fake_vendor.Asked) -> fake_vendor.Answer:
        return fake_vendor.Answer(body={"at": request.path, "next": links[request.path]})

    vendor.fault, client = answer, client_of()
    walk = lambda: link_pages(client, client.get("/1"), next_link=lambda body: body["next"], max_pages=9)  # noqa: E731
    assert [body["at"] for body in bodies(walk())] == ["/1", "/2", "/3"]
    for link, words in (
        ("https://evil.example/1", "points to another host"),
        ("/2?x=1", "same link twice"),
        ("http://[bad", "no address"),
    ):
        links["/3"] = link
        with pytest.raises(SourceError, match=words):
            bodies(walk())


def _changes(moved: set[int]) -> list[dict[str, Any]]:
    """Nine records by their change; those that moved have changed again, behind all others."""
    times = {n: n if n not in moved else 100 + n for n in range(9)}
    return [{"id": n, "at": times[n]} for n in sorted(times, key=lambda n: times[n])]


def test_keysets_lose_nothing_while_records_move_behind_the_reader() -> None:
    moved: set[int] = set()

    def fetch(since: datetime, number: int) -> Answer:
        rows = [row for row in _changes(moved) if row["at"] >= since.timestamp() - 1e9][3 * number - 3 : 3 * number]
        moved.add(len(moved))  # one more record changes after each page
        return page(rows)

    answers = keyset_pages(
        fetch,
        rows=lambda body: body,
        updated=lambda row: utc(1e9 + row["at"], field="at"),
        start=datetime.fromtimestamp(1e9, UTC),
        size=3,
        max_pages=40,
        name="desk",
    )
    assert {row["id"] for body in bodies(answers) for row in body} == set(range(9))


def test_keysets_count_pages_within_one_instant_and_bear_damaged_rows() -> None:
    rows = [{"at": 1}, {"at": 5}, {"at": 5}, {"at": 5}, {"at": 5}, {"at": 9}, {}]
    asked: list[tuple[float, int]] = []

    def fetch(since: datetime, number: int) -> Answer:
        asked.append((since.timestamp() - 1e9, number))
        found = [row for row in rows if row.get("at", 9) >= since.timestamp() - 1e9]
        return page(found[2 * number - 2 : 2 * number])

    walk = keyset_pages(
        fetch,
        rows=lambda body: body,
        updated=lambda row: utc(1e9 + row["at"], field="at"),
        start=datetime.fromtimestamp(1e9, UTC),
        size=2,
        max_pages=40,
        name="desk",
    )
    seen = [row.get("at") for body in bodies(walk) for row in body]
    assert seen.count(5) >= 4
    assert {1, 9, None} <= set(seen)
    assert asked[:4] == [(0, 1), (5, 1), (5, 2), (5, 3)]
    with pytest.raises(SourceError, match="more than 5 pages"):
        bodies(
            keyset_pages(
                lambda since, number: page([{}]),
                rows=lambda body: body,
                updated=lambda row: row["at"],
                start=NOW,
                size=1,
                max_pages=5,
                name="desk",
            )
        )


def test_a_mark_of_time_goes_forward_and_never_past_now() -> None:
    mark = Since(NOW - timedelta(hours=1), ("a",))
    assert Since.parse(mark.text(), default=NOW) == mark
    assert mark.start(120) == mark.at - timedelta(minutes=2)
    assert mark.advance(NOW - timedelta(hours=2), now=NOW) == mark
    assert mark.advance(None, now=NOW) == mark
    assert mark.advance(NOW + timedelta(hours=3), now=NOW).at == NOW
    assert Since(NOW).advance(NOW, now=NOW - timedelta(hours=1)).at == NOW
    assert first_day(NOW) == NOW - timedelta(days=90)


@pytest.mark.parametrize(
    "foreign",
    [
        *(None, "", "{", "[]", "7", '"x"', "null"),
        *('{"since": 7}', '{"since": "soon"}', '{"since": "2026-11-23T12:00:00"}'),
        *('{"since": "0001-01-01T00:00:00Z"}', '{"since": "9999-12-31T00:00:00Z"}'),
        json.dumps({"since": NOW.isoformat(), "seen": 7}),
    ],
)
def test_a_foreign_mark_begins_at_the_default(foreign: str | None) -> None:
    assert Since.parse(foreign, default=NOW) == Since(NOW)


@pytest.mark.parametrize(
    ("value", "type_", "words"),
    [
        (None, dict, "the page in the answer must be an object, got nothing"),
        ([], dict, "must be an object, got a list"),
        (True, int, "must be a whole number, got true or false"),
        (1, str, "must be a text, got a whole number"),
        (1, bool, "must be true or false, got a whole number"),
    ],
)
def test_another_shape_is_said_plainly(value: object, type_: type, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        expect(value, type_, name="desk", what="the page")
    assert not caught.value.permanent


def test_a_field_is_looked_for_in_its_frame() -> None:
    assert field({"rows": []}, "rows", list, name="desk") == []
    with pytest.raises(SourceError, match="rows in the answer must be a list, got nothing"):
        field({}, "rows", list, name="desk")


def test_clocks_may_differ_a_little() -> None:
    refuse_skew("desk", page({}), now=NOW - timedelta(minutes=4))
    refuse_skew("desk", Answer({}, httpx.Headers(), "", None), now=NOW)
    with pytest.raises(SourceError, match="clock is 6 min ahead"):
        refuse_skew("desk", page({}), now=NOW - timedelta(minutes=6))


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Mon, 23 Nov 2026 12:00:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Monday, 23-Nov-26 12:00:30 GMT", 30.0),
        ("soon", None),
        ("", None),
        ("inf", None),
        ("nan", None),
        ("Mon, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_pauses_are_read_in_seconds_and_as_dates_by_the_servers_own_clock(said: str, wait_s: float | None) -> None:
    headers = httpx.Headers({"retry-after": said, "date": "Mon, 23 Nov 2026 12:00:00 GMT"})
    assert retry_after(headers) == wait_s
    assert server_time(headers) == NOW
    assert server_time(httpx.Headers({"date": "yesterday"})) is None
