from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboard.jobs.schedule import Backoff, Every, Nightly

NOON = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def test_every_is_due_at_once_and_again_after_its_period() -> None:
    every = Every(timedelta(seconds=15))
    assert every.due(NOON)
    every.done(NOON)
    assert not every.due(NOON + timedelta(seconds=14))
    assert every.due(NOON + timedelta(seconds=15))


def test_every_survives_a_clock_that_was_put_back() -> None:
    every = Every(timedelta(hours=1), last=NOON)
    assert every.due(NOON - timedelta(minutes=5))


def test_nightly_waits_for_the_first_night_and_runs_once_in_it() -> None:
    nightly = Nightly(time(3), BERLIN)
    assert not nightly.due(NOON)
    assert not nightly.due(NOON + timedelta(hours=12))
    night = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # 03:00 on the day whose 02:00 does not exist
    assert not nightly.due(night - timedelta(seconds=1))
    assert nightly.due(night)
    nightly.done(night)
    assert not nightly.due(night + timedelta(hours=20))
    assert nightly.due(night + timedelta(days=1))


def test_nightly_catches_up_after_a_night_asleep() -> None:
    nightly = Nightly(time(3), BERLIN, last=NOON)
    assert nightly.due(NOON + timedelta(days=3))


def test_backoff_doubles_up_to_its_end_and_begins_anew() -> None:
    backoff = Backoff(first_s=1, max_s=5)
    assert [backoff.failed() for _ in range(4)] == [1, 2, 4, 5]
    backoff.succeeded()
    assert backoff.failed() == 1
