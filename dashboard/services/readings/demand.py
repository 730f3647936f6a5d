"""Forecast demand as arrays: the ordinary day, the surge on top of it, and sums over queues.

How ranges are put together, everywhere on the board:

- the ordinary day plus a surge: medians and means add; the distance from the median to P10 and to P90 is the root of
  the summed squares of both distances, each side for itself. That takes both errors as independent, and keeps the skew.
- queues of one channel, ordinary day: means add; the spread follows from the measured correlations of their errors
  (`forecasting.volume.totals`), for a first of the month moves them together and chance does not.
- queues of one channel, surge: quantiles add, for one outage drives them all up or down together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from connectors.storage.rows import ForecastRow
from forecasting.volume.totals import total_of

Floats = NDArray[np.float64]
Epochs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Forecast counts per interval; `starts` are epoch seconds, ascending, shape (n_intervals,) like all others."""

    starts: Epochs
    p10: Floats
    p50: Floats
    p90: Floats
    mean: Floats

    def between(self, start: datetime, end: datetime) -> Demand:
        """The intervals that begin in [start, end)."""
        first, last = np.searchsorted(self.starts, [int(start.timestamp()), int(np.ceil(end.timestamp()))])
        cut = slice(int(first), int(last))
        return Demand(self.starts[cut], self.p10[cut], self.p50[cut], self.p90[cut], self.mean[cut])

    def mean_at(self, start: datetime) -> float | None:
        """The expected count of the interval that begins at `start`; None where none was forecast."""
        at = int(start.timestamp())
        place = int(np.searchsorted(self.starts, at))
        if place == len(self.starts) or self.starts[place] != at:
            return None
        return float(self.mean[place])

    def times(self) -> list[datetime]:
        """The beginnings as aware UTC times."""
        return [datetime.fromtimestamp(int(at), UTC) for at in self.starts]

    def index(self) -> pd.DatetimeIndex:
        """The beginnings as an index in UTC."""
        return pd.DatetimeIndex(pd.to_datetime(self.starts, unit="s", utc=True)).as_unit("us")


def from_forecast(row: ForecastRow) -> Demand:
    """A stored forecast as arrays."""
    points = row.points
    starts = np.array([int(p.interval_start.timestamp()) for p in points], dtype=np.int64)
    p10, p50, p90, mean = (
        np.array([getattr(p, name) for p in points], dtype=np.float64) for name in ("p10", "p50", "p90", "mean")
    )
    return Demand(starts, p10, p50, p90, mean)


def independent_sum(parts: Sequence[Demand]) -> Demand | None:
    """Parts whose errors are independent, together; one with fewer intervals counts as nothing elsewhere."""
    if not parts:
        return None
    starts = _union(parts)
    total = _aligned(parts[0], starts)
    for part in parts[1:]:
        total = _joined(total, _aligned(part, starts))
    return total


def correlated_sum(parts: Sequence[Demand], correlation: Floats) -> Demand | None:
    """Parts whose errors have these correlations, together; one part alone stays as it is."""
    if len(parts) < 2:
        return parts[0] if parts else None
    starts = _union(parts)
    aligned = [_aligned(part, starts) for part in parts]
    mean, low, high = (np.array([getattr(part, name) for part in aligned]) for name in ("mean", "p10", "p90"))
    total = total_of(mean, low, high, correlation, levels=(0.1, 0.5, 0.9))
    p10, p50, p90 = total.quantiles.T
    return Demand(starts, p10, p50, p90, total.mean)


def replaced(whole: Demand, part: Demand) -> Demand:
    """`whole` with the intervals that `part` has as well taken from it."""
    place = np.searchsorted(part.starts, whole.starts)
    inside = np.flatnonzero(place < len(part.starts))
    hit = inside[part.starts[place[inside]] == whole.starts[inside]]

    def taken(values: Floats, others: Floats) -> Floats:
        out = values.copy()
        out[hit] = others[place[hit]]
        return out

    names = ("p10", "p50", "p90", "mean")
    return Demand(whole.starts, *(taken(getattr(whole, name), getattr(part, name)) for name in names))


def common_sum(parts: Sequence[Demand]) -> Demand | None:
    """Parts that one cause drives together, such as one outage's surge over several queues."""
    if not parts:
        return None
    starts = _union(parts)
    parts = [_aligned(part, starts) for part in parts]
    p10, p50, p90, mean = (
        np.sum([getattr(part, name) for part in parts], axis=0) for name in ("p10", "p50", "p90", "mean")
    )
    return Demand(starts, p10, p50, p90, mean)


def _union(parts: Sequence[Demand]) -> Epochs:
    return np.unique(np.concatenate([part.starts for part in parts]))


def _joined(one: Demand, other: Demand) -> Demand:
    p50 = one.p50 + other.p50
    below = np.hypot(one.p50 - one.p10, other.p50 - other.p10)
    above = np.hypot(one.p90 - one.p50, other.p90 - other.p50)
    return Demand(one.starts, np.maximum(p50 - below, 0.0), p50, p50 + above, one.mean + other.mean)


def _aligned(part: Demand, starts: Epochs) -> Demand:
    """The part on more intervals, nothing where it has none; `starts` contains all of its own."""
    if np.array_equal(part.starts, starts):
        return part
    place = np.searchsorted(starts, part.starts)

    def spread(values: Floats) -> Floats:
        filled = np.zeros(len(starts))
        filled[place] = values
        return filled

    return Demand(starts, spread(part.p10), spread(part.p50), spread(part.p90), spread(part.mean))
