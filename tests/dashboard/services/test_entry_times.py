"""Times as people type them, in both languages, across midnight, New Year and the change to summer time."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.services.entry_numbers import EntryError
from dashboard.services.entry_times import Leaning, parse_time

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 10, 40, tzinfo=BERLIN)


def read(text: str, leaning: Leaning = "past", *, now: datetime = NOW) -> str:
    at = parse_time(text, now=now, zone=BERLIN, leaning=leaning)
    assert at.tzinfo is UTC
    return at.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jetzt", "2026-11-24 10:40"),
        ("now", "2026-11-24 10:40"),
        ("10:00", "2026-11-24 10:00"),
        ("10.05 Uhr", "2026-11-24 10:05"),
        ("um 9", "2026-11-24 09:00"),
        ("9:30 am", "2026-11-24 09:30"),
        ("12:10 a.m.", "2026-11-24 00:10"),
        ("heute 08:15", "2026-11-24 08:15"),
        ("yesterday at 11:30 pm", "2026-11-23 23:30"),
        ("gestern, 23:30", "2026-11-23 23:30"),
        ("23:50", "2026-11-23 23:50"),
        ("10:44", "2026-11-24 10:44"),
        ("24.11. 09:00", "2026-11-24 09:00"),
        ("24.11.2026, 09:00 Uhr", "2026-11-24 09:00"),
        ("24.11.26 9:00", "2026-11-24 09:00"),
        ("24/11/2026 09:00", "2026-11-24 09:00"),
        ("11/24 9:00 am", "2026-11-24 09:00"),
        ("2026-11-24T09:00", "2026-11-24 09:00"),
        ("2026-11-24 09:00:00", "2026-11-24 09:00"),
        ("vor 20 min", "2026-11-24 10:20"),
        ("20 min ago", "2026-11-24 10:20"),
        ("20 min", "2026-11-24 10:20"),
        ("-20", "2026-11-24 10:20"),
        ("vor 2 Stunden", "2026-11-24 08:40"),
    ],
)
def test_a_start(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:30", "2026-11-24 14:30"),
        ("2.30 pm", "2026-11-24 14:30"),
        ("in 90 min", "2026-11-24 12:10"),
        ("+90", "2026-11-24 12:10"),
        ("2 h", "2026-11-24 12:40"),
        ("in 2 days", "2026-11-26 10:40"),
        ("09:00", "2026-11-25 09:00"),
        ("morgen 9:00", "2026-11-25 09:00"),
        ("tomorrow at 9 am", "2026-11-25 09:00"),
    ],
)
def test_an_end(text: str, expected: str) -> None:
    assert read(text, "future") == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "time_missing"),
        ("bald", "time_unreadable"),
        ("25:00", "time_unreadable"),
        ("10:75", "time_unreadable"),
        ("14:00 pm", "time_unreadable"),
        ("gestern", "time_unreadable"),
        ("31.02. 10:00", "time_no_such_day"),
        ("2026-13-01 10:00", "time_no_such_day"),
    ],
)
def test_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(EntryError) as caught:
        read(text)
    assert caught.value.code == code


def test_a_day_without_a_year_is_the_nearest_one() -> None:
    new_year = datetime(2027, 1, 1, 0, 20, tzinfo=BERLIN)
    assert read("31.12. 23:50", now=new_year) == "2026-12-31 23:50"
    assert read("1.1. 08:00", "future", now=datetime(2026, 12, 31, 22, 0, tzinfo=BERLIN)) == "2027-01-01 08:00"


def test_summer_time() -> None:
    spring = datetime(2026, 3, 29, 10, 0, tzinfo=BERLIN)
    with pytest.raises(EntryError) as caught:
        read("02:30", now=spring)
    assert caught.value.code == "time_left_out"
    autumn = datetime(2026, 10, 25, 10, 0, tzinfo=BERLIN)
    first = parse_time("02:30", now=autumn, zone=BERLIN, leaning="past")
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert read("vor 10 h", now=datetime(2026, 3, 29, 9, 0, tzinfo=BERLIN)) == "2026-03-28 22:00"


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        at = parse_time(text, now=NOW, zone=BERLIN, leaning="future")
    except EntryError:
        return
    assert at.tzinfo is UTC
