"""An outage in the past brings no shock back: its intervals are unknown, filled, and no closure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.intervals import OpeningHours
from forecasting.volume import FORECASTERS, OpenCalendar, make_forecaster

CALENDAR = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-18:00"), "Europe/Berlin")
LAST_WEEK = pd.date_range("2026-03-24 10:00", "2026-03-25 18:00", freq="h", tz="Europe/Berlin")


def history(seed: int = 3) -> pd.Series:
    index = CALENDAR.open_index(
        pd.Timestamp("2026-01-05", tz="Europe/Berlin"), pd.Timestamp("2026-03-28", tz="Europe/Berlin"), 3600
    )
    return pd.Series(np.random.default_rng(seed).poisson(80.0, len(index)).astype(float), index=index)


def week_ahead(name: str, past: pd.Series, calendar: OpenCalendar) -> pd.Series:
    index = CALENDAR.open_index(
        pd.Timestamp("2026-03-30", tz="Europe/Berlin"), pd.Timestamp("2026-04-04", tz="Europe/Berlin"), 3600
    )
    return make_forecaster(name).fit(past, calendar, interval_s=3600).predict(index)


@pytest.mark.parametrize("name", list(FORECASTERS))
def test_an_outage_in_the_training_data_brings_no_shock_back_next_week(name: str) -> None:
    """Ten times the usual from Tuesday 10:00 to Wednesday evening, masked as the board masks it."""
    calm = history()
    surged = calm.copy()
    surged[surged.index.isin(LAST_WEEK)] *= 10
    masked = surged.mask(surged.index.isin(LAST_WEEK))
    without, spoiled = week_ahead(name, calm, CALENDAR), week_ahead(name, surged, CALENDAR)
    filled = week_ahead(name, masked, replace(CALENDAR, outages=frozenset([pd.Timestamp("2026-03-25").date()])))
    assert abs(filled.sum() / without.sum() - 1) < 0.04
    assert (filled / without).max() < 1.5
    worst = (spoiled / without - 1).max()
    assert (filled / without - 1).max() < worst


def test_a_day_that_an_outage_took_is_no_closure_and_the_day_after_is_an_ordinary_one() -> None:
    """Days after closures bring 40 % more here; the last day was lost to an outage, or was one of those closures."""
    past = history()
    days = CALENDAR.local(pd.DatetimeIndex(past.index)).normalize()
    closures = pd.to_datetime(["2026-01-20", "2026-02-04", "2026-02-18", "2026-03-03", "2026-03-12"])
    past[days.isin(closures + pd.Timedelta(days=1))] *= 1.4
    past[days.isin(closures) | (days == pd.Timestamp("2026-03-27"))] = np.nan
    closed = week_ahead("two_way", past, CALENDAR).iloc[:10].sum()
    lost = replace(CALENDAR, outages=frozenset([pd.Timestamp("2026-03-27").date()]))
    ordinary = week_ahead("two_way", past, lost).iloc[:10].sum()
    assert closed > 1.1 * ordinary
    assert abs(ordinary / 800 - 1) < 0.08
