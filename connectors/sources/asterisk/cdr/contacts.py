"""Legs that belong to one call become one contact, however many queues and agents it went through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors.errors import RecordError
from connectors.records import Channel, ContactEvent, Outcome
from connectors.source import CallerHash, SourceConfig
from connectors.sources.asterisk.cdr.legs import Leg

# Legs of one call are written within moments of its last hang-up; a longer memory would swell the watermark.
_REMEMBER_S = 600.0
_REMEMBER = 2000


@dataclass(slots=True)
class Call:
    """What the legs read so far say of a call; times [s since 1970]."""

    queue: str
    arrived: float
    ended: float
    answered: float | None = None
    caller: str | None = None
    agent: str = ""  # the half of a Local channel that leads to the agent who answered

    def event(self, call: str, queue: str) -> ContactEvent:
        """The contact as far as it is known."""
        answered = None if self.answered is None else min(max(self.answered, self.arrived), self.ended)
        return ContactEvent(
            external_id=call,
            queue=queue,
            channel=Channel.CALL,
            arrived_at=_utc(self.arrived),
            outcome=Outcome.ABANDONED if answered is None else Outcome.ANSWERED,
            answered_at=None if answered is None else _utc(answered),
            ended_at=_utc(self.ended),
            caller=self.caller,
        )


@dataclass(slots=True)
class Legs:
    """The calls of the last minutes by id, and when agents behind Local channels picked up."""

    config: SourceConfig
    contexts: frozenset[str]
    queue_from: str
    caller_hash: CallerHash
    calls: dict[str, Call] = field(default_factory=dict)
    picked_up: dict[str, float] = field(default_factory=dict)
    last: float = 0.0
    by_agent: dict[str, str] = field(default_factory=dict)  # the agent's half of a Local channel → call

    def feed(self, leg: Leg) -> ContactEvent | None:
        """What is known of a call after one more leg; None where the leg is no customer's."""
        self.last = max(self.last, leg.end)
        if leg.answer is not None and leg.channel.endswith(";2"):
            self.picked_up[leg.channel[:-2]] = leg.answer
            call = self.by_agent.get(leg.channel[:-2], "")
            if known := self.calls.get(call):
                known.answered = leg.answer
                return known.event(call, self.config.queue(known.queue))
        return self._contact(leg) if self._is_customers(leg) else None

    def forget(self) -> None:
        """Keep only what a leg to come may still add to."""
        recent = [item for item in self.calls.items() if item[1].ended >= self.last - _REMEMBER_S]
        self.calls = dict(recent[-_REMEMBER:])
        heard = [item for item in self.picked_up.items() if item[1] >= self.last - _REMEMBER_S]
        self.picked_up = dict(heard[-_REMEMBER:])
        self._index()

    def to_json(self) -> dict[str, Any]:
        """Plain values for the watermark."""
        calls = {
            call: [known.queue, known.arrived, known.ended, known.answered, known.caller, known.agent]
            for call, known in self.calls.items()
        }
        return {"calls": calls, "picked_up": self.picked_up, "last": self.last}

    def load(self, raw: Mapping[str, Any]) -> None:
        """Take up what `to_json` wrote."""
        self.calls = {call: Call(*values) for call, values in raw["calls"].items()}
        self.picked_up, self.last = dict(raw["picked_up"]), float(raw["last"])
        self._index()

    def _index(self) -> None:
        self.by_agent = {known.agent: call for call, known in self.calls.items() if known.agent}

    def _is_customers(self, leg: Leg) -> bool:
        if self.contexts:
            return leg.words.get("dcontext", "") in self.contexts
        return leg.app.lower() == "queue"

    def _contact(self, leg: Leg) -> ContactEvent:
        new = Call(self._queue(leg), leg.start, leg.end, caller=self._caller(leg))
        if leg.joined:
            new.agent = leg.peer[:-2] if leg.peer.endswith(";1") else ""
            new.answered = self.picked_up.get(new.agent, leg.answer)
        known = _joined(self.calls.get(leg.call), new)
        event = known.event(leg.call, self.config.queue(known.queue))
        self.calls.pop(leg.call, None)
        self.calls[leg.call] = known  # the youngest stands last
        if known.agent:
            self.by_agent[known.agent] = leg.call
        return event

    def _queue(self, leg: Leg) -> str:
        """The word for the queue; a call that has left Queue() is known by what was dialled."""
        if self.queue_from == "lastdata":
            word = leg.words.get("lastdata", "").partition(",")[0] if leg.app.lower() == "queue" else ""
            word = word or (leg.words.get("dst", "") if self.contexts else "")
        else:
            word = leg.words.get(self.queue_from, "")
        if not word.strip():
            raise RecordError(f"nothing names the queue: {self.queue_from} is empty; choose another queue_from")
        return word.strip()

    def _caller(self, leg: Leg) -> str | None:
        number = leg.words.get("src", "").strip()
        return self.caller_hash(number) if number else None


def _joined(old: Call | None, new: Call) -> Call:
    """Two legs as one call: it came with the first, was answered once, ended with the last."""
    if old is None:
        return new
    first = new if new.arrived < old.arrived else old
    answers = [one for one in (old, new) if one.answered is not None]
    served = min(answers, key=lambda one: one.answered or 0.0, default=first)
    return Call(
        queue=first.queue,
        arrived=first.arrived,
        ended=max(old.ended, new.ended),
        answered=served.answered,
        caller=first.caller or old.caller or new.caller,
        agent=served.agent,
    )


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
