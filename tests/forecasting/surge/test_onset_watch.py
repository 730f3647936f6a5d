"""The watch on contacts: its rate of false alarms, what it finds, and that it looks at nothing later."""

from __future__ import annotations

import time

import numpy as np
import pytest

from forecasting.surge.onset import MIN_DAYS, Watch, calibrate, calibrate_on, watch_day
from forecasting.surge.onset_score import WINDOWS, hits, raised_by_the_day, scores, spread_of
from forecasting.surge.onset_tail import chance_threshold, tail_threshold
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
    raised = hits(scores(normal, fresh.counts, watch.spread), watch.threshold).any(axis=1)
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


def test_a_slow_rise_is_dated_back_to_where_it_left_the_forecast() -> None:
    counts = EXPECTED.copy()
    counts[20:40] *= 1.5
    (alarm,) = watch_day(make(), EXPECTED, counts)
    assert alarm.raised > alarm.began
    assert alarm.began == 20


def test_a_surge_of_half_again_lasts_until_it_is_over() -> None:
    """Its end is where it falls below half of what raised it, not at 1.3 times normal."""
    counts = EXPECTED.copy()
    counts[10:30] *= 1.25
    past = ordinary(120, spread=0.02)
    watch = calibrate_on(past, rate_per_week=0.1)
    (alarm,) = watch_day(watch, EXPECTED, counts)
    assert alarm.over in range(31, 36)


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
    assert watch.n_days == 0
    assert np.isnan(watch.spread).all()
    assert watch.threshold == chance_threshold(0.1 / (7 * N_SLOTS))


def test_a_new_queue_takes_twice_its_forecast_for_no_onset_and_six_times_for_one() -> None:
    watch = make(n_days=0)
    assert watch_day(watch, EXPECTED, 2 * EXPECTED) == []
    assert len(watch_day(watch, EXPECTED, 6 * EXPECTED)) == 1


def test_chance_exceeds_its_threshold_as_rarely_as_it_says() -> None:
    """Poisson counts: windows move together, but four of them still exceed it more often than one."""
    rng = np.random.default_rng(8)
    counts = rng.poisson(40.0, (2_000, 96)).astype(float)
    found = scores(np.full(counts.shape, 40.0), counts, np.ones((len(WINDOWS), 96)))
    share = 1e-3
    assert share / 2 < hits(found, chance_threshold(share)).mean() < share * 4


def test_the_spread_follows_the_time_of_day_and_is_never_below_chance() -> None:
    rng = np.random.default_rng(3)
    expected = np.full((120, N_SLOTS), 60.0)
    counts = rng.poisson(expected).astype(float)
    counts[:, 24:] = rng.poisson(60.0 * np.exp(rng.normal(0, 0.4, (120, 24))))
    spread = spread_of(expected, counts)
    assert spread.min() >= 1.0
    assert (spread[0, 28:] > 1.7 * spread[0, :20]).all()


def test_the_tail_of_many_days_gives_the_asked_share() -> None:
    greatest = np.sqrt(np.random.default_rng(5).exponential(2.0, 120) + 4)
    fresh = np.sqrt(np.random.default_rng(6).exponential(2.0, 100_000) + 4)
    for share in (0.2, 0.05, 0.01):
        assert share / 2 < (fresh > tail_threshold(greatest, exceeded=share)).mean() < share * 2


def test_a_watch_survives_being_kept() -> None:
    watch = make()
    kept = Watch.from_json(watch.to_json(), n_slots=N_SLOTS)
    assert np.allclose(kept.spread, watch.spread, atol=1e-4)
    assert (kept.threshold, kept.rate_per_week, kept.n_days) == (watch.threshold, 0.1, 120)
    new = Watch.from_json(make(n_days=0).to_json(), n_slots=N_SLOTS)
    assert np.isnan(new.spread).all()


def test_how_much_is_watched_is_read_off_the_past() -> None:
    past = ordinary(120)
    office = PastDays(np.flatnonzero(np.arange(168) % 7 < 5), past.expected, past.counts)
    assert calibrate_on(past, rate_per_week=0.1).threshold == make().threshold
    assert calibrate_on(office, rate_per_week=0.1).threshold < make().threshold


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
        hits(scores(normal, days.counts, np.ones((30, len(WINDOWS), N_SLOTS))), np.full((30, 1), 9.0))
    assert (time.process_time() - began) / 5 < 0.02
