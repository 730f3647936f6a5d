"""Seeded histories that every test of the volume forecasters may use."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from forecasting.intervals import OpeningHours
from forecasting.volume import OpenCalendar

INTERVAL_S = 3600
OFFICE = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-18:00; Sat 09:00-13:00"), "Europe/Berlin", "DE")

History = Callable[..., pd.Series]


@pytest.fixture(scope="session")
def history() -> History:
    """Poisson counts with weekday levels and a daily profile: `history(weeks=12, scale=100.0, calendar=OFFICE)`."""

    def draw(*, weeks: float = 10, scale: float = 100.0, calendar: OpenCalendar = OFFICE, seed: int = 7) -> pd.Series:
        start = pd.Timestamp("2026-01-12", tz=calendar.timezone)
        index = calendar.open_index(start, start + pd.Timedelta(days=round(7 * weeks)), INTERVAL_S)
        local = calendar.local(index)
        level = np.array([1.3, 1.1, 1.0, 1.0, 0.9, 0.5, 0.4])[local.day_of_week]
        profile = 0.3 + np.exp(-0.5 * ((local.hour.to_numpy() - 11.0) / 3.0) ** 2)
        rng = np.random.default_rng(seed)
        return pd.Series(rng.poisson(scale * level * profile).astype(float), index=index)

    return draw
