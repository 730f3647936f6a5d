"""What the two streams of HubSpot share: the search in the order of the last change.

Vendor: https://developers.hubspot.com/docs/api-reference/crm-tickets-v3/guide and …/guides/api/crm/search. A search
never shows more than 10,000 rows, however it is paged. So each page is asked for from the last change seen on the one
before, and offsets count only within one millisecond that fills a whole page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.errors import RecordError
from connectors.http import (
    HTTP_OPTIONS,
    Answer,
    BearerAuth,
    HttpClient,
    Since,
    field,
    first_day,
    keyset_pages,
    open_client,
)
from connectors.mapping import map_records, utc
from connectors.options import Option, url_option
from connectors.records import ContactEvent
from connectors.source import Batch, Probe, SourceConfig

UPDATED = "hs_lastmodifieddate"
OPTIONS: tuple[Option, ...] = (
    url_option("Address of the interface", default="https://api.hubapi.com"),
    Option("token", "Access token of a private app", required=True, secret=True),
    Option("page_size", "Rows a page; at most 200", kind=int, default=200, low=1, high=200),
    *HTTP_OPTIONS,
)
_REQUESTS_PER_MINUTE = 240.0  # five searches a second are allowed to an account, and others search as well
Parse = Callable[[dict[str, Any], list[datetime]], ContactEvent | None]


def client_of(config: SourceConfig, values: Mapping[str, Any]) -> HttpClient:
    """The client."""
    auth = BearerAuth(values["token"])
    return open_client(config.name, values, auth=auth, requests_per_minute=_REQUESTS_PER_MINUTE)


def search(
    client: HttpClient,
    path: str,
    *,
    properties: Sequence[str],
    parse: Parse,
    watermark: str | None,
    now: datetime,
    values: Mapping[str, Any],
) -> Iterator[Batch]:
    """Everything changed since the watermark, which moves with each page."""
    since, done, unit = Since.parse(watermark, default=first_day(now)), 0, path.split("/")[-2]
    size = values["page_size"]
    pages = keyset_pages(
        lambda start, page: client.post(path, json=question(start, properties, after=(page - 1) * size, limit=size)),
        rows=lambda body: field(body, "results", list, name=client.name),
        updated=changed_at,
        start=since.start(values["overlap_s"]),
        size=size,
        max_pages=client.limits.max_pages,
        name=client.name,
    )
    for answer in pages:
        rows = field(answer.body, "results", list, name=client.name)
        changed: list[datetime] = []
        events, rejected = map_records(rows, lambda row: parse(row, changed), where=unit, now=now)  # noqa: B023
        done += len(rows)
        before, since = since.text(), since.advance(max(changed, default=None), now=now)
        if events or rejected or since.text() != before:
            yield Batch(since.text(), events=events, rejected=rejected, done=done, unit=unit)


def question(start: datetime, properties: Sequence[str], *, after: int, limit: int) -> dict[str, Any]:
    """The body of a search; the description requires all five keys."""
    bound = {"propertyName": UPDATED, "operator": "GTE", "value": str(int(start.timestamp() * 1000))}
    return {
        "filterGroups": [{"filters": [bound]}],
        "sorts": [UPDATED],
        "properties": list(properties),
        "limit": limit,
        "after": str(after),
    }


def changed_at(row: Any) -> datetime:
    """The change by which the search sorts: the property, which can lie a moment before the object's `updatedAt`."""
    said = row["properties"].get(UPDATED)
    return when(said if said else row["updatedAt"], UPDATED)


def when(value: object, name: str) -> datetime:
    """A property's time: ISO 8601, or milliseconds since 1970 as older properties have it."""
    if isinstance(value, str) and value.isdecimal():
        return utc(int(value) / 1000, field=name)
    if not isinstance(value, str):
        raise RecordError(f"{name} must be a time, got {str(value)[:60]!r}")
    return utc(value, field=name)


def when_or_none(value: object, name: str) -> datetime | None:
    """Like `when`, for a property that is not set: null or an empty text."""
    return None if value in (None, "") else when(value, name)


def probe_search(client: HttpClient, path: str, queue_property: str, *, now: datetime) -> Probe:
    """The last rows of a search, and what their queue property says."""
    answer: Answer = client.post(path, json=question(first_day(now, days=7), [queue_property], after=0, limit=100))
    rows = field(answer.body, "results", list, name=client.name)
    said = [row.get("properties") for row in rows if isinstance(row, dict)]
    queues = {str(one.get(queue_property)) for one in said if isinstance(one, dict) and one.get(queue_property)}
    total = answer.body.get("total")
    missing = () if queues or not rows else (f"the property {queue_property}, which no row has: check its name",)
    return Probe(f"{total} {path.split('/')[-2]} changed in seven days", sorted(queues), answer.server_time, missing)
