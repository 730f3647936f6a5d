"""From the answer to QueueStatus to one state a queue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from connectors.errors import RecordError
from connectors.records import MAX_COUNT, Channel, QueueState, RejectedRecord
from connectors.source import SourceConfig
from connectors.sources.asterisk.ami.packets import Packet

_AWAY = frozenset(("4", "5"))  # device states invalid and unavailable
_LONGEST_S = 10 * 24 * 3600


@dataclass(slots=True)
class _Queue:
    """A queue of ours, which may be several of the PBX's."""

    waiting: int = 0
    longest_s: float = 0.0
    members: dict[str, tuple[bool, bool]] = field(default_factory=dict)  # interface → (in a call, there to take one)

    def state(self, key: str, now: datetime) -> QueueState:
        in_call = sum(busy for busy, _ in self.members.values())
        agents = sum(busy or there for busy, there in self.members.values())
        longest = self.longest_s if self.waiting else 0.0
        return QueueState(key, Channel.CALL, now, self.waiting, longest, in_service=in_call, agents=agents)


def states_of(
    packets: Iterable[Packet], config: SourceConfig, *, now: datetime
) -> tuple[list[QueueState], list[RejectedRecord]]:
    """The states, and the queues whose packets cannot be read: those get no state at all rather than a wrong one."""
    queues: dict[str, _Queue] = {}
    rejected: dict[str, RejectedRecord] = {}
    for packet in packets:
        word = packet.get("queue", "")
        if packet.get("event") not in ("QueueParams", "QueueMember", "QueueEntry"):
            continue
        try:
            if not word:
                raise RecordError(f"{packet['event']} must name its queue")
            _add(queues.setdefault(config.queue(word), _Queue()), packet)
        except RecordError as error:
            rejected[config.queue(word)] = RejectedRecord(f"queue {word}"[:200], str(error))
    return list(_made(queues, rejected, now)), list(rejected.values())


def _made(queues: dict[str, _Queue], rejected: dict[str, RejectedRecord], now: datetime) -> Iterator[QueueState]:
    for key, queue in queues.items():
        if key not in rejected and "\0" not in key:
            yield queue.state(key, now)


def _add(queue: _Queue, packet: Packet) -> None:
    if packet["event"] == "QueueParams":
        queue.waiting += _whole(packet, "calls", most=MAX_COUNT)
    elif packet["event"] == "QueueEntry":
        queue.longest_s = max(queue.longest_s, float(_whole(packet, "wait", most=_LONGEST_S)))
    else:
        name = packet.get("stateinterface") or packet.get("location") or packet.get("name", "")
        busy = packet.get("incall") == "1"
        there = packet.get("status") not in _AWAY and packet.get("paused") != "1"
        before = queue.members.get(name, (False, False))
        queue.members[name] = (before[0] or busy, before[1] or there)


def _whole(packet: Packet, field: str, *, most: int) -> int:
    text = packet.get(field, "")
    if not text.isascii() or not text.isdigit() or len(text) > 9 or int(text) > most:
        raise RecordError(f"{field} of {packet['event']} must be a whole number up to {most}, got {text[:40]!r}")
    return int(text)
