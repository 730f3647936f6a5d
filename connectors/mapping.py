"""From a vendor's rows to our records: one bad row is rejected with its place and reason, and never stops the rest."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

import orjson

from connectors.errors import RecordError
from connectors.records import Channel, ContactEvent, IntervalVolume, Outcome, QueueState, RejectedRecord

Record = TypeVar("Record")
AHEAD = timedelta(minutes=5)  # what a vendor's clock may be ahead of ours before a record counts as of the future
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_RAW = 500
_LONGEST_NAME = 300
_DEEPEST = 8
_HIDDEN = "…"
_PERSONAL = frozenset(
    (
        "subject",
        "raw_subject",
        "title",
        "description",
        "summary",
        "body",
        "html_body",
        "content",
        "text",
        "comment",
        "comments",
        "note",
        "notes",
        "name",
        "first_name",
        "last_name",
        "display_name",
        "displayName",
        "from",
        "to",
        "caller",
        "callee",
        "number",
        "phone",
        "email",
        "address",
    )
)
_TELEPHONE = re.compile(r"\+?[\d ()/.-]{7,}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# Whatever a row's content can raise. MemoryError, KeyboardInterrupt and our own SourceError are not among them.
_CONTENT = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)


class TicketStatus(StrEnum):
    """The four states every helpdesk's words come down to."""

    NEW = "new"
    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


def map_records(
    rows: Iterable[Any], parse: Callable[[Any], Record | None], *, where: str, now: datetime | None = None
) -> tuple[list[Record], list[RejectedRecord]]:
    """Each row as `parse` maps it, and those that cannot be; a row parsed to None is not ours and is skipped.

    With `now`, records more than five minutes ahead of it are rejected. A rejected row is placed by its id where it
    has one, else by its position in this very page: read again it is not reported again, and no two fall together.
    """
    rows = list(rows)
    records: list[Record] = []
    rejected: list[RejectedRecord] = []
    latest = None if now is None else now + AHEAD
    for position, row in enumerate(rows, start=1):
        try:
            record = parse(row)
            _refuse_endless_names(record)
            if latest is not None:
                _refuse_future(record, latest)
        except _CONTENT as error:
            rejected.append(
                RejectedRecord(f"{where}:{_name(row) or _place(rows, position)}", _reason(error), _raw(row))
            )
        else:
            if record is not None:
                records.append(record)
    return records, rejected


def ticket_event(
    external_id: str,
    queue: str,
    *,
    created: datetime,
    updated: datetime,
    status: TicketStatus,
    channel: Channel = Channel.TICKET,
    first_reply: datetime | None = None,
    closed: datetime | None = None,
    requester: str | None = None,
) -> ContactEvent:
    """A ticket as a contact; `requester` is already a hash.

    New: waiting. Open: in service since the first reply, or since `updated` where the vendor does not tell it. Done:
    answered, ended at `closed`, or at `updated` where that is not told. Withdrawn: abandoned at `closed` or `updated`.
    A time before the one it must follow is moved to that one: a reply or end before the creation becomes the creation,
    an end before the reply becomes the reply, a reply after a known end becomes that end.
    """
    ended = max(closed or updated, created)
    answered = max(first_reply or updated, created)
    if status is TicketStatus.NEW:
        return ContactEvent(external_id, queue, channel, created, Outcome.WAITING, None, None, requester)
    if status is TicketStatus.OPEN:
        return ContactEvent(external_id, queue, channel, created, Outcome.IN_SERVICE, answered, None, requester)
    if status is TicketStatus.WITHDRAWN:
        return ContactEvent(external_id, queue, channel, created, Outcome.ABANDONED, None, ended, requester)
    return ContactEvent(external_id, queue, channel, created, Outcome.ANSWERED, min(answered, ended), ended, requester)


