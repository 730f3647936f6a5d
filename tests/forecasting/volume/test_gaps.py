"""What absent rows mean, and opening hours read off counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.intervals import OpeningHours
from forecasting.volume import OpenCalendar, complete, infer_opening

OFFICE = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-12:00"), "Europe/Berlin")
ALWAYS = OpenCalendar(timezone="Europe/Berlin")


def busy(start: str = "2026-05-04", end: str = "2026-05-16", value: float = 10.0) -> pd.Series:
    index = OFFICE.open_index(pd.Timestamp(start, tz="Europe/Berlin"), pd.Timestamp(end, tz="Europe/Berlin"), 3600)
    return pd.Series(value, index=index)


def test_an_absent_interval_of_a_recorded_day_is_zero() -> None:
    counts = busy()
    end = counts.index[-1] + pd.Timedelta(hours=1)
    full = complete(counts.drop(counts.index[5]), OFFICE, interval_s=3600, end=end)
    assert full[counts.index[5]] == 0.0


def test_an_absent_day_of_a_busy_queue_is_unknown_and_of_a_quiet_one_zero() -> None:
    for value, expected in ((10.0, [np.nan] * 4), (1.0, [0.0] * 4)):
        counts = busy(value=value)
        day = counts.index[8:12]
        full = complete(counts.drop(day), OFFICE, interval_s=3600, end=counts.index[-1] + pd.Timedelta(hours=1))
        np.testing.assert_array_equal(full[day], expected)


def test_a_count_that_is_nan_stays_unknown() -> None:
    counts = busy()
    counts.iloc[3] = np.nan
    assert np.isnan(complete(counts, OFFICE, interval_s=3600, end=counts.index[-1] + pd.Timedelta(hours=1)).iloc[3])


def test_an_interval_that_is_not_over_is_left_out() -> None:
    counts = busy()
    full = complete(counts, OFFICE, interval_s=3600, end=counts.index[6] + pd.Timedelta(minutes=59))
    assert full.index[-1] < counts.index[6]


def test_it_reaches_to_the_moment_of_the_forecast() -> None:
    counts = busy()
    full = complete(counts, OFFICE, interval_s=3600, end=pd.Timestamp("2026-05-20T00:00", tz="Europe/Berlin"))
    assert full.index[-1] == pd.Timestamp("2026-05-19T23:00", tz="Europe/Berlin")
    assert np.isnan(full.iloc[-1])


def test_nothing_before_the_end_gives_an_empty_series() -> None:
    counts = busy()
    assert complete(counts, OFFICE, interval_s=3600, end=counts.index[0]).empty


def test_hours_are_read_off_the_counts() -> None:
    assert infer_opening(busy(), ALWAYS, interval_s=3600) == OFFICE.opening


def test_a_wrong_number_at_night_opens_nothing() -> None:
    counts = busy(start="2025-05-05", value=100.0)
    night = pd.Series([1.0, 1.0], index=pd.DatetimeIndex(["2026-05-05T22:00Z", "2026-05-09T10:00Z"]))
    assert infer_opening(pd.concat([counts, night]).sort_index(), ALWAYS, interval_s=3600) == OFFICE.opening


def test_a_series_without_contacts_never_closes() -> None:
    assert infer_opening(busy(value=0.0), ALWAYS, interval_s=3600) == OpeningHours.parse("always")
