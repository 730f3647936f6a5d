"""The interval contract and weekly opening hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.intervals import (
    ALWAYS,
    OpeningHours,
    floor_interval,
    horizon_end,
    interval_index,
    require_interval,
)

BERLIN = ZoneInfo("Europe/Berlin")


def test_an_interval_is_labelled_at_its_beginning() -> None:
    assert floor_interval(datetime(2026, 5, 4, 10, 44, 59, tzinfo=UTC)) == pd.Timestamp("2026-05-04T10:30Z")


def test_a_range_is_half_open() -> None:
    index = interval_index(datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 4, 1, tzinfo=UTC), 900)
    assert [t.minute for t in index] == [0, 15, 30, 45]
    assert index.name == "interval_start"
    assert str(index.tz) == "UTC"


def test_an_empty_range_gives_no_interval() -> None:
    at = datetime(2026, 5, 4, tzinfo=UTC)
    assert len(interval_index(at, at)) == 0


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 5, 4), 24)])
def test_a_local_day_has_as_many_hours_as_the_clock_shows(day: tuple[int, int, int], hours: int) -> None:
    start = datetime(*day, tzinfo=BERLIN)
    end = horizon_end(start, timedelta(days=1), timezone="Europe/Berlin")
    assert len(interval_index(start, end, 3600, timezone="Europe/Berlin")) == hours
    assert len(interval_index(start, end, 1800, timezone="Europe/Berlin")) == 2 * hours
    assert len(interval_index(start, end, 86_400, timezone="Europe/Berlin")) == 1


def test_long_intervals_lie_on_the_local_grid() -> None:
    at = datetime(2026, 5, 4, 10, 17, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert floor_interval(at, 3600, timezone="Asia/Kolkata") == pd.Timestamp("2026-05-04T10:00+05:30")
    assert floor_interval(at, 86_400, timezone="Asia/Kolkata") == pd.Timestamp("2026-05-04T00:00+05:30")


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="must be aware"):
        floor_interval(datetime(2026, 5, 4))  # noqa: DTZ001


@pytest.mark.parametrize("interval_s", [0, 59, 90, 420, 7 * 3600, 2 * 86_400])
def test_an_interval_must_divide_a_day(interval_s: int) -> None:
    with pytest.raises(ValueError, match="divide a day"):
        require_interval(interval_s)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Mon-Fri 08:00-20:00; Sat 09:00-14:00", "Mon-Fri 08:00-20:00; Sat 09:00-14:00"),
        ("Mo-Fr 8:00-12:00, 13:00-17:00", "Mon-Fri 08:00-12:00, 13:00-17:00"),
        ("Mon,Wed 08:00-10:00; Fri closed", "Mon 08:00-10:00; Wed 08:00-10:00"),
        ("Sun 22:00-06:00", "Mon 00:00-06:00; Sun 22:00-24:00"),
        ("Sat-Mon 10:00-11:00", "Mon 10:00-11:00; Sat-Sun 10:00-11:00"),
        ("Mon-Sun 00:00-24:00", "Mon-Sun 00:00-24:00"),
        ("always", "Mon-Sun 00:00-24:00"),
        ("closed", "closed"),
    ],
)
def test_opening_hours_are_read_and_written(text: str, written: str) -> None:
    hours = OpeningHours.parse(text)
    assert str(hours) == written
    assert OpeningHours.parse(written) == hours


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "Mon",
        "08:00-20:00",
        "Mon 8-20",
        "Xyz 08:00-20:00",
        "Mon 25:00-26:00",
        "Mon 08:00-08:00",
        "Mon 08:60-09:00",
    ],
)
def test_unreadable_opening_hours_say_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|use|must differ"):
        OpeningHours.parse(text)


def test_an_interval_is_open_if_any_minute_of_it_is() -> None:
    hours = OpeningHours.parse("Mon 08:10-09:00")
    local = pd.DatetimeIndex(["2026-05-04T07:30", "2026-05-04T08:00", "2026-05-04T08:30", "2026-05-04T09:00"])
    assert hours.mask(local, 1800).tolist() == [False, True, True, False]
    assert hours.mask(pd.DatetimeIndex(["2026-05-04", "2026-05-05"]), 86_400).tolist() == [True, False]


def test_always_is_open_at_every_minute_of_the_week() -> None:
    local = pd.date_range("2026-05-04", periods=7 * 96, freq="15min")
    assert ALWAYS.mask(local, 900).all()


@given(st.lists(st.booleans(), min_size=7 * 24, max_size=7 * 24))
def test_any_weekly_hours_survive_being_written(hours: list[bool]) -> None:
    made = OpeningHours.from_minutes(np.repeat(hours, 60))
    assert OpeningHours.parse(str(made)) == made
