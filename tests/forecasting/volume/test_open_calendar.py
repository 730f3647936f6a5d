"""When a queue is open."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from forecasting.intervals import OpeningHours
from forecasting.volume import OpenCalendar

WEEKDAYS = OpeningHours.parse("Mon-Fri 08:00-20:00")


def test_hours_follow_the_local_clock_through_the_change_of_time() -> None:
    calendar = OpenCalendar(WEEKDAYS, "Europe/Berlin")
    friday = calendar.open_index(datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 3, 28, tzinfo=UTC))
    monday = calendar.open_index(datetime(2026, 3, 30, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC))
    assert (friday[0].hour, monday[0].hour) == (7, 6)
    assert len(friday) == len(monday) == 48


def test_a_queue_that_never_closes_has_23_and_25_hours_on_the_days_of_the_change() -> None:
    calendar = OpenCalendar(timezone="Europe/Berlin")
    spring = calendar.open_index(datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC), 1800)
    autumn = calendar.open_index(datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC), 1800)
    assert (len(spring), len(autumn)) == (46, 50)


def test_a_regional_holiday_closes_only_its_region() -> None:
    corpus_christi = datetime(2026, 6, 4, tzinfo=UTC), datetime(2026, 6, 5, tzinfo=UTC)
    assert not len(OpenCalendar(WEEKDAYS, "Europe/Berlin", "DE-NW").open_index(*corpus_christi))
    assert len(OpenCalendar(WEEKDAYS, "Europe/Berlin", "DE-BE").open_index(*corpus_christi)) == 48


def test_a_closure_closes_its_local_date() -> None:
    calendar = OpenCalendar(WEEKDAYS, "Europe/Berlin", closures=frozenset({date(2026, 5, 5)}))
    index = calendar.open_index(datetime(2026, 5, 3, 22, tzinfo=UTC), datetime(2026, 5, 6, 22, tzinfo=UTC))
    assert sorted(set(calendar.local(index).date)) == [date(2026, 5, 4), date(2026, 5, 6)]


@pytest.mark.parametrize("region", ["XX", "DE-XX", "de nw"])
def test_an_unknown_region_says_what_to_write(region: str) -> None:
    with pytest.raises(ValueError, match="ISO 3166"):
        OpenCalendar(holidays=region)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd"])
def test_an_unknown_zone_says_what_to_write(zone: str) -> None:
    with pytest.raises(ValueError, match="IANA"):
        OpenCalendar(timezone=zone)
