from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dashboard.services.readings.local_days import local_midnight

ZONE = "Europe/Berlin"


def test_midnight_on_the_23_hour_day() -> None:
    noon = datetime(2026, 3, 29, 10, 0, tzinfo=UTC)
    assert local_midnight(noon, ZONE) == datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert local_midnight(noon, ZONE, days=1) - local_midnight(noon, ZONE) == timedelta(hours=23)


def test_midnight_on_the_25_hour_day() -> None:
    evening = datetime(2026, 10, 25, 21, 0, tzinfo=UTC)
    assert local_midnight(evening, ZONE, days=1) - local_midnight(evening, ZONE) == timedelta(hours=25)


def test_just_after_local_midnight_it_is_already_the_next_day() -> None:
    assert local_midnight(datetime(2026, 3, 3, 23, 0, tzinfo=UTC), ZONE) == datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
