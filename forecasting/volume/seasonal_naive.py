"""Peer: the same weekday's last day again."""

from __future__ import annotations

import numpy as np

from forecasting.volume.base import VolumeForecaster
from forecasting.volume.days import DayTable, Floats
from forecasting.volume.recent_weekdays import recent_means


class SeasonalNaiveForecaster(VolumeForecaster):
    """What the last usable day of the same weekday brought; of any weekday where there is none."""

    name = "seasonal_naive"

    def _point(self, table: DayTable, n_ahead: int) -> Floats:
        return np.asarray(recent_means(table, n_ahead, n_recent=1))
