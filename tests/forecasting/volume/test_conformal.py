"""Bands from past errors."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forecasting.volume.conformal import (
    MAX_LEAD,
    PastErrors,
    adapted_width,
    conformal_band,
    from_root,
    root,
    weighted_quantiles,
)


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
    past = PastErrors(
        error, np.zeros(40, dtype=np.int64), np.concatenate([np.full(30, 0.05), np.ones(10)]), 40, np.arange(40)
    )
    band = conformal_band(past, np.zeros(4, dtype=np.int64), (0.5,))
    assert (band.quantile[0, :, 0] == 2.0).all()


def test_a_lead_without_errors_of_its_own_borrows_from_all() -> None:
    past = PastErrors(np.ones((20, 4)), np.zeros(20, dtype=np.int64), np.ones(20), 20, np.arange(20))
    band = conformal_band(past, np.zeros(4, dtype=np.int64), (0.1, 0.9))
    assert (band.quantile == 1.0).all()
    assert band.quantile.shape == (MAX_LEAD, 4, 2)


def test_the_mean_is_that_of_the_shifted_squares() -> None:
    rng = np.random.default_rng(5)
    error = rng.normal(0.3, 1.0, size=(400, 4))
    past = PastErrors(error, np.zeros(400, dtype=np.int64), np.ones(400), 400, np.arange(400))
    expected, _ = conformal_band(past, np.zeros(4, dtype=np.int64), (0.5,)).apply(np.full((1, 4), 100.0))
    truth = ((root(np.array(100.0)) + error) ** 2 - 0.25).mean()
    np.testing.assert_allclose(expected, truth)


@given(st.floats(0, 5), st.floats(-9, 9))
def test_a_band_never_goes_below_zero(mean: float, error: float) -> None:
    past = PastErrors(np.full((12, 1), error), np.zeros(12, dtype=np.int64), np.ones(12), 12, np.arange(12))
    expected, quantiles = conformal_band(past, np.zeros(1, dtype=np.int64), (0.05, 0.95)).apply(np.array([[mean]]))
    assert (quantiles >= 0).all()
    assert (expected >= 0).all()


def one_day_ahead(spread: np.ndarray) -> PastErrors:
    """Normal errors one day ahead whose spread differs from day to day, the last day last."""
    n = len(spread)
    error = np.random.default_rng(6).normal(size=(n, 48)) * spread[:, None]
    day = np.arange(n)
    return PastErrors(error, np.zeros(n, dtype=np.int64), 0.5 ** ((n - day) / 21.0), n, day)


def test_an_even_spread_keeps_the_band_as_wide_as_its_quantiles() -> None:
    assert 0.95 < adapted_width(one_day_ahead(np.ones(80)), np.zeros(48, dtype=np.int64)) < 1.05


def test_a_spread_that_grows_widens_the_band_and_one_that_shrinks_narrows_it() -> None:
    groups = np.zeros(48, dtype=np.int64)
    growing, shrinking = np.linspace(1, 4, 80), np.linspace(4, 1, 80)
    assert adapted_width(one_day_ahead(growing), groups) > 1.05
    assert adapted_width(one_day_ahead(shrinking), groups) < 0.95


def test_the_width_rests_on_no_day_before_its_errors_were_known() -> None:
    """Each replayed band is made of earlier days only: the last day moves the width by one step at most."""
    past, groups = one_day_ahead(np.ones(80)), np.zeros(48, dtype=np.int64)
    wild = past.error.copy()
    wild[-1] = 1e6
    changed = adapted_width(PastErrors(wild, past.lead, past.weight, 80, past.day), groups)
    assert 0 < changed - adapted_width(past, groups) <= 0.1


def test_few_days_make_a_wider_band_at_long_leads() -> None:
    def spread(n_days: int) -> float:
        error = np.tile(np.linspace(-1, 1, 48), (n_days, 1))
        past = PastErrors(error, np.full(n_days, 13), np.ones(n_days), n_days, np.arange(n_days))
        band = conformal_band(past, np.zeros(48, dtype=np.int64), (0.1, 0.9))
        return float(np.ptp(band.quantile[13, 0]))

    assert spread(12) > 1.05 * spread(120)
