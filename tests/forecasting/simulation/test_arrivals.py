"""Arrivals: the right number, the right spread, rising, and the same by seed."""

from __future__ import annotations

from itertools import islice, pairwise

import numpy as np
import pytest

from forecasting.simulation import arrival_times, day_profile, draw_counts, level_walk


def test_a_profile_is_floor_and_bumps() -> None:
    hours = np.array([3.0, 10.0, 11.5])
    profile = day_profile(hours, bumps=[(1.0, 10.0, 1.5)], floor=0.2)
    assert profile == pytest.approx([0.2, 1.2, 0.2 + np.exp(-0.5)], abs=1e-4)
    assert (day_profile(hours, bumps=[(-5.0, 10.0, 1.5)]) >= 0).all()


@pytest.mark.parametrize("dispersion", [1.0, 1.6, 3.0])
def test_counts_have_the_mean_and_the_dispersion(dispersion: float) -> None:
    counts = draw_counts(np.full(200_000, 40.0), dispersion=dispersion, rng=np.random.default_rng(3))
    assert counts.mean() == pytest.approx(40.0, rel=0.005)
    assert counts.var() / counts.mean() == pytest.approx(dispersion, rel=0.03)


def test_no_mean_no_count() -> None:
    assert draw_counts(np.zeros(50), dispersion=2.0, rng=np.random.default_rng(3)).sum() == 0
    with pytest.raises(ValueError, match="dispersion"):
        draw_counts(np.ones(2), dispersion=0.5, rng=np.random.default_rng(3))


def test_a_walk_has_its_spread_and_its_memory() -> None:
    log = np.log(level_walk(100_000, sigma=0.2, memory=0.8, rng=np.random.default_rng(4)))
    assert log.std() == pytest.approx(0.2, rel=0.03)
    assert np.corrcoef(log[1:], log[:-1])[0, 1] == pytest.approx(0.8, abs=0.02)
    with pytest.raises(ValueError, match="memory"):
        level_walk(3, sigma=0.2, memory=1.0, rng=np.random.default_rng(4))


def test_arrivals_follow_the_rate_and_rise() -> None:
    times = list(arrival_times(lambda t: np.where(t < 5000, 1.0, 3.0), start_s=1000.0, end_s=9000.0, seed=1))
    assert all(a <= b for a, b in pairwise(times))
    assert times[0] >= 1000
    assert times[-1] < 9000
    early, late = sum(t < 5000 for t in times), sum(t >= 5000 for t in times)
    assert abs(early - 4000) < 4 * 4000**0.5
    assert abs(late - 12_000) < 4 * 12_000**0.5


def test_gaps_are_exponential_within_a_block() -> None:
    gaps = np.diff(list(arrival_times(lambda t: np.full(t.shape, 2.0), start_s=0, end_s=40_000, seed=2)))
    assert gaps.std() / gaps.mean() == pytest.approx(1.0, abs=0.02)


def test_the_same_seed_gives_the_same_arrivals_however_far_they_are_read() -> None:
    def times(end: float) -> list[float]:
        return list(islice(arrival_times(lambda t: 1 + t / 1e4, start_s=0.0, end_s=end, seed=7), 2000))

    assert times(20_000.0) == times(20_000.0)
    assert times(20_000.0)[:500] == times(20_000.0)[:500]


def test_a_span_that_is_no_multiple_of_the_block_is_read_to_its_end() -> None:
    times = list(arrival_times(lambda t: np.full(t.shape, 5.0), start_s=0.0, end_s=100.0, seed=1, block_s=60.0))
    assert 90 < times[-1] < 100
    assert list(arrival_times(lambda t: np.ones(t.shape), start_s=5.0, end_s=5.0, seed=1)) == []
    with pytest.raises(ValueError, match="block_s"):
        next(arrival_times(lambda t: t, start_s=0.0, end_s=1.0, seed=1, block_s=0.0))
