"""A queue's counts of the last hour as plain sums, so that those of several queues add up exactly.

Three windows, all ending with what is known of the queue:

- the last hour: its last four closed intervals, for counts that are compared with what is normal;
- lately: the last closed interval and the one under way, 15 to 30 minutes, for how many times normal it is right now;
- decided: the last three closed intervals and the one under way, for shares of contacts that are answered or gave up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from dashboard.domain.board import Point
from dashboard.services.readings.board_data import QueueData, floor
from dashboard.services.readings.demand import Demand
from dashboard.services.readings.freshness import INTERVAL

HOUR = 4 * INTERVAL


@dataclass(frozen=True, slots=True)
class RecentCounts:
    """Sums; None where a source does not tell them, or no forecast says what is normal."""

    offered: float | None = None
    normal: float | None = None
    offered_lately: float | None = None
    normal_lately: float | None = None
    within: float | None = None
    decided: float | None = None
    abandoned: float | None = None
    decided_waits: float | None = None  # decided contacts of which the wait is known as well
    handled: float | None = None
    handle_s: float | None = None


def count(queue: QueueData) -> RecentCounts:
    """The sums of one queue, as of what is known of it."""
    if queue.until is None or not queue.seen:
        return RecentCounts()
    until, volumes = queue.until, queue.volumes
    now = floor(until)
    recent = (now - HOUR + INTERVAL, now + INTERVAL)
    answered, abandoned = volumes.total("answered", *recent), volumes.total("abandoned", *recent)
    within = volumes.total("answered_within", *recent)
    decided = None if answered is None or abandoned is None else answered + abandoned
    return RecentCounts(
        offered=volumes.offered(now - HOUR, now),
        normal=_normal(queue.normal, now - HOUR, now),
        offered_lately=volumes.offered(now - INTERVAL, now + INTERVAL),
        normal_lately=_normal(queue.normal, now - INTERVAL, until),
        within=within,
        decided=decided,
        abandoned=abandoned,
        decided_waits=None if within is None else decided,
        handled=volumes.total("handled", *recent),
        handle_s=volumes.total("handle_s_sum", *recent),
    )


def total(parts: Iterable[RecentCounts]) -> RecentCounts:
    """Sums over queues; counts and what is normal only over queues for which both are known, so that they compare."""
    known = list(parts)
    both = _sum_pairs(known, "offered", "normal")
    lately = _sum_pairs(known, "offered_lately", "normal_lately")
    waits = _sum_pairs(known, "within", "decided_waits")
    gone = _sum_pairs(known, "abandoned", "decided")
    handled = _sum_pairs(known, "handled", "handle_s")
    return RecentCounts(*both, *lately, waits[0], gone[1], gone[0], waits[1], *handled)


def ratio(part: float | None, whole: float | None) -> float | None:
    """part ÷ whole; None where either is unknown or the whole is nothing."""
    return None if part is None or not whole else part / whole


def observed(queue: QueueData, start: datetime) -> tuple[Point, ...]:
    """Offered contacts of each closed interval from `start`; empty where nothing is known.

    An interval without a contact is a zero: the source was read since. Before the first contact of a queue that has no
    forecast yet nothing is known.
    """
    if queue.until is None or not queue.seen:
        return ()
    if queue.normal is None:
        first = queue.volumes.first()
        if first is None:
            return ()
        start = max(start, first)
    starts, counts = queue.volumes.offered_each(start, floor(queue.until))
    return tuple(
        Point(datetime.fromtimestamp(at, UTC), n) for at, n in zip(starts.tolist(), counts.tolist(), strict=True)
    )


def _normal(normal: Demand | None, start: datetime, until: datetime) -> float | None:
    """What is normal from `start` to `until`, the last interval in proportion; None where any part was not forecast."""
    if normal is None:
        return None
    parts = []
    at = start
    while at < until:
        mean = normal.mean_at(at)
        if mean is None:
            return None
        parts.append(mean * min(1.0, (until - at) / INTERVAL))
        at += INTERVAL
    return float(sum(parts))


def _sum_pairs(parts: Iterable[RecentCounts], one: str, other: str) -> tuple[float | None, float | None]:
    pairs = [(getattr(part, one), getattr(part, other)) for part in parts]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return (sum(a for a, _ in known), sum(b for _, b in known)) if known else (None, None)
