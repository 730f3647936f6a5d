"""The watch on contacts: its rate of false alarms, what it finds, and that it looks at nothing later."""

from __future__ import annotations

import time

import numpy as np
import pytest

from forecasting.surge.onset import (
    ASSUMED_DISPERSION,
    MIN_DAYS,
    calibrate,
    chance_threshold,
    hits,
    raised_by_the_day,
    statistics,
    watch_day,
)
from forecasting.volume.past_days import PastDays

N_SLOTS = 48
EXPECTED = 30.0 * (1.1 + np.sin(np.arange(N_SLOTS) / 7))


def ordinary(n_days: int, *, seed: int = 1, spread: float = 0.1) -> PastDays:
    """Poisson days, each off its forecast by a factor for the whole day."""
    rng = np.random.default_rng(seed)
    level = np.exp(rng.normal(0, spread, (n_days, 1)))
    counts = rng.poisson(EXPECTED * level).astype(float)
    return PastDays(np.arange(n_days), np.tile(EXPECTED, (n_days, 1)), counts)


def make(rate: float = 0.1, n_days: int = 120):  # type: ignore[no-untyped-def]
    return calibrate(ordinary(n_days), rate_per_week=rate, days_per_week=7, intervals_per_day=N_SLOTS)


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_false_alarms_come_about_as_often_as_asked(rate: float) -> None:
    """Over 300 weeks that the watch has not seen."""
    fresh = ordinary(2_100, seed=7)
    watch = make(rate)
    normal = raised_by_the_day(fresh.expected, fresh.counts)
    raised = hits(statistics(normal, fresh.counts, watch.dispersion), watch.threshold).any(axis=1)
    assert rate / 4 < raised.sum() / 300 < rate * 2


def test_a_lower_rate_asks_for_more() -> None:
    assert make(0.02).threshold > make(0.1).threshold > make(1.0).threshold


def test_a_surge_is_found_within_two_intervals_and_its_end_an_hour_after() -> None:
    counts = ordinary(1, seed=4).counts[0]
    counts[20:30] += 4 * EXPECTED[20:30]
    (alarm,) = watch_day(make(), EXPECTED, counts)
    assert alarm.raised in (20, 21)
    assert alarm.began in (19, 20, 21)
    assert alarm.over in range(31, 36)
    assert alarm.times_normal > 3


def test_an_alarm_lasts_while_the_surge_does() -> None:
    counts = ordinary(1, seed=4).counts[0]
    counts[20:] += 4 * EXPECTED[20:]
    (alarm,) = watch_day(make(), EXPECTED, counts)
    assert alarm.over is None


def test_a_second_surge_is_a_second_alarm() -> None:
    counts = ordinary(1, seed=4).counts[0]
    for start in (8, 36):
        counts[start : start + 4] += 5 * EXPECTED[start : start + 4]
    assert len(watch_day(make(), EXPECTED, counts)) == 2


def test_nothing_later_changes_when_an_alarm_was_raised() -> None:
    counts = ordinary(1, seed=4).counts[0]
    counts[20:30] += 4 * EXPECTED[20:30]
    watch = make()
    whole = watch_day(watch, EXPECTED, counts)[0]
    for until in range(whole.raised + 1, N_SLOTS):
        seen = np.where(np.arange(N_SLOTS) < until, counts, np.nan)
        part = watch_day(watch, EXPECTED, seen)[0]
        assert (part.raised, part.began, part.observed) == (whole.raised, whole.began, whole.observed)
    early = np.where(np.arange(N_SLOTS) < whole.raised, counts, np.nan)
    assert watch_day(watch, EXPECTED, early) == []


def test_a_busy_day_is_no_onset() -> None:
    """A day at 1.4 times its forecast from the first interval on; the watch knows days that are 10 % off."""
    counts = np.random.default_rng(2).poisson(1.4 * EXPECTED).astype(float)
    busy = watch_day(make(), EXPECTED, counts)
    assert all(alarm.raised < 8 for alarm in busy)


def test_fewer_than_ten_contacts_more_are_no_onset() -> None:
    rare = np.full(N_SLOTS, 0.02)
    past = PastDays(np.arange(60), np.tile(rare, (60, 1)), np.zeros((60, N_SLOTS)))
    watch = calibrate(past, rate_per_week=0.1, days_per_week=7, intervals_per_day=N_SLOTS)
    counts = np.zeros(N_SLOTS)
    counts[20] = 9
    assert watch_day(watch, rare, counts) == []
    counts[20] = 11
    assert len(watch_day(watch, rare, counts)) == 1


def test_a_new_queue_is_watched_by_chance_alone_and_says_so() -> None:
    watch = make(n_days=MIN_DAYS - 1)
    assert (watch.n_days, watch.dispersion) == (0, ASSUMED_DISPERSION)
    assert watch.threshold == chance_threshold(0.1 / (7 * N_SLOTS))


def test_chance_exceeds_its_threshold_as_rarely_as_it_says() -> None:
    """Poisson counts, one window: at most a quarter of the share, for four windows were allowed for."""
    rng = np.random.default_rng(8)
    counts = rng.poisson(40.0, (2_000, 96)).astype(float)
    found = statistics(np.full(counts.shape, 40.0), counts, 1e9)
    share = 1e-3
    assert (found.ratio > chance_threshold(share)).mean() < share * 1.5


def test_an_outage_nobody_entered_does_not_deafen_the_watch() -> None:
    past = ordinary(120)
    counts = past.counts.copy()
    counts[50, 10:40] *= 20
    counts[80, 10:40] *= 20
    spoiled = PastDays(past.day, past.expected, counts)
    watch = calibrate(spoiled, rate_per_week=0.1, days_per_week=7, intervals_per_day=N_SLOTS)
    today = ordinary(1, seed=4).counts[0]
    today[20:30] += 3 * EXPECTED[20:30]
    assert watch_day(watch, EXPECTED, today)[0].raised < 24


@pytest.mark.parametrize("counts", [np.full(N_SLOTS, np.nan), np.zeros(N_SLOTS)])
def test_nothing_known_and_nothing_come_raise_nothing(counts: np.ndarray) -> None:
    assert watch_day(make(), EXPECTED, counts) == []
    assert watch_day(make(), np.zeros(N_SLOTS), counts) == []


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="rate_per_week"):
        make(0.0)


def test_thirty_queues_take_less_than_20_ms() -> None:
    days = ordinary(30, seed=3)
    began = time.process_time()
    for _ in range(5):
        normal = raised_by_the_day(days.expected, days.counts)
        hits(statistics(normal, days.counts, np.full((30, 1), 9.0)), np.full((30, 1), 9.0))
    assert (time.process_time() - began) / 5 < 0.02
