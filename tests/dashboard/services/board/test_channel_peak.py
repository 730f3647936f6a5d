"""The peak a channel's chart names: counted where it is over, else a range that covers how high the band climbs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dashboard.domain.board import BandPoint, Point, Range
from dashboard.services.board.channel_fan import _peak

T = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SEEN = (Point(T, 100.0), Point(T + timedelta(minutes=15), 80.0))
AHEAD = (
    BandPoint(T + timedelta(minutes=30), 60.0, 150.0, 400.0),
    BandPoint(T + timedelta(minutes=45), 50.0, 140.0, 700.0),
)


def test_ahead() -> None:
    assert _peak(SEEN, AHEAD) == (AHEAD[0].at, Range(100.0, 150.0, 700.0))


def test_over() -> None:
    assert _peak(SEEN, ()) == (T, Range(100.0, 100.0, 100.0))


def test_over_so_far_but_it_may_still_rise() -> None:
    lower = tuple(BandPoint(point.at, 10.0, 90.0, point.p90) for point in AHEAD)
    assert _peak(SEEN, lower) == (T, Range(100.0, 100.0, 700.0))


def test_nothing_at_all() -> None:
    assert _peak((), ()) is None
