"""Bands from past errors."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecasting.volume.conformal import MAX_LEAD, PastErrors, conformal_band, from_root, root, weighted_quantiles


@given(st.floats(0, 1e6))
def test_root_and_back(count: float) -> None:
    np.testing.assert_allclose(from_root(root(np.array([count]))), [count], rtol=1e-9, atol=1e-9)


def test_equal_weights_give_the_usual_quantiles() -> None:
    values = np.random.default_rng(1).normal(size=4001)
    levels = (0.1, 0.5, 0.9)
    made = weighted_quantiles(values, np.ones(4001), levels)
    np.testing.assert_allclose(made, np.quantile(values, levels), atol=2e-3)


def test_recent_errors_count_most() -> None:
    """After a shift of level the band follows it, although most errors are from before."""
    error = np.concatenate([np.zeros((30, 4)), np.full((10, 4), 2.0)])
    past = PastErrors(error, np.zeros(40, dtype=np.int64), np.concatenate([np.full(30, 0.05), np.ones(10)]), 40)
    band = conformal_band(past, np.zeros(4, dtype=np.int64), (0.5,))
    assert (band.quantile[0, :, 0] == 2.0).all()


def test_a_lead_without_errors_of_its_own_borrows_from_all() -> None:
    past = PastErrors(np.ones((20, 4)), np.zeros(20, dtype=np.int64), np.ones(20), 20)
    band = conformal_band(past, np.zeros(4, dtype=np.int64), (0.1, 0.9))
    assert (band.quantile == 1.0).all()
    assert band.quantile.shape == (MAX_LEAD, 4, 2)


def test_the_mean_is_that_of_the_shifted_squares() -> None:
    rng = np.random.default_rng(5)
    error = rng.normal(0.3, 1.0, size=(400, 4))
    past = PastErrors(error, np.zeros(400, dtype=np.int64), np.ones(400), 400)
    expected, _ = conformal_band(past, np.zeros(4, dtype=np.int64), (0.5,)).apply(np.full((1, 4), 100.0))
    truth = ((root(np.array(100.0)) + error) ** 2 - 0.25).mean()
    np.testing.assert_allclose(expected, truth)


@given(st.floats(0, 5), st.floats(-9, 9))
def test_a_band_never_goes_below_zero(mean: float, error: float) -> None:
    past = PastErrors(np.full((12, 1), error), np.zeros(12, dtype=np.int64), np.ones(12), 12)
    expected, quantiles = conformal_band(past, np.zeros(1, dtype=np.int64), (0.05, 0.95)).apply(np.array([[mean]]))
    assert (quantiles >= 0).all()
    assert (expected >= 0).all()
