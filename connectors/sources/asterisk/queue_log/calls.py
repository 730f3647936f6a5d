"""The calls that are open, and what each further line makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from connectors.records import Channel, ContactEvent, Outcome, QueueState
from connectors.source import SourceConfig
from connectors.sources.asterisk.queue_log.lines import CONNECT, DONE, ENTER, LEFT, START, BrokenLineError, LogLine

# A call whose end was never logged is given up after this; no caller waits so long.
_FORGET_S = 24 * 3600.0
# A log that has been silent for longer says nothing about the present.
_SILENT_S = 3600.0


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A visit of a call to a queue that has not ended."""

    id: str
    entered: float
    answered: float | None = None
    caller: str | None = None


@dataclass(slots=True)
class Calls:
    """Open visits by `callid|queue`, and what is needed to name and to count them."""

    open: dict[str, OpenCall] = field(default_factory=dict)
    queues: dict[str, float] = field(default_factory=dict)  # queue → last time it was mentioned
    last: float = 0.0  # latest time in the log
    ids: dict[str, int] = field(default_factory=dict)  # visits begun in the second of the last ENTERQUEUE
    ids_at: float = 0.0

    def feed(self, line: LogLine, config: SourceConfig, *, caller: str | None) -> Iterator[ContactEvent]:
        """What is known of contacts after one more line."""
        if line.event == START:
            yield from self._restart(config)
        elif line.event == ENTER:
            yield from self._enter(line, config, caller=caller)
        elif line.event == CONNECT:
            call = self._visit(line, waited=line.seconds(0), talked=0)
            call = replace(call, answered=max(line.at, call.entered))
            self.open[_key(line)] = call
            yield _event(call, Outcome.IN_SERVICE, queue=config.queue(line.queue))
        elif line.event in DONE:
            yield self._done(line, config)
        elif line.event in LEFT:
            call = self._visit(line, waited=line.seconds(LEFT[line.event]), talked=0)
            self.open.pop(_key(line), None)
            yield _event(replace(call, answered=None), Outcome.ABANDONED, queue=config.queue(line.queue), ended=line.at)
        self.last = max(self.last, line.at)
        if line.queue and line.queue != "NONE":
            self.queues[line.queue] = line.at

    def forget(self) -> Iterator[str]:
        """Give up calls that must have ended long ago; yields what to say of each."""
        for key, call in [item for item in self.open.items() if item[1].entered < self.last - _FORGET_S]:
            del self.open[key]
            yield f"call {call.id} has had no end for a day; its end was not logged, and it stays open"
        self.queues = {queue: at for queue, at in self.queues.items() if at >= self.last - _FORGET_S}

    def states(self, config: SourceConfig, now: datetime) -> list[QueueState]:
        """How the queues stand at `now`; nothing where the log has been silent for an hour."""
        if now.timestamp() - self.last > _SILENT_S:
            return []
        waiting: dict[str, list[float]] = {config.queue(queue): [] for queue in self.queues}
        serving = dict.fromkeys(waiting, 0)
        for key, call in self.open.items():
            queue = config.queue(key.split("|", 1)[1])
            waiting.setdefault(queue, [])
            serving.setdefault(queue, 0)
            if call.answered is None:
                waiting[queue].append(now.timestamp() - call.entered)
            else:
                serving[queue] += 1
        return [
            QueueState(
                queue,
                Channel.CALL,
                at=now,
                waiting=len(waits),
                longest_wait_s=max(0.0, max(waits, default=0.0)),
                in_service=serving[queue],
            )
            for queue, waits in waiting.items()
        ]

    def to_json(self) -> dict[str, Any]:
        """Plain values for the watermark."""
        return {
            "open": {key: [call.id, call.entered, call.answered, call.caller] for key, call in self.open.items()},
            "queues": self.queues,
            "last": self.last,
            "ids": self.ids,
            "ids_at": self.ids_at,
        }

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Calls:
        """The calls that `to_json` wrote."""
        return cls(
            open={key: OpenCall(*values) for key, values in raw["open"].items()},
            queues=dict(raw["queues"]),
            last=raw["last"],
            ids=dict(raw["ids"]),
            ids_at=raw["ids_at"],
        )

    def _enter(self, line: LogLine, config: SourceConfig, *, caller: str | None) -> Iterator[ContactEvent]:
        before = self.open.pop(_key(line), None)
        if before is not None:
            yield _closed(before, config.queue(line.queue), at=line.at)
        call = OpenCall(self._new_id(line), line.at, caller=caller)
        self.open[_key(line)] = call
        yield _event(call, Outcome.WAITING, queue=config.queue(line.queue))

    def _done(self, line: LogLine, config: SourceConfig) -> ContactEvent:
        hold, talk = DONE[line.event]
        waited, talked = line.seconds(hold), line.seconds(talk)
        call = self._visit(line, waited=waited, talked=talked)
        if call.answered is None:
            answered = line.at - (talked or 0)
            call = replace(call, answered=max(answered, call.entered))
        self.open.pop(_key(line), None)
        return _event(call, Outcome.ANSWERED, queue=config.queue(line.queue), ended=line.at)

    def _visit(self, line: LogLine, *, waited: int | None, talked: int | None) -> OpenCall:
        """The open visit a line belongs to, or one rebuilt from the durations in the line itself."""
        known = self.open.get(_key(line))
        if known is not None:
            return known
        if waited is None or talked is None:
            raise BrokenLineError(f"{line.event} of a call that was not seen to enter, and without its durations")
        entered = line.at - waited - talked
        return OpenCall(f"{line.call}/{line.queue}/{entered:.0f}", entered)

    def _new_id(self, line: LogLine) -> str:
        """Call, queue and second of entry; a second visit in the very same second is numbered."""
        if line.at != self.ids_at:
            self.ids, self.ids_at = {}, line.at
        name = f"{line.call}/{line.queue}/{line.at:.0f}"
        count = self.ids.get(name, 0)
        self.ids[name] = count + 1
        return name if not count else f"{name}/{count}"

    def _restart(self, config: SourceConfig) -> Iterator[ContactEvent]:
        """Asterisk has started anew, so every call it had is cut; the last line before tells best when."""
        for key, call in self.open.items():
            yield _closed(call, config.queue(key.split("|", 1)[1]), at=self.last)
        self.open.clear()


def _key(line: LogLine) -> str:
    return f"{line.call}|{line.queue}"


def _closed(call: OpenCall, queue: str, *, at: float) -> ContactEvent:
    """A visit that ended without a line of its own."""
    outcome = Outcome.ABANDONED if call.answered is None else Outcome.ANSWERED
    return _event(call, outcome, queue=queue, ended=at)


def _event(call: OpenCall, outcome: Outcome, *, queue: str, ended: float | None = None) -> ContactEvent:
    """The record; a clock that was set back in between shortens a call to nothing rather than losing it."""
    begun = call.entered if call.answered is None else call.answered
    return ContactEvent(
        external_id=call.id,
        queue=queue,
        channel=Channel.CALL,
        arrived_at=_utc(call.entered),
        outcome=outcome,
        answered_at=None if call.answered is None else _utc(call.answered),
        ended_at=None if ended is None else _utc(max(ended, begun)),
        caller=call.caller,
    )


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
