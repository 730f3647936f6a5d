"""The update inside the day, against a world in which it is known what a busy morning means."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.volume.intraday import MIN_DAYS, update_day
from forecasting.volume.past_days import PastDays

N_SLOTS = 24
LEVELS = (0.1, 0.5, 0.9)
EXPECTED = 200.0 * (1.2 + np.sin(np.arange(N_SLOTS) / 4))


def world(*, n_days: int = 80, carries_over: float = 1.0, seed: int = 3) -> PastDays:
    """Days whose level, in the second half as in the first, is off by a factor that the forecast did not know."""
    rng = np.random.default_rng(seed)
    level = np.exp(rng.normal(0, 0.2, n_days))
    later = np.where(np.arange(N_SLOTS) < 10, 1.0, carries_over)
    counts = rng.poisson(EXPECTED * level[:, None] ** later).astype(float)
    return PastDays(np.arange(n_days), np.tile(EXPECTED, (n_days, 1)), counts)


def day(factor: float, *, until: int = 10) -> np.ndarray:
    return np.where(np.arange(N_SLOTS) < until, factor * EXPECTED, np.nan)


def test_a_busy_morning_raises_the_rest_where_days_are_busy_as_a_whole() -> None:
    made = update_day(world(), EXPECTED, day(1.3), first=10, levels=LEVELS)
    assert made is not None
    assert made.updated
    assert made.gain > 0.3
    np.testing.assert_allclose(made.mean / EXPECTED[10:], 1.3, atol=0.12)


def test_a_busy_morning_means_nothing_where_it_never_carried_over() -> None:
    made = update_day(world(carries_over=0.0), EXPECTED, day(1.3), first=10, levels=LEVELS)
    assert made is not None
    np.testing.assert_allclose(made.mean / EXPECTED[10:], 1.0, atol=0.05)
    assert made.gain < 0.05


def test_what_is_not_over_changes_nothing() -> None:
    seen = day(1.3)
    later = np.where(np.isnan(seen), 9_999.0, seen)
    one, other = (update_day(world(), EXPECTED, counts, first=10, levels=LEVELS) for counts in (seen, later))
    assert one is not None
    assert other is not None
    assert one.quantiles.tobytes() == other.quantiles.tobytes()
    assert one.mean.tobytes() == other.mean.tobytes()


def test_an_outage_freezes_the_update_at_its_onset() -> None:
    """The surge of slots 6 to 9 moves nothing; only what came before slot 6 does."""
    surged = day(1.0)
    surged[6:10] *= 8
    chased = update_day(world(), EXPECTED, surged, first=10, levels=LEVELS)
    frozen = update_day(world(), EXPECTED, surged, first=10, used=6, levels=LEVELS)
    assert chased is not None
    assert frozen is not None
    assert chased.mean.sum() > 1.5 * EXPECTED[10:].sum()
    np.testing.assert_allclose(frozen.mean / EXPECTED[10:], 1.0, atol=0.1)


def test_few_days_leave_the_morning_s_forecast() -> None:
    assert update_day(world(n_days=MIN_DAYS - 1), EXPECTED, day(1.3), first=10, levels=LEVELS) is None
    assert update_day(world(n_days=MIN_DAYS), EXPECTED, day(1.3), first=10, levels=LEVELS) is not None


def test_before_the_first_count_the_forecast_stands() -> None:
    made = update_day(world(), EXPECTED, np.full(N_SLOTS, np.nan), first=0, levels=LEVELS)
    assert made is not None
    assert not made.updated
    np.testing.assert_allclose(made.mean / EXPECTED, 1.0, atol=0.1)


def test_bands_hold_and_narrow_where_the_morning_tells() -> None:
    past = world(n_days=120)
    fresh = world(n_days=60, seed=9)
    inside, widths = [], {0: 0.0, 10: 0.0}
    for counts in fresh.counts:
        for first in widths:
            made = update_day(past, EXPECTED, counts, first=first, levels=LEVELS)
            assert made is not None
            inside.append(((counts[first:] >= made.quantiles[:, 0]) & (counts[first:] <= made.quantiles[:, 2])).mean())
            widths[first] += float((made.quantiles[-4:, 2] - made.quantiles[-4:, 0]).sum())
    assert 0.74 < np.mean(inside) < 0.86
    assert widths[10] < 0.7 * widths[0]


@pytest.mark.parametrize("level", [0.0, 0.05, 1e6])
def test_silent_sparse_and_huge_queues_give_ordered_counts(level: float) -> None:
    rng = np.random.default_rng(1)
    expected = np.full(N_SLOTS, level)
    past = PastDays(np.arange(40), np.tile(expected, (40, 1)), rng.poisson(level, (40, N_SLOTS)).astype(float))
    made = update_day(past, expected, rng.poisson(level, N_SLOTS).astype(float), first=7, levels=LEVELS)
    assert made is not None
    assert np.isfinite(made.quantiles).all()
    assert (made.quantiles >= 0).all()
    assert (np.diff(made.quantiles, axis=1) >= 0).all()
    assert np.isfinite(made.mean).all()


def test_gaps_and_closed_slots_are_passed_over() -> None:
    past = world()
    gappy = past.counts.copy()
    gappy[::3, 2:5] = np.nan
    gappy[:, 20:] = np.nan
    made = update_day(PastDays(past.day, past.expected, gappy), EXPECTED, day(1.3), first=10, levels=LEVELS)
    assert made is not None
    np.testing.assert_allclose(made.mean[:9] / EXPECTED[10:19], 1.3, atol=0.15)
