"""Interval volumes of one queue as plain arrays: the live views ask them hundreds of times a round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pandas as pd

from dashboard.services.readings.demand import Epochs, Floats
from forecasting.intervals import BASE_INTERVAL_S

MEASURES = ("offered", "answered", "abandoned", "answered_within", "handle_s_sum", "handled")


@dataclass(frozen=True, slots=True, eq=False)
class Volumes:
    """Intervals with data: `starts` in epoch seconds, ascending, and the measures by name, all of one length."""

    starts: Epochs
    measures: Mapping[str, Floats]

    @property
    def is_empty(self) -> bool:
        """Whether no interval has data."""
        return not len(self.starts)

    def total(self, measure: str, start: datetime, end: datetime) -> float | None:
        """The sum over the intervals that begin in [start, end); None where any of them is unknown."""
        first, last = np.searchsorted(self.starts, [start.timestamp(), end.timestamp()])
        total = float(self.measures[measure][first:last].sum())
        return None if np.isnan(total) else total

    def offered(self, start: datetime, end: datetime) -> float:
        """Contacts of the intervals that begin in [start, end)."""
        return self.total("offered", start, end) or 0.0

    def offered_each(self, start: datetime, end: datetime) -> tuple[Epochs, Floats]:
        """Beginnings and contacts of every interval in [start, end), zero where none came; both on the grid."""
        grid = np.arange(int(start.timestamp()), int(end.timestamp()), BASE_INTERVAL_S, dtype=np.int64)
        counts = np.zeros(len(grid))
        place = np.searchsorted(self.starts, grid)
        inside = place < len(self.starts)
        hit = np.flatnonzero(inside)[self.starts[place[inside]] == grid[inside]]
        counts[hit] = self.measures["offered"][place[hit]]
        return grid, counts

    def first(self) -> datetime | None:
        """The beginning of the first interval with data."""
        return None if self.is_empty else datetime.fromtimestamp(int(self.starts[0]), UTC)

    def last_with_contacts(self) -> datetime | None:
        """The beginning of the last interval in which a contact came."""
        with_contacts = np.flatnonzero(self.measures["offered"] > 0)
        return datetime.fromtimestamp(int(self.starts[with_contacts[-1]]), UTC) if len(with_contacts) else None


EMPTY = Volumes(np.zeros(0, dtype=np.int64), {name: np.zeros(0) for name in MEASURES})


def by_queue(frame: pd.DataFrame) -> dict[str, Volumes]:
    """The volumes of each queue of a frame that is ordered by queue and time."""
    if frame.empty:
        return {}
    names = frame["queue"].to_numpy()
    starts = pd.DatetimeIndex(frame["interval_start"]).as_unit("s").asi8
    columns = {name: frame[name].to_numpy(dtype=np.float64) for name in MEASURES}
    edges = [0, *(np.flatnonzero(names[1:] != names[:-1]) + 1).tolist(), len(names)]
    return {
        str(names[a]): Volumes(starts[a:b], {name: column[a:b] for name, column in columns.items()})
        for a, b in pairwise(edges)
    }
