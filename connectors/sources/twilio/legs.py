"""Calls and the legs they dial, put together: one inbound call is one contact, however many agents it rang."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import RecordError
from connectors.mapping import identity
from connectors.records import Channel, ContactEvent, Outcome
from connectors.source import CallerHash, SourceConfig
from connectors.sources.twilio.times import rfc2822, rfc2822_or_none

LONGEST_CALL = timedelta(hours=24)  # Twilio ends a call then
_RUNNING = ("queued", "ringing", "in-progress")
_OVER = ("completed", "busy", "failed", "no-answer", "canceled")


@dataclass(frozen=True, slots=True)
class Leg:
    """One row of the log, as little of it as is needed."""

    sid: str
    parent: str | None
    inbound: bool
    number: str
    caller: str | None
    begun: datetime
    ended: datetime | None
    connected: datetime | None

    @property
    def contact(self) -> bool:
        """Whether this is a customer's call and not a leg of one, nor a call of our own."""
        return self.inbound and self.parent is None


def read_leg(row: dict[str, Any], caller_hash: CallerHash) -> Leg:
    """A row; RecordError and the like where it cannot be read."""
    status = row["status"]
    if status not in (*_RUNNING, *_OVER):
        raise RecordError(f"the status must be one of {', '.join((*_RUNNING, *_OVER))}, got {status!r}")
    begun = rfc2822_or_none(row["start_time"], field="start_time")
    begun = rfc2822(row["date_created"], field="date_created") if begun is None else begun
    ended = _ended(row, begun) if status in _OVER else None
    caller, parent = row.get("from"), row.get("parent_call_sid")
    return Leg(
        sid=identity(row["sid"], field="sid"),
        parent=None if parent in (None, "") else identity(parent, field="parent_call_sid"),
        inbound=row["direction"] == "inbound",
        number=str(row.get("to") or "unknown number"),
        caller=caller_hash(str(caller)) if caller and row["direction"] == "inbound" else None,
        begun=begun,
        ended=ended,
        connected=_connected(row, status, begun=begun, ended=ended),
    )


def _ended(row: dict[str, Any], begun: datetime) -> datetime:
    """The end; a call that came to nothing has none, and then was last changed when it ended."""
    ended = rfc2822_or_none(row.get("end_time"), field="end_time")
    ended = rfc2822_or_none(row.get("date_updated"), field="date_updated") if ended is None else ended
    return max(ended or begun, begun)


def _connected(row: dict[str, Any], status: str, *, begun: datetime, ended: datetime | None) -> datetime | None:
    if status == "in-progress":
        return begun
    if status != "completed" or ended is None:
        return None
    return max(begun, ended - timedelta(seconds=int(row.get("duration") or 0)))


def contact_event(call: Leg, legs: Iterable[Leg], config: SourceConfig, *, platform: bool) -> ContactEvent:
    """The contact of an inbound call, answered by the first leg that connected, or with `platform` by Twilio."""
    answers = [call.connected] if platform else [leg.connected for leg in legs]
    answered = min((at for at in answers if at is not None), default=None)
    if answered is not None:
        answered = max(answered, call.begun) if call.ended is None else min(max(answered, call.begun), call.ended)
    return ContactEvent(
        call.sid,
        config.queue(call.number),
        Channel.CALL,
        call.begun,
        _outcome(answered, call.ended),
        answered,
        call.ended,
        call.caller,
    )


def _outcome(answered: datetime | None, ended: datetime | None) -> Outcome:
    if answered is None:
        return Outcome.WAITING if ended is None else Outcome.ABANDONED
    return Outcome.IN_SERVICE if ended is None else Outcome.ANSWERED
