"""Which hours the heat table shows: what is to come, and never a stump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.components.staffing_heat import AT_LEAST, _shown

DAY = [datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=h) for h in range(24)]


@pytest.mark.parametrize(("hour", "today", "first"), [(10, True, 8), (23, True, 24 - AT_LEAST), (10, False, 0)])
def test_hours_shown(hour: int, today: bool, first: int) -> None:
    assert _shown(DAY, now=DAY[hour], today=today) == DAY[first:]


def test_a_short_day_is_shown_whole() -> None:
    assert _shown(DAY[8:12], now=DAY[11], today=True) == DAY[8:12]


def test_a_day_without_need_shows_nothing() -> None:
    assert _shown([], now=DAY[11], today=True) == []
