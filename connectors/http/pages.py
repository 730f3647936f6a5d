"""Walking through pages, to the end and not further: repeated cursors, repeated pages and endless paging are errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from connectors.errors import SourceError
from connectors.http.client import Answer, HttpClient


def cursor_pages(
    fetch: Callable[[str | None], Answer],
    *,
    next_cursor: Callable[[Any], str | None],
    max_pages: int,
    name: str,
    first: str | None = None,
) -> Iterator[Answer]:
    """Pages linked by a cursor; `first` continues from a known one, `next_cursor` says None on the last page."""
    cursor, seen = first, {first}
    for _ in range(max_pages):
        answer = fetch(cursor)
        yield answer
        cursor = next_cursor(answer.body)
        if cursor is None:
            return
        if cursor in seen:
            raise SourceError(name, "gives the same cursor twice, so paging would never end", permanent=False)
        seen.add(cursor)
    raise _endless(name, max_pages)


def number_pages(
    fetch: Callable[[int], Answer],
    *,
    more: Callable[[Any, int], bool],
    max_pages: int,
    name: str,
    first: int = 1,
) -> Iterator[Answer]:
    """Pages by number; `more` says from body and number whether another follows."""
    before: Any = None
    for number in range(first, first + max_pages):
        answer = fetch(number)
        yield answer
        if not more(answer.body, number):
            return
        if answer.body == before:
            raise SourceError(
                name, f"page {number} repeats the page before, so paging would never end", permanent=False
            )
        before = answer.body
    raise _endless(name, max_pages)


def offset_pages(
    fetch: Callable[[int], Answer],
    *,
    count: Callable[[Any], int],
    more: Callable[[Any], bool],
    max_pages: int,
    name: str,
    first: int = 0,
) -> Iterator[Answer]:
    """Pages by offset; `count` says how many rows a page has, `more` whether another follows."""
    offset, before = first, None
    for _ in range(max_pages):
        answer = fetch(offset)
        yield answer
        rows = count(answer.body)
        if rows <= 0 or not more(answer.body):
            return
        if answer.body == before:
            raise SourceError(name, f"repeats a page at offset {offset}, so paging would never end", permanent=False)
        offset, before = offset + rows, answer.body
    raise _endless(name, max_pages)


def link_pages(
    client: HttpClient, first: Answer, *, next_link: Callable[[Any], str | None], max_pages: int
) -> Iterator[Answer]:
    """The first page and those its links lead to; a relative link counts from the page it stands on."""
    answer, seen = first, {first.url}
    for _ in range(max_pages):
        yield answer
        link = next_link(answer.body)
        if not link:
            return
        url = _joined(client.name, answer.url, link)
        if url in seen:
            raise SourceError(client.name, "gives the same link twice, so paging would never end", permanent=False)
        seen.add(url)
        answer = client.get(url)
    raise _endless(client.name, max_pages)


def keyset_pages(
    fetch: Callable[[datetime, int], Answer],
    *,
    rows: Callable[[Any], list[Any]],
    updated: Callable[[Any], datetime],
    start: datetime,
    size: int,
    max_pages: int,
    name: str,
) -> Iterator[Answer]:
    """Pages of at most `size` rows in the order of their update, each asked for from where the last one ended.

    A record that is updated while we read moves to the end and shifts all behind it; page numbers would then skip one.
    So each page begins at the last update seen, and numbers count only within one instant that fills a whole page.
    `fetch(since, page)` gives the rows updated at or after `since`; pages count from 1.
    """
    page = 1
    for _ in range(max_pages):
        answer = fetch(start, page)
        yield answer
        found = rows(answer.body)
        if len(found) < size:
            return
        last = _last_time(found, updated)
        start, page = (last, 1) if last is not None and last > start else (start, page + 1)
    raise _endless(name, max_pages)


def _last_time(rows: list[Any], updated: Callable[[Any], datetime]) -> datetime | None:
    """The time of the last row that has one; a damaged row does not end the reading."""
    for row in reversed(rows):
        try:
            return updated(row)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError):
            continue
    return None


def _joined(name: str, base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        raise SourceError(name, f"gives a next page that is no address: {link[:80]!r}", permanent=False) from None


def _endless(name: str, max_pages: int) -> SourceError:
    return SourceError(
        name, f"gives more than {max_pages} pages; the next fetch continues, or raise max_pages", permanent=False
    )
