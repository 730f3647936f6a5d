"""KIND "front": conversations of Front, put together from its events (GET /events).

Vendor: https://dev.frontapp.com/reference/list-events.

A contact begins with an inbound message and waits; from the first outbound message on it is in service; archived
after a reply it is answered, archived without one or put into the trash abandoned, since nobody answered. A message
that comes in on an archived conversation begins another contact, named by the conversation and the second it came in;
reopening by a teammate does not. Discussions, tasks and private conversations are not contacts, nor are conversations
that we began. The queue is the inbox's id; a conversation that is moved stays one contact and changes its queue.
Lost: Front's calls; conversations merged into another (they stay as they were last seen); the sender; of more than
5,000 open conversations the oldest are no longer followed. Events carry no memory, so the watermark does.
Limits: 15 events a page; 50 requests a minute on the smallest plan. Evidence: contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from connectors.http import (
    HTTP_OPTIONS,
    Answer,
    BearerAuth,
    Since,
    cursor_pages,
    expect,
    field,
    first_day,
    open_client,
)
from connectors.mapping import identity, map_records
from connectors.options import Option, read_options, url_option
from connectors.records import RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.front.rounds import TYPES, Event, Rounds, read_event

_PAGE = 15
_DAY = timedelta(days=1)
_REQUESTS_PER_MINUTE = 50.0


class Front:
    """Reads the events of each inbox since, a day at a time, and tells of every conversation they touch."""

    KIND: ClassVar[str] = "front"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option("Address of the interface", default="https://api2.frontapp.com"),
        Option("token", "API token with the scopes events:read and inboxes:read", required=True, secret=True),
        Option("inboxes", "Ids of the inboxes to read, inb_…; all shared ones where it is left out", kind=list),
        Option("history_days", "Days that the first fetch reads back", kind=float, default=14.0, low=0.01, high=400),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config = config
        self._values = values = read_options(config, self.OPTIONS)
        auth = BearerAuth(values["token"])
        self._client = open_client(config.name, values, auth=auth, requests_per_minute=_REQUESTS_PER_MINUTE)

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which every event since then is read."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """One look at the inboxes, whose ids are the queues."""
        answer = self._client.get("/inboxes")
        named = self._shared(answer)
        listed = ", ".join(f"{name} is {id_}" for id_, name in list(named.items())[:20])
        absent = [id_ for id_ in self._values["inboxes"] or () if id_ not in named]
        return Probe(
            f"{len(named)} shared inboxes ({listed})" if named else "no shared inboxes",
            list(named),
            answer.server_time,
            [f"the inbox {id_}, or the right to see it" for id_ in absent],
        )

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The conversations touched since the watermark, which moves with each day that is wholly read."""
        since = Since.parse(watermark, default=first_day(now, days=self._values["history_days"]))
        rounds = Rounds.recall(since.seen)
        inboxes = self._values["inboxes"] or list(self._shared(self._client.get("/inboxes")))
        begin, done = since.start(self._values["overlap_s"]), 0
        while begin < now:
            stop = min(begin + _DAY, now)
            events, rejected = self._read(inboxes, begin, None if stop == now else stop, now=now)
            touched = rounds.fold(events)
            contacts, refused = map_records(
                touched, lambda one: one.contact(self._config), where="conversations", now=now
            )
            done += len(events)
            newest = max((event.at for event in events), default=None)
            after = rounds.remember(since.advance(newest, now=now), now=now)
            if contacts or rejected or refused or after != since:
                yield Batch(after.text(), events=contacts, rejected=[*rejected, *refused], done=done, unit="events")
            since, begin = after, stop

    def _read(
        self, inboxes: list[str], begin: datetime, stop: datetime | None, *, now: datetime
    ) -> tuple[list[Event], list[RejectedRecord]]:
        found: dict[str, Event] = {}
        rejected: list[RejectedRecord] = []
        for inbox in inboxes:
            for answer in self._pages(inbox, begin, stop):
                rows = field(answer.body, "_results", list, name=self._config.name)
                events, refused = map_records(rows, lambda row: read_event(row, inbox, now=now), where="events")  # noqa: B023
                found.update((event.id, event) for event in events)
                rejected += refused
        return sorted(found.values(), key=lambda event: (event.at, event.id)), rejected

    def _pages(self, inbox: str, begin: datetime, stop: datetime | None) -> Iterator[Answer]:
        params = {
            "q[after]": f"{begin.timestamp() - 0.001:.3f}",  # "after" leaves out the moment itself
            "q[before]": None if stop is None else f"{stop.timestamp():.3f}",
            "q[inboxes][]": inbox,
            "q[types][]": list(TYPES),
            "limit": _PAGE,
            "sort_by": "created_at",
            "sort_order": "asc",
        }
        return cursor_pages(
            lambda token: self._client.get("/events", params={**params, "page_token": token}),
            next_cursor=self._next,
            max_pages=self._client.limits.max_pages,
            name=self._config.name,
        )

    def _next(self, body: Any) -> str | None:
        """The token in the next page's address; the address itself names the company's own host, so it is not used."""
        link = field(body, "_pagination", dict, name=self._config.name).get("next")
        if link is None:
            return None
        try:
            tokens = parse_qs(urlsplit(expect(link, str, name=self._config.name, what="_pagination.next")).query)
        except ValueError:
            tokens = {}
        return expect(tokens.get("page_token", [None])[0], str, name=self._config.name, what="page_token")

    def _shared(self, answer: Answer) -> dict[str, str]:
        rows = field(answer.body, "_results", list, name=self._config.name)
        inboxes, _ = map_records(rows, _inbox, where="inboxes")
        return dict(inboxes)


def _inbox(row: Mapping[str, Any]) -> tuple[str, str] | None:
    return None if row.get("is_private") is True else (identity(row["id"], field="id"), str(row.get("name") or ""))
