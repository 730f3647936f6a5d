"""From simulated events to the lines of a drill's source files: Asterisk's queue_log, and a CSV of written contacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from heapq import heappop, heappush

from forecasting.simulation import ABANDON, COMPLETE, CONNECT, ENTER, QueueEvent

CSV_HEADER = "contact,queue,arrived_at,answered_at,ended_at,outcome,customer\n"
# A line and the moment at which it is due [epoch s].
TimedLine = tuple[float, str]


def queue_log_lines(queue: str, events: Iterable[QueueEvent]) -> Iterator[TimedLine]:
    """One queue's calls as Asterisk writes them, `epoch|callid|queue|agent|EVENT|data`.

    The caller id names the drill instead of a telephone number, so it can be mistaken for nobody's. The position of a
    caller who gives up is the one on entering less the calls answered since, for the simulation does not follow who
    stands where.
    """
    free: list[int] = []  # agents that have hung up, the lowest number first
    hired = answered = 0
    agent_of: dict[int, int] = {}
    entered: dict[int, tuple[int, int]] = {}  # waiting call → (position, calls answered before)
    for at, kind, contact, caller, arrived_at, answered_at, waiting in events:
        call = f"{int(arrived_at)}.{queue}-{contact}"
        if kind == ENTER:
            entered[contact] = waiting, answered
            yield at, f"{int(at)}|{call}|{queue}|NONE|ENTERQUEUE||drill-{queue}-{caller}|{waiting}\n"
        elif kind == CONNECT:
            answered += 1
            entered.pop(contact)
            if free:
                agent = heappop(free)
            else:
                hired += 1
                agent = hired
            agent_of[contact] = agent
            held = int(at) - int(arrived_at)
            yield at, f"{int(at)}|{call}|{queue}|{queue}-{agent:03d}|CONNECT|{held}|{call}-a|0\n"
        elif kind == COMPLETE:
            agent = agent_of.pop(contact)
            heappush(free, agent)
            held, talked = int(answered_at) - int(arrived_at), int(at) - int(answered_at)
            yield at, f"{int(at)}|{call}|{queue}|{queue}-{agent:03d}|COMPLETECALLER|{held}|{talked}|1\n"
        elif kind == ABANDON:
            position, before = entered.pop(contact)
            now_at = max(1, position - (answered - before))
            yield at, f"{int(at)}|{call}|{queue}|NONE|ABANDON|{now_at}|{position}|{int(at) - int(arrived_at)}\n"


def csv_lines(queue: str, events: Iterable[QueueEvent]) -> Iterator[TimedLine]:
    """One queue's chats, mails or tickets, a row whenever more is known of a contact."""
    for at, kind, contact, caller, arrived_at, answered_at, _ in events:
        answered = _iso(answered_at) if kind in (CONNECT, COMPLETE) else ""
        ended = _iso(at) if kind in (COMPLETE, ABANDON) else ""
        row = (
            f"{queue}-{contact},{queue},{_iso(arrived_at)},{answered},{ended},{_OUTCOME[kind]},drill-{queue}-{caller}\n"
        )
        yield at, row


_OUTCOME = {ENTER: "waiting", CONNECT: "in_service", COMPLETE: "answered", ABANDON: "abandoned"}


def _iso(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="milliseconds")
