"""Searches for what changed, page by page in the order of change, and asks for what vanished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.errors import SourceError
from connectors.http import (
    HTTP_OPTIONS,
    Answer,
    Auth,
    BasicAuth,
    BearerAuth,
    Since,
    account_zone,
    field,
    first_day,
    keyset_pages,
    open_client,
)
from connectors.mapping import TicketStatus, map_records, utc
from connectors.options import Option, Secret, read_options, url_option, wrong
from connectors.records import ContactEvent, RejectedRecord
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.request_tracker.removed import last_transaction, removals, withdrawn
from connectors.sources.request_tracker.tickets import FIELDS, event

TICKETS, QUEUES = "/REST/2.0/tickets", "/REST/2.0/queues/all"
_PER_PAGE = 100  # RT gives no more
_NAMES = {"fields": "Name", "per_page": _PER_PAGE}
_AGAIN = 200  # transactions asked for again: one with a lower number may be written later than one with a higher


class RequestTracker:
    """Continues from the last change seen, an overlap back, and from the last transaction known."""

    KIND: ClassVar[str] = "request_tracker"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option("Address of Request Tracker, such as https://rt.example.com"),
        Option("user", "Account that may see the queues; leave out where a token is given"),
        Option("password", "Password of that account", secret=True),
        Option("token", "Authentication token of an account, instead of user and password", secret=True),
        Option("rt_queues", "Names of the queues to read; where left out, all that the account may see", kind=list),
        Option("done_statuses", "Statuses that mean answered", kind=list, default=["resolved"]),
        Option("withdrawn_statuses", "Statuses that mean nobody answers", kind=list, default=["rejected", "deleted"]),
        Option("page_size", "Tickets a request", kind=int, default=_PER_PAGE, low=2, high=_PER_PAGE),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config, self._hash = config, caller_hash
        self._values = values = read_options(config, self.OPTIONS)
        self._words = {"new": TicketStatus.NEW}
        self._words |= dict.fromkeys(map(str.lower, values["done_statuses"]), TicketStatus.DONE)
        self._words |= dict.fromkeys(map(str.lower, values["withdrawn_statuses"]), TicketStatus.WITHDRAWN)
        self._client = open_client(config.name, values, auth=_auth(config, values))
        self._offset = timedelta(0)

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which everything changed since then is read."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """The queues that the account may see."""
        answer = self._client.get(QUEUES, params=_NAMES)
        rows = field(answer.body, "items", list, name=self._config.name)
        names = [str(row["Name"]) for row in rows if isinstance(row, Mapping) and row.get("Name")]
        missing = [f"the right to see the queue {name}" for name in self._queues() if name not in names]
        if not names:
            missing.append("the right to see any queue (SeeQueue, ShowTicket)")
        return Probe(f"{len(names)} queues", names, answer.server_time, missing)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The tickets changed since, then those that vanished; the watermark moves with each page."""
        since = Since.parse(watermark, default=first_day(now))
        newest = self._newest()
        if newest is None:
            return
        self._offset = account_zone.measure(newest, self._finder(newest), guess=self._offset)
        start, known, before = (
            account_zone.starting(since.start(self._values["overlap_s"]), now=now),
            since.seen,
            since.text(),
        )
        since, done = replace(since, seen=(str(max(last_transaction(self._client, self._config) - _AGAIN, 0)),)), 0
        for events, rejected in self._vanished(start, known):
            done += len(events)
            yield Batch(before, events=events, rejected=rejected, done=done, unit="tickets")
        for answer in self._pages(start):
            rows = field(answer.body, "items", list, name=self._config.name)
            done += len(rows)
            found, refused = map_records(rows, self._event, where="ticket", now=now)
            since = since.advance(_last(rows), now=now)
            if found or refused:
                yield Batch(since.text(), events=found, rejected=refused, done=done, unit="tickets")

    def _vanished(
        self, start: datetime, known: Sequence[str]
    ) -> Iterator[tuple[list[ContactEvent], list[RejectedRecord]]]:
        """What vanished after the last transaction known, or since the start where none is."""
        after = f"Created >= '{_written(start + self._offset)}'"
        if known and known[0].isdecimal():
            after = f"id > {int(known[0])}"
        for rows in removals(self._client, self._config, after=after, per_page=self._values["page_size"]):
            yield withdrawn(self._client, self._config, rows)

    def _newest(self) -> datetime | None:
        body = self._search("id > 0", order="DESC", per_page=1).body
        rows = field(body, "items", list, name=self._config.name)
        newest = _last(rows)
        if rows and newest is None:
            what = "the newest ticket has no time of its last change that can be read"
            raise SourceError(self._config.name, f"{what}; look at it in Request Tracker", permanent=False)
        return newest

    def _finder(self, newest: datetime) -> account_zone.Found:
        def found(first: datetime, end: datetime | None) -> bool:
            question = f"LastUpdated >= '{_written(first)}'"
            if end is not None:
                question += f" AND LastUpdated < '{_written(end)}'"
            return bool(field(self._search(question, per_page=1).body, "items", list, name=self._config.name))

        return found

    def _pages(self, start: datetime) -> Iterator[Answer]:
        return keyset_pages(
            lambda since, page: self._search(
                f"LastUpdated >= '{_written(since + self._offset)}'",
                page=page,
                per_page=self._values["page_size"],
            ),
            rows=lambda body: field(body, "items", list, name=self._config.name),
            updated=lambda row: utc(row["LastUpdated"], field="LastUpdated"),
            start=start,
            size=self._values["page_size"],
            max_pages=self._client.limits.max_pages,
            name=self._config.name,
        )

    def _search(self, question: str, *, page: int = 1, order: str = "ASC", per_page: int) -> Answer:
        names = " OR ".join(f"Queue = '{_quoted(name)}'" for name in self._queues())
        params = {
            "query": f"{question} AND ({names})" if names else question,
            "fields": FIELDS,
            "fields[Queue]": "Name",
            "orderby": "LastUpdated",
            "order": order,
            "per_page": per_page,
            "page": page,
        }
        return self._client.get(TICKETS, params=params)

    def _queues(self) -> list[str]:
        return self._values["rt_queues"] or []

    def _event(self, ticket: Mapping[str, Any]) -> Any:
        return event(ticket, config=self._config, words=self._words, caller_hash=self._hash)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace("'", "\\'")


def _last(rows: list[Any]) -> datetime | None:
    """The latest change on a page; a damaged row does not hide the others."""
    times = [row.get("LastUpdated") for row in rows if isinstance(row, Mapping)]
    found, _ = map_records(times, lambda text: utc(text, field="LastUpdated"), where="ticket")
    return max(found, default=None)


def _auth(config: SourceConfig, values: Mapping[str, Any]) -> Auth:
    user, password, token = values["user"], values["password"], values["token"]
    if isinstance(token, Secret) and user is None and password is None:
        return BearerAuth(token, "token ")
    if user is None or password is None or token is not None:
        raise wrong(config, "needs either user and password_env, or token_env alone")
    return BasicAuth(user, password)
