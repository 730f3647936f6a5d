"""A history as a table of local days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.intervals import OpeningHours
from forecasting.volume import OpenCalendar
from forecasting.volume.days import DayTable, build_grid, build_table

WEEKDAYS = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-12:00"), "Europe/Berlin")
ROUND_THE_CLOCK = OpenCalendar(timezone="Europe/Berlin")


def counts(calendar: OpenCalendar, start: str, end: str, value: float = 40.0) -> pd.Series:
    first, last = (pd.Timestamp(t, tz=calendar.timezone) for t in (start, end))
    index = calendar.open_index(first, last, 3600)
    return pd.Series(value, index=index)


def table(history: pd.Series, calendar: OpenCalendar) -> DayTable:
    return build_table(build_grid(history, calendar, 3600), calendar, interval_s=3600, n_ahead=3)


def test_closed_days_are_no_rows_and_the_days_ahead_follow() -> None:
    made = table(counts(WEEKDAYS, "2026-05-04", "2026-05-16"), WEEKDAYS)
    assert (made.n_past, made.n_days) == (10, 13)
    assert made.weekday.tolist() == [0, 1, 2, 3, 4] * 2 + [0, 1, 2]
    assert np.isfinite(made.counts[:, 8:12]).all()
    assert np.isnan(made.counts[:, :8]).all()


def test_a_repeated_hour_is_averaged_and_a_skipped_one_is_unknown() -> None:
    autumn = counts(ROUND_THE_CLOCK, "2026-10-25", "2026-10-26")
    autumn.iloc[2:4] = [10.0, 20.0]
    assert table(autumn, ROUND_THE_CLOCK).counts[0, 2] == 15.0
    assert len(autumn) == 25
    spring = table(counts(ROUND_THE_CLOCK, "2026-03-29", "2026-03-30"), ROUND_THE_CLOCK)
    assert np.isnan(spring.counts[0]).tolist() == [slot == 2 for slot in range(24)]


def test_a_silent_day_of_a_busy_queue_is_a_closure_and_marks_the_next() -> None:
    history = counts(WEEKDAYS, "2026-05-04", "2026-05-16")
    history[WEEKDAYS.local(history.index).date == pd.Timestamp("2026-05-13").date()] = 0.0
    made = table(history, WEEKDAYS)
    assert made.n_past == 9
    assert made.after_closure.tolist() == [False] * 7 + [True] + [False] * 4


def test_a_silent_day_of_a_quiet_queue_is_a_day_like_any_other() -> None:
    history = counts(WEEKDAYS, "2026-05-04", "2026-05-16", value=1.0)
    history[WEEKDAYS.local(history.index).date == pd.Timestamp("2026-05-13").date()] = 0.0
    assert table(history, WEEKDAYS).n_past == 10


def test_a_mostly_unknown_day_is_left_out_but_is_no_closure() -> None:
    history = counts(WEEKDAYS, "2026-05-04", "2026-05-16")
    history.iloc[4:7] = np.nan
    made = table(history, WEEKDAYS)
    assert made.n_past == 9
    assert not made.after_closure.any()


def test_a_public_holiday_ahead_marks_the_day_after_it() -> None:
    calendar = OpenCalendar(WEEKDAYS.opening, "Europe/Berlin", "DE")
    made = table(counts(calendar, "2026-05-04", "2026-05-14"), calendar)  # Thursday 14 May is Ascension Day
    assert made.weekday[made.n_past :].tolist() == [4, 0, 1]
    assert made.after_closure[made.n_past :].tolist() == [True, False, False]


def test_today_is_not_over_and_is_forecast() -> None:
    history = counts(WEEKDAYS, "2026-05-04", "2026-05-16").iloc[:-1]
    made = table(history, WEEKDAYS)
    assert made.n_past == 9
    assert made.weekday[made.n_past] == 4


def test_the_table_as_it_stood_holds_no_later_count() -> None:
    made = table(counts(WEEKDAYS, "2026-05-04", "2026-05-16"), WEEKDAYS).until(4, 2)
    assert (made.n_past, made.n_days, len(made.weekday)) == (4, 6, 6)


def test_counts_off_the_grid_are_refused() -> None:
    history = counts(WEEKDAYS, "2026-05-04", "2026-05-05")
    shifted = history.set_axis(history.index + pd.Timedelta(minutes=5))
    with pytest.raises(ValueError, match="multiples of 3600 s"):
        build_grid(shifted, WEEKDAYS, 3600)


@pytest.mark.parametrize("bad", [-1.0, np.inf])
def test_impossible_counts_are_refused(bad: float) -> None:
    history = counts(WEEKDAYS, "2026-05-04", "2026-05-05")
    history.iloc[0] = bad
    with pytest.raises(ValueError, match="at least 0"):
        build_grid(history, WEEKDAYS, 3600)


def test_local_times_are_refused() -> None:
    history = counts(WEEKDAYS, "2026-05-04", "2026-05-05")
    with pytest.raises(ValueError, match="UTC"):
        build_grid(history.set_axis(history.index.tz_convert("Europe/Berlin")), WEEKDAYS, 3600)
