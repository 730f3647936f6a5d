"""From events to contacts: what is known of each conversation, kept from one fetch to the next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.errors import RecordError
from connectors.http import Since
from connectors.mapping import AHEAD, TicketStatus, identity, ticket_event, utc
from connectors.records import Channel, ContactEvent
from connectors.source import SourceConfig

_REPLIES = ("outbound", "out_reply")
TYPES = ("inbound", *_REPLIES, "archive", "trash", "reopen", "restore", "move")
_FOLLOWED = 5000
_KEPT = timedelta(days=1)  # after its end, so that events read twice do not begin it anew


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as little of it as is needed."""

    id: str
    type: str
    at: datetime
    conversation: str
    inbox: str


@dataclass(slots=True)
class Round:
    """A contact: a conversation from one inbound message until it is archived."""

    conversation: str
    inbox: str
    arrived: datetime
    replied: datetime | None = None
    ended: datetime | None = None
    trashed: bool = False
    touched: datetime | None = None

    def contact(self, config: SourceConfig) -> ContactEvent:
        """The round as our record."""
        return ticket_event(
            f"{self.conversation}/{int(self.arrived.timestamp())}",
            config.queue(self.inbox),
            created=self.arrived,
            updated=self.touched or self.arrived,
            status=self._status(),
            channel=Channel.EMAIL,
            first_reply=self.replied,
            closed=self.ended,
        )

    def _status(self) -> TicketStatus:
        if self.ended is None:
            return TicketStatus.NEW if self.replied is None else TicketStatus.OPEN
        return TicketStatus.WITHDRAWN if self.trashed or self.replied is None else TicketStatus.DONE


@dataclass(slots=True)
class Rounds:
    """The last round of each conversation that is followed."""

    last: dict[str, Round] = field(default_factory=dict)

    @classmethod
    def recall(cls, seen: Iterable[str]) -> Rounds:
        """From a watermark; what is not ours is left out."""
        rounds = cls()
        for text in seen:
            try:
                name, inbox, *times, trashed = json.loads(text)
                arrived, replied, ended, touched = (
                    None if t is None else datetime.fromtimestamp(t, UTC) for t in times
                )
                if arrived is not None:
                    rounds.last[name] = Round(name, inbox, arrived, replied, ended, bool(trashed), touched)
            except (ValueError, TypeError, OverflowError, OSError):
                continue
        return rounds

    def remember(self, since: Since, *, now: datetime) -> Since:
        """The watermark with what must be known next time; of too many the newest are followed."""
        self.last = {key: one for key, one in self.last.items() if one.ended is None or one.ended > now - _KEPT}
        kept = sorted(self.last.values(), key=lambda one: one.arrived)[-_FOLLOWED:]
        return replace(since, seen=tuple(map(_text, kept)))

    def fold(self, events: Iterable[Event]) -> list[Round]:
        """Take in events in the order of time; the rounds they touched, as they stand after all of them."""
        touched: dict[int, Round] = {}
        for event in events:
            for one in self._take(event):
                touched[id(one)] = one
        return list(touched.values())

    def _take(self, event: Event) -> list[Round]:
        one = self.last.get(event.conversation)
        if event.type == "inbound" and (one is None or (one.ended is not None and event.at > one.ended)):
            one = self.last[event.conversation] = Round(event.conversation, event.inbox, event.at, touched=event.at)
            return [one]
        if one is None or event.at < one.arrived:
            return []  # we began it, or it began before what we read
        _change(one, event)
        return [one]


def _change(one: Round, event: Event) -> None:
    one.touched = max(one.touched or event.at, event.at)
    if event.type in _REPLIES:
        one.replied = min(one.replied or event.at, event.at)
    elif event.type in ("archive", "trash"):
        one.ended, one.trashed = max(one.ended or event.at, event.at), event.type == "trash"
    elif event.type in ("reopen", "restore") and one.ended is not None and event.at > one.ended:
        one.ended, one.trashed = None, False
    elif event.type == "move":
        one.inbox = event.inbox


def read_event(row: Mapping[str, Any], inbox: str, *, now: datetime) -> Event | None:
    """A row as an event; None where its conversation is not a customer's."""
    at = utc(row["emitted_at"], field="emitted_at")
    if at > now + AHEAD:
        raise RecordError(f"its time {at:%Y-%m-%d %H:%M:%S} UTC lies in the future; check the clocks")
    said = row["conversation"]
    name = identity(said["id"], field="conversation")
    if row["type"] not in TYPES or said.get("is_private") is True or said.get("type", "conversation") != "conversation":
        return None
    return Event(identity(row["id"], field="id"), row["type"], at, name, inbox)


def _text(one: Round) -> str:
    times = (None if t is None else t.timestamp() for t in (one.arrived, one.replied, one.ended, one.touched))
    return json.dumps([one.conversation, one.inbox, *times, one.trashed], separators=(",", ":"))
