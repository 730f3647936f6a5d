"""The truth behind a drill: plausible by what is published, and not the surge model's own curve."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.simulation import draw_truth
from forecasting.surge.curve import ResponseCurve

SPLIT = {"call": 0.7, "mail": 0.3}
LAG = {"mail": 1800.0}
EDGES = np.arange(0, 12 * 3600, 60.0)


@pytest.mark.parametrize("seed", range(12))
def test_peak_and_time_to_peak_are_plausible(seed: int) -> None:
    truth = draw_truth(affected=2e6, split=SPLIT, lag_s=LAG, seed=seed)
    rate = np.sum([truth.rate(channel, EDGES) for channel in SPLIT], axis=0)
    per_quarter = rate.reshape(-1, 15).mean(axis=1) * 900
    assert 0.005 < per_quarter.max() / 2e6 < 0.0115
    assert 45 * 60 < per_quarter.argmax() * 900 < 3 * 3600
    in_all = per_quarter.sum() / 2e6
    assert 0.05 < in_all < 0.4


def test_nothing_before_the_onset_and_mail_later_than_calls() -> None:
    truth = draw_truth(affected=2e6, split=SPLIT, lag_s=LAG, seed=1)
    assert truth.rate("call", np.array([-60.0, 0.0])).tolist() == [0.0, 0.0]
    assert truth.rate("mail", np.array([900.0])).tolist() == [0.0]
    assert truth.rate("unknown", EDGES).max() == 0


def test_the_seed_decides() -> None:
    one, same, other = (draw_truth(affected=2e6, split=SPLIT, lag_s=LAG, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.rate("call", EDGES), same.rate("call", EDGES))
    assert one.peak_share != other.peak_share


def test_it_is_not_the_models_curve() -> None:
    """No choice of the response curve's two numbers comes within 5 % of the truth's first eight hours."""
    truth = draw_truth(affected=2e6, split=SPLIT, lag_s=LAG, seed=1)
    edges = np.arange(0, 8 * 3600 + 1, 900.0)
    middle = (edges[1:] + edges[:-1]) / 2
    shape = truth.shape(middle)
    shape /= shape.sum()
    peaks, halves = np.meshgrid(np.geomspace(600, 9000, 25), np.geomspace(3600, 60_000, 25))
    never, straight = np.full(peaks.shape, np.inf), np.ones(peaks.shape)
    curve = ResponseCurve(*(x.reshape(-1, 1) for x in (peaks, halves, halves, never, straight)))
    made = np.diff(curve.cumulative(edges), axis=1)
    made /= made.sum(axis=1, keepdims=True)
    assert np.abs(made - shape).sum(axis=1).min() > 0.05


@pytest.mark.parametrize(("affected", "split"), [(0.0, SPLIT), (1e6, {"call": 0.5})])
def test_senseless_truths_are_refused(affected: float, split: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="a truth needs"):
        draw_truth(affected=affected, split=split, lag_s=LAG, seed=1)
