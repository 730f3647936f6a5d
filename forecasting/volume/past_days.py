"""Past days beside what was forecast for them a day ahead: what the update inside the day and the watch learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.volume.conformal import Point, root
from forecasting.volume.days import DayTable, Floats, Ints

N_DAYS = 120


@dataclass(frozen=True)
class PastDays:
    """Usable past days, oldest first, each forecast again from what preceded it.

    Attributes
    ----------
    day : (n_days,) days since 1970-01-01, local
    expected : (n_days, n_slots) forecast made before the day began
    counts : (n_days, n_slots) what came; NaN where closed or unknown
    """

    day: Ints
    expected: Floats
    counts: Floats

    @property
    def n_days(self) -> int:
        """How many days are known."""
        return len(self.day)

    @property
    def errors(self) -> Floats:
        """√(y + ¼) − √(f + ¼); (n_days, n_slots)."""
        return np.asarray(root(self.counts) - root(self.expected))


def past_days(point: Point, table: DayTable, *, first: int, n_days: int = N_DAYS) -> PastDays:
    """Forecast each of the last `n_days` days of a table again, not before row `first`, from the days before it."""
    rows = np.arange(max(first, 1, table.n_past - n_days), table.n_past)
    expected = [point(table.until(int(row), 1), 1)[0] for row in rows]
    shape = (len(rows), table.is_open.shape[1])
    return PastDays(table.day[rows], np.asarray(expected).reshape(shape), table.counts[rows])