def utc(value: str | int | float, *, field: str) -> datetime:
    """An aware UTC time from ISO 8601 with its offset, or from seconds since 1970; RecordError otherwise."""
    if isinstance(value, str):
        moment = _from_text(value, field)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        moment = _from_seconds(value, field)
    else:
        raise RecordError(f"{field} must be a time, got {_short(value)}")
    if not _FIRST <= moment < _LAST:
        raise RecordError(f"{field} must lie between 1990 and 2100, got {_short(value)}")
    return moment


def identity(value: object, *, field: str) -> str:
    """A vendor's id, which must be a text or a whole number; RecordError otherwise."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise RecordError(f"{field} must be an id, got {_short(value)}")
    return str(value)


def utc_or_none(value: str | int | float | None, *, field: str) -> datetime | None:
    """Like `utc`, for a time that has not come yet or was never noted."""
    return None if value is None else utc(value, field=field)


def _from_text(value: str, field: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise RecordError(f"{field} must be a time such as 2026-11-23T09:15:00Z, got {_short(value)}") from error
    if moment.tzinfo is None:
        raise RecordError(f"{field} must carry its offset from UTC, got {_short(value)}")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise RecordError(f"{field} must lie between 1990 and 2100, got {_short(value)}") from error


def _from_seconds(value: float, field: str) -> datetime:
    if not math.isfinite(value) or not _FIRST.timestamp() <= value < _LAST.timestamp():
        raise RecordError(f"{field} must be seconds since 1970 between 1990 and 2100, got {_short(value)}")
    return datetime.fromtimestamp(value, UTC)


def _refuse_endless_names(record: object) -> None:
    """What is stored under an index must fit into it."""
    for name in (getattr(record, "external_id", ""), getattr(record, "queue", "")):
        if isinstance(name, str) and len(name) > _LONGEST_NAME:
            raise RecordError(f"an id or queue has at most {_LONGEST_NAME} characters, got {len(name)}: {_short(name)}")


def _refuse_future(record: object, latest: datetime) -> None:
    if isinstance(record, ContactEvent):
        at = max(time for time in (record.arrived_at, record.answered_at, record.ended_at) if time is not None)
    elif isinstance(record, IntervalVolume):
        at = record.interval_start
    elif isinstance(record, QueueState):
        at = record.at
    else:
        return
    if at > latest:
        raise RecordError(f"its time {at:%Y-%m-%d %H:%M:%S} UTC lies in the future; check the clock of the system")


def _name(row: object) -> str:
    name = row.get("id") if isinstance(row, dict) else None
    return _short(name, 80) if isinstance(name, str | int) else ""


def _place(rows: list[Any], position: int) -> str:
    try:
        page = zlib.crc32(orjson.dumps(rows))
    except (TypeError, ValueError, RecursionError):
        page = len(rows)
    return f"{position} of page {page:08x}"


def _reason(error: Exception) -> str:
    if isinstance(error, RecordError):
        return str(error)
    if isinstance(error, KeyError):
        return f"the field {_short(error.args[0] if error.args else '')} is missing"
    said = "" if isinstance(error, ValueError) else f": {_short(error)}"  # a ValueError may quote what a person wrote
    return f"a field is missing or of another type ({type(error).__name__}{said})"


def _raw(row: object) -> str:
    try:
        return orjson.dumps(_masked(row)).decode("utf-8", "replace")[:_RAW]
    except (TypeError, ValueError, RecursionError):
        return f"({type(row).__name__})"


def _masked(value: Any, depth: int = 0) -> Any:
    """A row without what people wrote, their names, addresses and numbers: rejected rows are kept, shown, exported."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {key: _HIDDEN if key in _PERSONAL else _masked(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, depth + 1) for item in value[:20]]
    if isinstance(value, str):
        telephone = _TELEPHONE.fullmatch(value) and not _DATE.match(value)
        return _HIDDEN if "@" in value or telephone else _short(value)
    return value


def _short(value: object, longest: int = 60) -> str:
    text = str(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"
