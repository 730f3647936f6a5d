"""KIND "roundup": issues of a Roundup tracker over its REST interface, in the order of their last activity.

Vendor: https://www.roundup-tracker.org/docs/rest.html, https://www.roundup-tracker.org/docs/user_guide.html

An issue is one ticket. The statuses of the classic template: unread is our waiting; resolved and done-cbb are
answered; every other word is in service. `new_statuses`, `done_statuses` and `withdrawn_statuses` name others. The
queue is the issue's property `queue_property` (the first, where there are several), else "issues". A re-opened issue is
in service again and stays one contact; one that is superseded by another is abandoned, since its customer is served by
the other.
Roundup reads a time in a search in the time zone of the account, so the zone's offset is measured.
Lost: the time of the first answer and of the end (both are the last activity: Roundup lists no others), so waiting
times of tickets from here are upper bounds; retired issues, which are in no list and stay as they were last seen;
messages and people, except the creator as a hash.
Evidence: live (Roundup 2.6).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from connectors.errors import RecordError, SourceError
from connectors.http import (
    HTTP_OPTIONS,
    Answer,
    BasicAuth,
    Since,
    account_zone,
    expect,
    field,
    first_day,
    keyset_pages,
    open_client,
)
from connectors.mapping import TicketStatus, identity, map_records, ticket_event
from connectors.options import Option, read_options, url_option
from connectors.records import ContactEvent
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig

_ISSUES, _STATUSES = "/rest/data/issue", "/rest/data/status"
_FIELDS = ("creation", "activity", "status", "creator", "superseder")
_FORM = "%Y-%m-%d.%H:%M:%S"
_NO_PROPERTY = "issues"


class Roundup:
    """Searches by activity; each page begins at the last activity seen."""

    KIND: ClassVar[str] = "roundup"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option("Address of the tracker, such as https://support.example.com/tracker"),
        Option("user", "Account that may use the REST interface and see the issues", required=True),
        Option("password", "Password of that account", required=True, secret=True),
        Option("queue_property", "The issue's property that names the queue, such as keyword or priority"),
        Option("new_statuses", "Statuses that mean nobody has answered yet", kind=list, default=["unread"]),
        Option("done_statuses", "Statuses that mean answered", kind=list, default=["resolved", "done-cbb"]),
        Option("withdrawn_statuses", "Statuses that mean nobody answers", kind=list, default=[]),
        Option("page_size", "Issues a request", kind=int, default=200, low=2, high=1000),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config, self._hash = config, caller_hash
        self._values = values = read_options(config, self.OPTIONS)
        self._words = dict.fromkeys(values["new_statuses"], TicketStatus.NEW)
        self._words |= dict.fromkeys(values["done_statuses"], TicketStatus.DONE)
        self._words |= dict.fromkeys(values["withdrawn_statuses"], TicketStatus.WITHDRAWN)
        url = values["url"].rstrip("/")
        self._client = open_client(
            config.name,
            values,
            auth=BasicAuth(values["user"], values["password"]),
            # Roundup refuses requests that do not say they come from its own pages or a program.
            headers={"X-Requested-With": "rest", "Referer": f"{url}/", "Origin": _origin(url)},
        )
        self._offset = timedelta(0)

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which everything changed since then is read."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """The statuses of the tracker, and the newest issue."""
        answer = self._client.get(_STATUSES, params={"@fields": "name"})
        names = [str(row.get("name")) for row in self._rows(answer.body) if isinstance(row, Mapping)]
        missing = [f"the status {name}, which the options name" for name in self._words if name not in names]
        newest = self._rows(self._search(None, order="-activity", size=1).body)
        queues = [self._queue(row) for row in newest if isinstance(row, Mapping)]
        return Probe(f"statuses {', '.join(names)}", queues, answer.server_time, missing)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The issues changed since, oldest change first; the watermark moves with each page."""
        since, done = Since.parse(watermark, default=first_day(now)), 0
        rows = self._rows(self._search(None, order="-activity", size=1).body)
        newest = _last(rows)
        if newest is None and rows:
            what = "the newest issue has no time of its last activity that can be read"
            raise SourceError(self._config.name, f"{what}; look at it in Roundup", permanent=False)
        if newest is None:
            return
        self._offset = account_zone.measure(newest, self._found, guess=self._offset)
        start = account_zone.starting(since.start(self._values["overlap_s"]), now=now)
        for answer in self._pages(start):
            rows = self._rows(answer.body)
            done += len(rows)
            events, rejected = map_records(rows, self._event, where="issue", now=now)
            since = since.advance(_last(rows), now=now)
            if events or rejected:
                yield Batch(since.text(), events=events, rejected=rejected, done=done, unit="tickets")

    def _pages(self, start: datetime) -> Iterator[Answer]:
        size = self._values["page_size"]
        return keyset_pages(
            lambda since, page: self._search(f"{since + self._offset:{_FORM}};", page=page, size=size),
            rows=self._rows,
            updated=lambda row: _time(row["activity"]),
            start=start,
            size=size,
            max_pages=self._client.limits.max_pages,
            name=self._config.name,
        )

    def _found(self, first: datetime, end: datetime | None) -> bool:
        """Whether an issue was active in the span, whose end does not belong to it."""
        until = "" if end is None else f"{end - timedelta(seconds=1):{_FORM}}"
        return bool(self._rows(self._search(f"{first:{_FORM}};{until}", size=1).body))

    def _search(self, span: str | None, *, page: int = 1, order: str = "activity", size: int) -> Answer:
        wanted = self._values["queue_property"]
        params = {
            "@fields": ",".join((*_FIELDS, *([wanted] if wanted else []))),
            "@verbose": 2,
            "@sort": order,
            "@page_size": size,
            "@page_index": page,
            "activity": span,
        }
        return self._client.get(_ISSUES, params=params)

    def _rows(self, body: Any) -> list[Any]:
        data = field(body, "data", dict, name=self._config.name)
        return expect(data.get("collection"), list, name=self._config.name, what="collection")

    def _event(self, issue: Mapping[str, Any]) -> ContactEvent:
        updated = _time(issue["activity"])
        creator = issue.get("creator")
        who = creator.get("id") if isinstance(creator, Mapping) else creator
        return ticket_event(
            identity(issue["id"], field="id"),
            self._config.queue(self._queue(issue)),
            created=_time(issue["creation"]),
            updated=updated,
            status=TicketStatus.WITHDRAWN if issue.get("superseder") else self._status(issue["status"]),
            requester=None if who is None else self._hash(f"roundup:{who}"),
        )

    def _status(self, status: Any) -> TicketStatus:
        if status is None:
            return TicketStatus.NEW
        word = status["name"] if isinstance(status, Mapping) else status
        if not isinstance(word, str) or not word:
            raise RecordError(f"status must be a word, got {word!r}")
        return self._words.get(word, TicketStatus.OPEN)

    def _queue(self, issue: Mapping[str, Any]) -> str:
        value = issue.get(self._values["queue_property"] or "")
        if isinstance(value, list):
            value = value[0] if value else None
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("id")
        return str(value) if value else _NO_PROPERTY


def _time(text: Any) -> datetime:
    """Roundup writes UTC, such as 2026-11-23.08:54:27."""
    if not isinstance(text, str):
        raise RecordError(f"a time must be a text, got {text!r}")
    try:
        return datetime.strptime(text[:19], _FORM).replace(tzinfo=UTC)
    except ValueError as error:
        raise RecordError(f"a time must look like 2026-11-23.08:54:27, got {text!r}") from error


def _last(rows: list[Any]) -> datetime | None:
    """The latest activity on a page; a damaged row does not hide the others."""
    times, _ = map_records(rows, lambda row: _time(row["activity"]), where="issue")
    return max(times, default=None)


def _origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
