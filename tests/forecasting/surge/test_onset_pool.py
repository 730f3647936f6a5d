"""Several queues watched as one."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.surge.onset import calibrate_on, watch_day
from forecasting.surge.onset_pool import pooled, pooled_days, shared_rate
from forecasting.volume.past_days import PastDays

N_SLOTS, N_QUEUES = 48, 6


def centre(n_days: int, *, seed: int) -> list[PastDays]:
    rng = np.random.default_rng(seed)
    expected = np.full((n_days, N_SLOTS), 12.0)
    return [PastDays(np.arange(n_days), expected, rng.poisson(expected).astype(float)) for _ in range(N_QUEUES)]


def test_queues_that_rise_a_little_together_are_seen_sooner_than_each_for_itself() -> None:
    past, today = centre(120, seed=1), centre(1, seed=2)
    rng = np.random.default_rng(3)
    for part in today:
        part.counts[0, 20:] += rng.poisson(0.5 * 12.0, N_SLOTS - 20)
    alone, together = shared_rate(0.1, n_queues=N_QUEUES, n_pools=1)
    watches = [calibrate_on(part, rate_per_week=alone) for part in past]
    own = [watch_day(w, part.expected[0], part.counts[0]) for w, part in zip(watches, today, strict=True)]
    whole = pooled_days(today)
    watch = calibrate_on(pooled_days(past), rate_per_week=together)
    (alarm,) = watch_day(watch, whole.expected[0], whole.counts[0])
    assert 20 <= alarm.raised <= 22
    assert alarm.began in (19, 20, 21)
    assert min((alarms[0].raised for alarms in own if alarms), default=N_SLOTS) > alarm.raised


def test_a_queue_that_is_silent_or_closed_is_left_out_of_both_sums() -> None:
    expected = np.array([5.0, 6.0, 7.0])
    wanted, came = pooled([(expected, np.array([4.0, np.nan, np.nan])), (2 * expected, np.array([9.0, 11.0, np.nan]))])
    assert wanted.tolist() == [15.0, 12.0, 0.0]
    assert came[:2].tolist() == [13.0, 11.0]
    assert np.isnan(came[2])


def test_days_that_one_queue_lacks_are_those_of_the_others() -> None:
    one = PastDays(np.array([1, 2]), np.ones((2, 3)), np.ones((2, 3)))
    other = PastDays(np.array([2, 4]), np.full((2, 3), 5.0), np.full((2, 3), 6.0))
    both = pooled_days([one, other])
    assert both.day.tolist() == [1, 2, 4]
    assert both.expected[:, 0].tolist() == [1.0, 6.0, 5.0]
    assert both.counts[:, 0].tolist() == [1.0, 7.0, 6.0]


@pytest.mark.parametrize(("n_pools", "alone", "together"), [(0, 0.05, 0.0), (1, 0.025, 0.05), (2, 0.025, 0.025)])
def test_the_rate_is_shared_out(n_pools: int, alone: float, together: float) -> None:
    assert shared_rate(0.1, n_queues=2, n_pools=n_pools) == pytest.approx((alone, together))
