"""What goes into a surge forecast: checked, and the counts cut to what lies between onset and now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from forecasting.outages import Outage
from forecasting.surge.censored import Mask, at_least_of
from forecasting.surge.curve import Array
from forecasting.surge.paths import SurgeQueue


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts since the onset and the part of each interval they cover, rows are queues; columns intervals up to now."""

    offered: Array
    normal: Array
    at_least: Mask  # where the count is a lower bound
    part: Array  # share of each interval between onset and now, (n_intervals,)
    first: int
    n_closed: int

    @classmethod
    def of(cls, queues: Sequence[SurgeQueue], *, edges_s: Array, now_s: float) -> Counts:
        """Cut what lies before the onset or after now."""
        width = edges_s[1] - edges_s[0]
        part = np.clip((now_s - edges_s[:-1]) / width, 0.0, 1.0)
        first = max(int(np.searchsorted(edges_s, 0.0, side="right")) - 1, 0)
        stop = int((part > 0).sum())
        blank = np.full(len(part), np.nan)
        offered = np.stack([blank if q.offered is None else q.offered for q in queues])[:, first:stop]
        normal = np.stack([q.normal for q in queues])[:, first:stop] * part[first:stop]
        n_closed = int((part >= 1.0).sum())
        at_least = np.stack([at_least_of(q, n_closed=n_closed) for q in queues])[:, first:stop]
        return cls(np.asarray(offered, dtype=float), normal, at_least, part, first, n_closed)

    def until(self, stop: int) -> Counts:
        """The same counts as they were known when the interval at `stop` began."""
        n = max(stop - self.first, 0)
        part = np.ones(len(self.part))
        return Counts(self.offered[:, :n], self.normal[:, :n], self.at_least[:, :n], part, self.first, stop)

    @property
    def known(self) -> Array:
        """Where a count is known, (n_queues, n_seen)."""
        return np.isfinite(self.offered)

    @property
    def surge(self) -> Array:
        """Contacts above normal so far per queue, (n_queues,)."""
        above = np.where(self.known, self.offered - self.normal, 0.0)
        return np.asarray(np.maximum(above.sum(axis=1), 0.0))


def check(
    outage: Outage, queues: Sequence[SurgeQueue], *, index: pd.DatetimeIndex, now: datetime, levels: Sequence[float]
) -> float:
    """The interval's length [s]; ValueError where the input does not fit together."""
    if not queues:
        raise ValueError("a surge needs at least one queue, got none; configure the queues first")
    if len(index) < 2 or index.tz is None or now.utcoffset() is None:
        raise ValueError("index and now must be aware, the index of at least two intervals; build it by interval_index")
    steps = np.unique(np.diff(index.as_unit("us").asi8))
    if len(steps) != 1 or steps[0] <= 0:
        raise ValueError("index must have even, rising steps; build it by interval_index")
    interval_s = float(steps[0]) / 1e6
    if index[0] > outage.onset or index[-1].timestamp() + interval_s <= outage.onset.timestamp():
        raise ValueError(
            f"the onset {outage.onset} must lie within the index {index[0]} to {index[-1]}; extend the index"
        )
    if not levels or list(levels) != sorted(set(levels)) or not 0 < levels[0] <= levels[-1] < 1:
        raise ValueError(f"levels must rise within (0, 1), got {levels}")
    for queue in queues:
        _check_queue(queue, len(index))
    return interval_s


def _check_queue(queue: SurgeQueue, n: int) -> None:
    arrays = {
        "normal": queue.normal,
        "open_mask": queue.open_mask,
        "offered": queue.offered,
        "at_least": queue.at_least,
    }
    for name, values in arrays.items():
        if values is not None and values.shape != (n,):
            raise ValueError(f"{queue.key}: {name} must have shape ({n},), got {values.shape}")
    if not (np.isfinite(queue.normal).all() and (queue.normal >= 0).all()):
        raise ValueError(f"{queue.key}: normal must be finite and not negative; put 0 where the queue is closed")
    if queue.offered is not None and (queue.offered < 0).any():
        raise ValueError(f"{queue.key}: offered must not be negative; write NaN where it is unknown")


def edges_of(index: pd.DatetimeIndex, outage: Outage, *, interval_s: float) -> Array:
    """Edges of the intervals in seconds after the onset, shape (n_intervals + 1,)."""
    start = index[0].timestamp() - outage.onset.timestamp()
    return np.asarray(start + interval_s * np.arange(len(index) + 1))
