"""A queue's counts of the last hour as plain sums, so that those of several queues add up exactly.

Three windows, all ending with what is known of the queue:

- the last hour: its last four closed intervals, for counts that are compared with what is normal;
- lately: the last closed interval and the one under way, 15 to 30 minutes, for how many times normal it is right now;
- decided: the last three closed intervals and the one under way, for shares of contacts that are answered or gave up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from dashboard.services.board_data import QueueData, floor
from dashboard.services.demand import Demand
from dashboard.services.freshness import INTERVAL

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
    until = queue.until
    now = floor(until)
    hour = _between(queue.volumes, now - HOUR, now)
    lately = _between(queue.volumes, now - INTERVAL, now + INTERVAL)
    recent = _between(queue.volumes, now - HOUR + INTERVAL, now + INTERVAL)
    decided = _sum(recent, "answered", "abandoned")
    within = _sum(recent, "answered_within")
    return RecentCounts(
        offered=float(hour["offered"].sum()),
        normal=_normal(queue.normal, now - HOUR, now),
        offered_lately=float(lately["offered"].sum()),
        normal_lately=_normal(queue.normal, now - INTERVAL, until),
        within=within,
        decided=decided,
        abandoned=_sum(recent, "abandoned"),
        decided_waits=None if within is None else decided,
        handled=float(recent["handled"].sum()),
        handle_s=float(recent["handle_s_sum"].sum()),
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


def observed(queue: QueueData, start: datetime) -> pd.Series | None:
    """Offered contacts of each closed interval from `start`; None where nothing is known.

    An interval without a contact is a zero: the source was read since. Before the first contact of a queue that has no
    forecast yet nothing is known.
    """
    if queue.until is None or not queue.seen:
        return None
    end = floor(queue.until)
    if queue.normal is None:
        if queue.volumes.empty:
            return None
        start = max(start, queue.volumes.index[0].to_pydatetime())
    grid = pd.date_range(start, end, freq=INTERVAL, inclusive="left", unit="us")
    return queue.volumes["offered"].reindex(grid, fill_value=0).astype(float)


def running(queue: QueueData) -> float | None:
    """Offered contacts of the interval under way, so far."""
    if queue.until is None or not queue.seen:
        return None
    now = floor(queue.until)
    return float(_between(queue.volumes, now, now + INTERVAL)["offered"].sum())


def _between(rows: pd.DataFrame, start: datetime, end: datetime) -> pd.DataFrame:
    return rows[(rows.index >= pd.Timestamp(start)) & (rows.index < pd.Timestamp(end))]


def _sum(rows: pd.DataFrame, *columns: str) -> float | None:
    """The sum of columns; None where any of them is unknown in any interval."""
    total = float(np.sum(rows[list(columns)].to_numpy(dtype=float)))
    return None if np.isnan(total) else total


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
