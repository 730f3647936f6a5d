"""What the three streams of Intercom share: the way in, and the search by last change, a day at a time.

Vendor: https://developers.intercom.com/docs/references/2.14/rest-api/api.intercom.io (version 2.14). Searches are
answered in no promised order. So the watermark moves only when all of a day's pages are stored, and to the newest
change seen in them. A record that changes while its day is read turns up again in a later one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connectors.http import (
    HTTP_OPTIONS,
    BearerAuth,
    HttpClient,
    Since,
    cursor_pages,
    expect,
    field,
    first_day,
    open_client,
)
from connectors.mapping import identity, map_records
from connectors.options import Option, url_option
from connectors.records import ContactEvent
from connectors.source import Batch, Probe, SourceConfig

VERSION = "2.14"
OPTIONS: tuple[Option, ...] = (
    url_option(
        "Address of the region: api.intercom.io, api.eu.intercom.io or api.au.intercom.io",
        default="https://api.intercom.io",
    ),
    Option("token", "Access token of a private app", required=True, secret=True),
    Option("history_days", "Days that the first fetch reads back", kind=float, default=90.0, low=0.01, high=3650),
    *HTTP_OPTIONS,
)
PAGE_SIZE = Option("page_size", "Rows a page; at most 150", kind=int, default=150, low=1, high=150)
_DAY = timedelta(days=1)
# 10,000 a minute are allowed to a private app; we never need to be near it.
_REQUESTS_PER_MINUTE = 600.0
Parse = Callable[[dict[str, Any], list[datetime]], ContactEvent | None]


def client_of(config: SourceConfig, values: dict[str, Any]) -> HttpClient:
    """The client, with the version of the interface that was proven."""
    headers = {"Intercom-Version": VERSION}
    auth = BearerAuth(values["token"])
    return open_client(config.name, values, auth=auth, headers=headers, requests_per_minute=_REQUESTS_PER_MINUTE)


def probe_teams(client: HttpClient, what: str) -> Probe:
    """One look at the teams; their ids are what this kind calls a queue."""
    answer = client.get("/teams")
    teams = field(answer.body, "teams", list, name=client.name)
    named = [(str(team.get("id")), str(team.get("name"))) for team in teams if isinstance(team, dict)]
    listed = ", ".join(f"{name} is {id_}" for id_, name in named[:20])
    saw = f"{len(named)} teams ({listed})" if named else f"no teams; {what} without one are in the queue unassigned"
    return Probe(saw, [*(id_ for id_, _ in named), "unassigned"], answer.server_time)


def search(
    client: HttpClient,
    path: str,
    *,
    rows: str,
    parse: Parse,
    watermark: str | None,
    now: datetime,
    values: Mapping[str, Any],
) -> Iterator[Batch]:
    """Everything changed since the watermark; `rows` is the key of the list on a page."""
    since = Since.parse(watermark, default=first_day(now, days=values["history_days"]))
    start, done = since.start(values["overlap_s"]), 0
    while start is not None:
        stop = start + _DAY if start + _DAY < now else None
        changed: list[datetime] = []
        held: Batch | None = None
        for body in _pages(client, path, start=start, stop=stop, size=values["page_size"]):
            if held is not None:
                yield held
            found = field(body, rows, list, name=client.name)
            events, rejected = map_records(found, lambda row: parse(row, changed), where=rows, now=now)  # noqa: B023
            done += len(found)
            held = Batch(since.text(), events=events, rejected=rejected, done=done, unit=rows)
        since = since.advance(max(changed, default=None), now=now)
        if held is not None and (held.events or held.rejected or held.watermark != since.text()):
            yield replace(held, watermark=since.text())
        if stop is None:
            return
        start = stop


def team_of(row: Mapping[str, Any]) -> str:
    """The assigned team's id; Intercom writes none as null, "0", or not at all."""
    team = row.get("team_assignee_id")
    return identity(team, field="team_assignee_id") if team not in (None, 0, "0", "") else "unassigned"


def _pages(
    client: HttpClient, path: str, *, start: datetime, stop: datetime | None, size: int
) -> Iterator[dict[str, Any]]:
    # ">" is documented as "greater", and elsewhere as "greater or equal"; a second earlier serves both.
    filters = [{"field": "updated_at", "operator": ">", "value": int(start.timestamp()) - 1}]
    if stop is not None:
        filters.append({"field": "updated_at", "operator": "<", "value": int(stop.timestamp()) + 1})
    query = {"operator": "AND", "value": filters}
    answers = cursor_pages(
        lambda cursor: client.post(path, json={"query": query, "pagination": _pagination(cursor, size)}),
        next_cursor=lambda body: _next(client.name, body),
        max_pages=client.limits.max_pages,
        name=client.name,
    )
    return (expect(answer.body, dict, name=client.name, what="the page") for answer in answers)


def _pagination(cursor: str | None, size: int) -> dict[str, Any]:
    return {"per_page": size, **({"starting_after": cursor} if cursor else {})}


def _next(name: str, body: dict[str, Any]) -> str | None:
    pages = body.get("pages")
    following = expect(pages, dict, name=name, what="pages").get("next") if pages is not None else None
    if following is None:
        return None
    cursor = expect(following, dict, name=name, what="pages.next").get("starting_after")
    return None if cursor is None else expect(cursor, str, name=name, what="pages.next.starting_after")
