"""KIND "zendesk_tickets": tickets of Zendesk Support from its incremental export, page by page along a cursor.

Vendor: https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/ (cursor-based).

Status new is our waiting; open, pending, hold and custom ones in service; solved and closed are answered. Deleted
tickets and those closed because they were merged into another are abandoned, so that a merged contact does not count as
served twice. The queue is the id of the ticket's group (or form, or brand); "unassigned" where it has none.
A ticket counts as answered since its first reply where `first_replies` asks for it (the side-load metric_sets, which
no recording of ours holds); else since its last update. Zendesk leaves out the last minute, so the board is a minute
behind. Lost: comments, agents, satisfaction, the last minute. The requester is kept as a hash.
Evidence: recorded (117 answers of a real account) and contract. No 429 and no end of the stream was recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.errors import RecordError
from connectors.http import (
    HTTP_OPTIONS,
    Answer,
    Auth,
    BasicAuth,
    BearerAuth,
    Since,
    cursor_pages,
    expect,
    field,
    first_day,
    open_client,
    refuse_skew,
)
from connectors.mapping import TicketStatus, identity, map_records, ticket_event, utc, utc_or_none
from connectors.options import Option, read_options, url_option, wrong
from connectors.records import ContactEvent
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig

_PATH = "/api/v2/incremental/tickets/cursor"
_PER_MINUTE = 10
_YOUNGEST = timedelta(minutes=2)  # a start within the last minute is refused
_STATUS = {"new": TicketStatus.NEW, "solved": TicketStatus.DONE, "closed": TicketStatus.DONE}
_WITHDRAWN = "deleted"
_MERGED = "closed_by_merge"
_QUEUE_BY = {"group": "group_id", "form": "ticket_form_id", "brand": "brand_id"}


class ZendeskTickets:
    """Reads what was created or changed since, in the vendor's own order, and continues from its cursor."""

    KIND: ClassVar[str] = "zendesk_tickets"
    EVIDENCE: ClassVar[Evidence] = Evidence.RECORDED
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option("The account's address, such as https://SUBDOMAIN.zendesk.com"),
        Option("email", "E-mail address of the administrator whose API token is used"),
        Option("api_token", "API token that belongs to the e-mail address", secret=True),
        Option("oauth_token", "OAuth token with the right to read, instead of e-mail and API token", secret=True),
        Option("queue_by", "What makes a queue", default="group", choices=tuple(_QUEUE_BY)),
        Option("ignore_channels", "Channels whose tickets are counted elsewhere, such as voice", kind=list, default=()),
        Option("first_replies", "Whether to ask for the time of the first reply as well", kind=bool, default=False),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config, self._hash = config, caller_hash
        values = read_options(config, self.OPTIONS)
        self._queue_key = _QUEUE_BY[values["queue_by"]]
        self._ignored = frozenset(values["ignore_channels"])
        self._include = "metric_sets" if values["first_replies"] else None
        self._client = open_client(config.name, values, auth=_auth(config, values), requests_per_minute=_PER_MINUTE)

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """Begin with the tickets that were created or changed since then."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """One page of the last day."""
        answer = self._ask(None, since=now - timedelta(days=1))
        tickets = field(answer.body, "tickets", list, name=self._config.name)
        queues = sorted({self._queue(ticket) for ticket in tickets if isinstance(ticket, dict)})
        return Probe(f"{len(tickets)} tickets of the last day", queues, answer.server_time)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """A batch a page, each with the cursor that follows it."""
        since = min(Since.parse(watermark, default=first_day(now)).at, now - _YOUNGEST)
        mark, done = watermark or Since(since).text(), 0
        pages = cursor_pages(
            lambda cursor: self._ask(cursor, since=since),
            next_cursor=self._next,
            max_pages=self._client.limits.max_pages,
            name=self._config.name,
            first=_cursor(watermark),
        )
        for answer in pages:
            refuse_skew(self._config.name, answer, now=now)
            batch = self._batch(answer, mark=mark, done=done, now=now)
            if batch.watermark != watermark or batch.done > done:
                yield batch
            mark, done = batch.watermark, batch.done

    def _ask(self, cursor: str | None, *, since: datetime) -> Answer:
        start = {"cursor": cursor} if cursor else {"start_time": int(since.timestamp())}
        return self._client.get(_PATH, params={**start, "include": self._include})

    def _next(self, body: Any) -> str | None:
        if field(body, "end_of_stream", bool, name=self._config.name):
            return None
        return field(body, "after_cursor", str, name=self._config.name)

    def _batch(self, answer: Answer, *, mark: str, done: int, now: datetime) -> Batch:
        tickets = field(answer.body, "tickets", list, name=self._config.name)
        events, rejected = map_records(tickets, self._event, where="ticket", now=now)
        cursor = answer.body.get("after_cursor")
        if cursor is not None:  # it is null where nothing has changed since the start
            mark = json.dumps({"cursor": expect(cursor, str, name=self._config.name, what="after_cursor")})
        return Batch(mark, events=events, rejected=rejected, done=done + len(tickets), unit="tickets")

    def _event(self, ticket: dict[str, Any]) -> ContactEvent | None:
        if _channel(ticket) in self._ignored:
            return None
        created, status = utc(ticket["created_at"], field="created_at"), _status(ticket)
        reply, solved = _metrics(ticket, created)
        requester = ticket.get("requester_id")
        return ticket_event(
            identity(ticket["id"], field="id"),
            self._config.queue(self._queue(ticket)),
            created=created,
            updated=utc(ticket["updated_at"], field="updated_at"),
            status=status,
            first_reply=reply,
            closed=solved,
            requester=None if requester is None else self._hash(f"zendesk:{requester}"),
        )

    def _queue(self, ticket: Mapping[str, Any]) -> str:
        key = ticket.get(self._queue_key)
        return "unassigned" if key is None else str(key)


def _auth(config: SourceConfig, values: Mapping[str, Any]) -> Auth:
    email, token, oauth = values["email"], values["api_token"], values["oauth_token"]
    if oauth is not None and token is None:
        return BearerAuth(oauth)
    if email is None or token is None or oauth is not None:
        raise wrong(config, "needs either email and api_token_env, or oauth_token_env alone")
    return BasicAuth(f"{email}/token", token)


def _cursor(watermark: str | None) -> str | None:
    try:
        cursor = json.loads(watermark or "")["cursor"]
    except (ValueError, TypeError, LookupError):
        return None  # a start, nothing yet, or another kind's: all three mean to begin at a time
    return cursor if isinstance(cursor, str) and cursor else None


def _status(ticket: Mapping[str, Any]) -> TicketStatus:
    word, tags = ticket["status"], ticket.get("tags") or ()
    if not isinstance(word, str):
        raise RecordError(f"status must be a word, got {word!r}")
    if word == _WITHDRAWN or (word == "closed" and _MERGED in tags):
        return TicketStatus.WITHDRAWN
    return _STATUS.get(word, TicketStatus.OPEN)


def _channel(ticket: Mapping[str, Any]) -> str:
    via = ticket.get("via")
    return str(via.get("channel")) if isinstance(via, dict) else ""


def _metrics(ticket: Mapping[str, Any], created: datetime) -> tuple[datetime | None, datetime | None]:
    """First reply and solution, as far as the side-load tells them."""
    metrics = ticket.get("metric_set")
    if not isinstance(metrics, dict):
        return None, None
    minutes = (metrics.get("reply_time_in_minutes") or {}).get("calendar")
    reply = None if minutes is None else created + timedelta(minutes=minutes)
    return reply, utc_or_none(metrics.get("solved_at"), field="solved_at")
