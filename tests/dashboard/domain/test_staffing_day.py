"""A day of staffing: cut, summed, by hour, peak, on days of 23 and 25 hours too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.domain.board import QueueStaffing, StaffingCell, StaffingView
from dashboard.domain.staffing_day import by_hour, current, local_day, of_day, peak, person_hours, total

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
CELL = StaffingCell(NOW, 100.0, 140.0, 30, 40, 43, 58, 0.8, 0.85)
QUEUE = QueueStaffing("a", "A", "call", "erlang_a", 0.8, 20, 300.0, "measured", 180.0, 0.3, 0.9, ())


def cells(start: datetime, counts: list[int]) -> tuple[StaffingCell, ...]:
    return tuple(
        replace(CELL, at=start + i * timedelta(minutes=15), scheduled_p50=n, scheduled_p90=n + 5)
        for i, n in enumerate(counts)
    )


def view(*queues: QueueStaffing) -> StaffingView:
    return StaffingView(NOW, False, "Europe/Berlin", 900, NOW, queues)


def test_a_day_is_the_local_one() -> None:
    late = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
    cut = of_day(view(replace(QUEUE, cells=cells(late, [1, 2, 3]))), date(2026, 11, 24))
    assert [c.scheduled_p50 for c in cut.queues[0].cells] == [1, 2]
    assert local_day(cut, 1) == date(2026, 11, 25)


def test_queues_add_up_with_weights() -> None:
    other = replace(CELL, offered_p50=300.0, agents_p50=90, service_level=1.0, occupancy=0.45)
    (summed,) = total([replace(QUEUE, cells=(CELL,)), replace(QUEUE, cells=(other,))])
    assert (summed.offered_p50, summed.agents_p50, summed.scheduled_p90) == (400.0, 120, 116)
    assert summed.service_level == pytest.approx(0.95)
    assert summed.occupancy == pytest.approx(0.55)


def test_queues_open_at_different_times_keep_their_times() -> None:
    summed = total([replace(QUEUE, cells=cells(NOW, [1])), replace(QUEUE, cells=cells(NOW - timedelta(hours=1), [2]))])
    assert [c.scheduled_p50 for c in summed] == [2, 1]


def test_an_hour_takes_its_highest_need() -> None:
    start = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    hours = by_hour(cells(start, [4, 9, 2, 3]), timezone="Europe/Berlin")
    assert {at.hour: hour.scheduled_p50 for at, hour in hours.items()} == {9: 9, 10: 3}


def test_the_hour_that_comes_twice_stays_two() -> None:
    start = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00, and an hour later 02:00 again
    assert len(by_hour(cells(start, [1] * 8), timezone="Europe/Berlin")) == 2


def test_half_hour_zones() -> None:
    start = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)  # 09:00 in Kolkata
    hours = by_hour(cells(start, [1, 2, 3, 4, 5]), timezone="Asia/Kolkata")
    assert [hour.scheduled_p50 for hour in hours.values()] == [4, 5]


def test_peak_current_and_hours() -> None:
    day = cells(NOW - timedelta(minutes=10), [10, 30, 30])
    high, now = peak(day), current(day, NOW, interval_s=900)
    assert high is not None
    assert now is not None
    assert (high.at, now.at) == (day[1].at, day[0].at)
    assert person_hours(day, interval_s=900) == (17.5, 21.25)
    assert peak(()) is None
    assert current(day, NOW + timedelta(hours=2), interval_s=900) is None
