"""The learned forecaster against truths it should find."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.intervals import OpeningHours
from forecasting.volume import OpenCalendar, make_forecaster

CALENDAR = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-18:00"), "Europe/Berlin")
LEVEL = np.array([1.3, 1.1, 1.0, 1.0, 0.9])


def truth(start: str, end: str) -> pd.Series:
    """A multiplicative week without noise."""
    index = CALENDAR.open_index(pd.Timestamp(start, tz="Europe/Berlin"), pd.Timestamp(end, tz="Europe/Berlin"), 3600)
    local = CALENDAR.local(index)
    return pd.Series(200.0 * LEVEL[local.day_of_week] * (1 + 0.1 * (local.hour - 8)), index=index)


def share_of_error(history: pd.Series, coming: pd.Series, name: str = "two_way") -> float:
    made = make_forecaster(name).fit(history, CALENDAR, interval_s=3600).predict(pd.DatetimeIndex(coming.index))
    return float((made - coming).abs().sum() / coming.sum())


def test_a_multiplicative_week_is_found() -> None:
    assert share_of_error(truth("2026-01-12", "2026-04-13"), truth("2026-04-13", "2026-04-27")) < 0.005


def test_one_wild_day_hardly_moves_the_coming_week() -> None:
    history = truth("2026-01-12", "2026-04-13")
    noise = np.random.default_rng(2).normal(1, 0.02, len(history))
    history = history * noise
    wild = history.copy()
    last_friday = CALENDAR.local(pd.DatetimeIndex(wild.index)).normalize() == pd.Timestamp("2026-04-10")
    wild[last_friday] *= 6
    coming = truth("2026-04-13", "2026-04-27")
    assert share_of_error(wild, coming) < 0.06
    assert share_of_error(wild, coming, "recent_weekdays") > 0.15


def test_the_day_after_a_closure_is_learned_from_earlier_ones() -> None:
    history = truth("2025-09-01", "2026-04-13")
    days = pd.DatetimeIndex(CALENDAR.local(pd.DatetimeIndex(history.index)).normalize())
    closures = pd.to_datetime(["2025-10-07", "2025-11-12", "2025-12-18", "2026-01-20", "2026-02-25", "2026-04-10"])
    history = history * np.random.default_rng(6).normal(1, 0.1, len(history))
    history[days.isin(closures + pd.Timedelta(days=1))] *= 1.4
    history[days.isin(closures)] = np.nan
    after = truth("2026-04-13", "2026-04-14")
    made = make_forecaster("two_way").fit(history, CALENDAR, interval_s=3600).predict(pd.DatetimeIndex(after.index))
    assert made.sum() > 1.15 * after.sum()
