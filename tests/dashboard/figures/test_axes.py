"""Time axes on the centre's clock, also on the days it is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.figures.axes import epoch_ms, hour_ticks, time_axis

BERLIN = ZoneInfo("Europe/Berlin")


def _local(moment: datetime) -> datetime:
    return moment.astimezone(BERLIN)


def _hours(day: datetime, hours: int) -> list[int]:
    return [_local(tick).hour for tick in hour_ticks(day, day + timedelta(hours=hours), local=_local)]


def test_ticks_stand_on_full_hours_about_eight_of_them() -> None:
    assert _hours(datetime(2026, 11, 24, 7, 0, tzinfo=UTC), 12) == [8, 10, 12, 14, 16, 18, 20]


def test_the_day_of_25_hours_keeps_every_interval_its_place() -> None:
    midnight = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert _hours(midnight, 25) == [0, 4, 8, 12, 16, 20, 0]


def test_the_day_of_23_hours() -> None:
    midnight = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    ticks = hour_ticks(midnight, midnight + timedelta(hours=23), local=_local)
    assert [_local(tick).hour for tick in ticks] == [0, 3, 6, 9, 12, 15, 18, 21, 0]


def test_a_zone_half_an_hour_aside_has_its_own_full_hours() -> None:
    kolkata = ZoneInfo("Asia/Kolkata")
    start = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
    ticks = hour_ticks(start, start + timedelta(hours=4), local=lambda at: at.astimezone(kolkata))
    assert [tick.minute for tick in ticks] == [30, 30, 30, 30]


def test_the_axis_is_linear_in_utc() -> None:
    start = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    axis = time_axis(start, start + timedelta(hours=2), label=lambda at: f"{_local(at):%H:%M}", local=_local)
    assert axis["range"] == [epoch_ms(start), epoch_ms(start) + 7_200_000]
    assert axis["ticktext"] == ["08:00", "09:00", "10:00"]
