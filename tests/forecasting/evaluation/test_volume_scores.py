"""Scores by hand and by identity."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.evaluation.point import bias, wape
from forecasting.evaluation.probabilistic import coverage, pinball


def test_wape_by_hand() -> None:
    assert wape(np.array([10.0, 20.0, np.nan]), np.array([12.0, 18.0, 5.0])) == pytest.approx(4 / 30)


def test_wape_of_nothing_offered() -> None:
    assert wape(np.zeros(2), np.zeros(2)) == 0.0
    assert wape(np.zeros(2), np.ones(2)) == float("inf")


def test_bias_is_positive_where_too_much_was_forecast() -> None:
    assert bias(np.array([10.0]), np.array([12.0])) == pytest.approx(0.2)
    assert np.isnan(bias(np.zeros(1), np.ones(1)))


def test_pinball_by_hand() -> None:
    made = pinball(np.array([10.0]), np.array([[8.0, 10.0, 14.0]]), (0.1, 0.5, 0.9))
    np.testing.assert_allclose(made, [(0.1 * 2 + 0 + 0.1 * 4) / 3])


def test_pinball_of_a_point_is_half_the_absolute_error() -> None:
    made = pinball(np.array([10.0]), np.array([[7.0, 7.0]]), (0.25, 0.75))
    np.testing.assert_allclose(made, [1.5])


def test_the_true_quantiles_have_the_least_pinball() -> None:
    rng = np.random.default_rng(4)
    actual = rng.normal(size=20_000)
    levels = (0.1, 0.5, 0.9)
    true = np.array([-1.2816, 0.0, 1.2816])
    scores = [pinball(actual, np.broadcast_to(true * width, (20_000, 3)), levels).mean() for width in (0.6, 1.0, 1.6)]
    assert scores[1] == min(scores)


def test_coverage_counts_known_values_inside() -> None:
    actual = np.array([1.0, 2.0, 3.0, np.nan])
    assert coverage(actual, np.full(4, 1.0), np.full(4, 2.0)) == pytest.approx(2 / 3)
    assert np.isnan(coverage(np.array([np.nan]), np.zeros(1), np.ones(1)))
