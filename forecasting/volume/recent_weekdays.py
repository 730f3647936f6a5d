"""The usual product: the mean of the last four same weekdays."""

from __future__ import annotations

import numpy as np

from forecasting.volume.base import VolumeForecaster
from forecasting.volume.days import DayTable, Floats
from forecasting.volume.sparse import slot_means


class RecentWeekdaysForecaster(VolumeForecaster):
    """Mean of the last `n_recent` usable days of the same weekday; closed, silent and unknown days are passed over."""

    name = "recent_weekdays"

    def __init__(self, n_recent: int = 4) -> None:
        self.n_recent = n_recent

    def _point(self, table: DayTable, n_ahead: int) -> Floats:
        return recent_means(table, n_ahead, n_recent=self.n_recent)


def recent_means(table: DayTable, n_ahead: int, *, n_recent: int) -> Floats:
    """Means of the last days of each coming weekday, by slot; a weekday never seen takes the last days of any."""
    past = table.weekday[: table.n_past]
    out = np.empty((n_ahead, table.is_open.shape[1]))
    made: dict[int, Floats] = {}
    for ahead, weekday in enumerate(table.weekday[table.n_past : table.n_past + n_ahead].tolist()):
        if weekday not in made:
            same = np.flatnonzero(past == weekday)[-n_recent:]
            rows = same if same.size else np.arange(max(table.n_past - n_recent, 0), table.n_past)
            made[weekday] = slot_means(table.counts[rows])
        out[ahead] = made[weekday]
    return out
