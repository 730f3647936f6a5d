"""When people are told: once for a cause, after it has held, and again only after it was really over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.alerts import KINDS, Course, Limits, clock_time, quiet_until, step

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ABOVE = Limits(above=True, threshold=50.0, clear=30.0, hold=timedelta(minutes=2))
BELOW = Limits(above=False, threshold=0.6, clear=0.7, hold=timedelta(minutes=2))
BERLIN = ZoneInfo("Europe/Berlin")


def _run(values: list[float | None], limits: Limits = ABOVE, *, every_s: int = 60) -> list[Course | None]:
    course, found = None, []
    for place, value in enumerate(values):
        course = step(course, value, limits=limits, now=NOW + timedelta(seconds=every_s * place))
        found.append(course)
        if course and course.ended_at:
            course = None
    return found


def test_a_value_beyond_the_limit_is_told_after_it_has_held() -> None:
    found = _run([60, 61, 62, 63])
    assert [course is not None and course.opened_at is not None for course in found] == [False, False, True, True]
    assert found[-1] is not None
    assert (found[-1].began_at, found[-1].opened_at) == (NOW, NOW + timedelta(minutes=2))


def test_a_short_peak_is_forgotten() -> None:
    assert _run([60, 61, 40])[-1] is None


def test_wavering_between_the_limits_neither_ends_nor_begins_anew() -> None:
    found = _run([60, 60, 60, 45, 55, 31, 60, 45])
    assert all(course is not None and course.ended_at is None for course in found)
    assert len({course.opened_at for course in found if course and course.opened_at}) == 1


def test_it_ends_after_it_was_calm_for_as_long() -> None:
    found = _run([60, 60, 60, 30, 29, 35, 30, 20, 10])
    assert [course is not None and course.ended_at is not None for course in found][-1]
    assert sum(course is not None and course.ended_at is not None for course in found) == 1


def test_what_is_unknown_changes_nothing() -> None:
    found = _run([60, 60, 60, None, None, None])
    assert found[3] == found[4] == found[5] == found[2]
    assert _run([None, None]) == [None, None]


def test_the_worst_is_kept_on_either_side() -> None:
    assert [course.worst for course in _run([60, 90, 70]) if course] == [60, 90, 90]
    assert [course.worst for course in _run([0.5, 0.2, 0.4], BELOW) if course] == [0.5, 0.2, 0.2]


def test_without_a_hold_it_is_told_at_once() -> None:
    at_once = Limits(above=True, threshold=50.0, clear=30.0, hold=timedelta(0))
    opened = step(None, 51.0, limits=at_once, now=NOW)
    assert opened is not None
    assert opened.opened_at == NOW
    ended = step(opened, 30.0, limits=at_once, now=NOW)
    assert ended is not None
    assert ended.ended_at == NOW


@given(st.lists(st.floats(0, 100), min_size=1, max_size=60))
def test_between_two_tellings_the_value_was_calm(values: list[float]) -> None:
    course, told_at = None, []
    for place, value in enumerate(values):
        now = NOW + timedelta(minutes=place)
        before = course
        course = step(course, value, limits=ABOVE, now=now)
        if course and course.opened_at == now and (before is None or before.opened_at is None):
            told_at.append(place)
        if course and course.ended_at:
            course = None
    for one, other in pairwise(told_at):
        assert min(values[one:other]) <= ABOVE.clear
        assert other - one >= 4  # two minutes calm, two minutes held


@pytest.mark.parametrize(
    ("at", "start", "end", "until"),
    [
        ("2026-11-24T20:59", "22:00", "07:00", None),
        ("2026-11-24T21:00", "22:00", "07:00", "2026-11-25T06:00"),
        ("2026-11-25T05:59", "22:00", "07:00", "2026-11-25T06:00"),
        ("2026-11-25T06:00", "22:00", "07:00", None),
        ("2026-11-24T11:30", "12:00", "13:00", "2026-11-24T12:00"),
        ("2026-11-24T11:30", "", "13:00", None),
        ("2026-11-24T11:30", "12:00", "12:00", None),
        ("2026-03-28T22:00", "22:00", "07:00", "2026-03-29T05:00"),  # the night loses an hour
        ("2026-10-24T21:00", "22:00", "07:00", "2026-10-25T06:00"),  # the night gains one
    ],
)
def test_quiet_hours_run_on_the_centres_clock(at: str, start: str, end: str, until: str | None) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    wanted = None if until is None else datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert quiet_until(now, start=start, end=end, zone=BERLIN) == wanted


@pytest.mark.parametrize("text", ["", "25:00", "7:61", "seven", "²²:00", "-1:00", "22:00:00", "1e1:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"22:00|minute must|hour must"):
        clock_time(text)


def test_the_usual_values_of_every_kind_are_sound() -> None:
    for kind in KINDS.values():
        assert kind.low <= kind.threshold <= kind.high
        assert kind.clear <= kind.threshold if kind.above else kind.clear >= kind.threshold
