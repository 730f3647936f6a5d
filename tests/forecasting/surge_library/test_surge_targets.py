"""What is forecast: worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.surge.library.surges import SurgeView, trimmed_baseline
from forecasting.surge.library.targets import intervals_to_end, targets_of
from tests.forecasting.surge_library.conftest import made_surge


def test_total_and_peak_are_of_the_next_sixteen_intervals() -> None:
    surge = made_surge([10.0, 20.0, 30.0, *[5.0] * 15, 100.0, *[0.0] * 40])
    found = targets_of(surge, 2)
    assert found is not None
    assert found[0] == pytest.approx(np.log1p(30 + 15 * 5))
    assert found[1] == pytest.approx(np.log1p(30))


def test_a_series_that_ends_early_is_taken_to_its_end_and_none_after_it() -> None:
    surge = made_surge([10.0, 20.0, 7.0])
    found = targets_of(surge, 2)
    assert found is not None
    assert found[0] == pytest.approx(np.log1p(7))
    assert targets_of(surge, 3) is None


@pytest.mark.parametrize(
    ("counts", "n_elapsed", "end"),
    [
        ([10, 50, 40, 9, 8, 0], 2, 2),  # below a fifth of 50 in the fourth interval, which ends two after the second
        ([10, 50, 40, 10, 10, 10], 2, 32),  # never below
        ([100, 10, 10, 10], 4, 0),  # over before
        ([100, 10, 10, 10, 10, 300, 50, 10], 4, 3),  # over, then greater again: the whole peak counts, not the first
        ([50, 5, 50, 5], 1, 1),  # of two equal peaks the first counts
    ],
)
def test_the_end_is_below_a_fifth_of_the_whole_peak(counts: list[float], n_elapsed: int, end: int) -> None:
    assert intervals_to_end(np.array([counts], dtype=float), n_elapsed)[0] == end


@pytest.mark.parametrize("n_elapsed", [1, 4, 12])
def test_totals_identity(n_elapsed: int) -> None:
    """Whatever has passed and the next four hours are the first hours together."""
    counts = np.random.default_rng(2).poisson(40, 60).astype(float)
    found = targets_of(made_surge(counts.tolist()), n_elapsed)
    assert found is not None
    assert np.expm1(found[0]) + counts[:n_elapsed].sum() == pytest.approx(counts[: n_elapsed + 16].sum())


def test_the_baseline_forgets_the_last_two_intervals_and_outliers() -> None:
    assert trimmed_baseline(np.array([4.0] * 24 + [500.0, 900.0])) == 4.0
    assert trimmed_baseline(np.array([4.0] * 20 + [900.0] * 4 + [0.0, 0.0])) == 4.0
    assert trimmed_baseline(np.array([])) == 0.5


def test_a_view_needs_a_count_and_refuses_what_is_none() -> None:
    with pytest.raises(ValueError, match="from its first interval on"):
        SurgeView(np.array([1.0]), np.array([]), 12.0)
    with pytest.raises(ValueError, match="finite and not negative"):
        SurgeView(np.array([1.0]), np.array([np.nan]), 12.0)
