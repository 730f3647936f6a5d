"""What holds for every model of the library: no leak, no crossing, the same answer, no exception."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecasting.evaluation.surge_backtest import backtest_surges
from forecasting.surge.library import LEVELS, Surge, SurgeView, make_model
from forecasting.surge.library.ensemble import EnsembleModel
from forecasting.surge.library.part import SurgeModel
from forecasting.surge.library.targets import bounded
from tests.forecasting.surge_library.conftest import EXTREME, made_surge


def test_nothing_after_the_origin_changes_a_forecast(fitted: dict[str, SurgeModel], surges: tuple[Surge, ...]) -> None:
    @settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(
        position=st.integers(0, 58),
        age=st.integers(1, 30),
        seed=st.integers(0, 2**16),
        change=st.sampled_from(["shuffled", "zero", "huge", "cut"]),
    )
    def holds(position: int, age: int, seed: int, change: str) -> None:
        surge = surges[position]
        later = surge.counts[surge.start + age :]
        changed = {
            "shuffled": np.random.default_rng(seed).permutation(later),
            "zero": np.zeros_like(later),
            "huge": later * 1000 + 1,
            "cut": later[:0],
        }[change]
        other = replace(surge, counts=np.concatenate([surge.counts[: surge.start + age], changed]))
        for model in fitted.values():
            np.testing.assert_array_equal(model.quantiles(surge.seen(age)), model.quantiles(other.seen(age)))

    holds()


def test_other_surges_of_the_input_change_no_forecast(surges: tuple[Surge, ...]) -> None:
    train = [surge for surge in surges if surge.fold != 0]
    test = [surge for surge in surges if surge.fold == 0]

    def linear() -> SurgeModel:
        return make_model("linear")

    alone = backtest_surges(train, test[:1], ages=(1, 4), make=linear)
    among = backtest_surges(train, test, ages=(1, 4), make=linear)[:2]
    for one, other in zip(alone, among, strict=True):
        np.testing.assert_array_equal(one.quantiles, other.quantiles)


def test_quantiles_rise_and_stay_possible(fitted: dict[str, SurgeModel], surges: tuple[Surge, ...]) -> None:
    for model in fitted.values():
        for surge in surges[::6]:
            for age in (1, 3, 9, 24):
                said = bounded(model.quantiles(surge.seen(age)))
                assert said.shape == (3, len(LEVELS))
                assert (np.diff(said, axis=1) >= 0).all()
                assert said.min() >= 0
                assert said[2].max() <= 32


@pytest.mark.parametrize("name", list(EXTREME))
def test_no_series_raises(fitted: dict[str, SurgeModel], name: str) -> None:
    surge = made_surge(EXTREME[name])
    for model in fitted.values():
        for age in (1, 2, 5, 20):
            assert np.isfinite(bounded(model.quantiles(surge.seen(age)))).all()


def test_nothing_before_the_onset_is_no_obstacle(fitted: dict[str, SurgeModel]) -> None:
    surge = made_surge([30.0, 60.0, 90.0], before=[])
    for model in fitted.values():
        assert np.isfinite(model.quantiles(surge.seen(1))).all()
        assert np.isfinite(model.quantiles(surge.seen(3))).all()


def test_fitting_twice_says_the_same_to_the_bit(fitted: dict[str, SurgeModel], surges: tuple[Surge, ...]) -> None:
    again = EnsembleModel().fit(surges)
    for surge in surges[:6]:
        for age in (1, 6):
            view = surge.seen(age)
            np.testing.assert_array_equal(again.quantiles(view), fitted["ensemble"].quantiles(view))


def test_the_peer_by_boosting_says_the_same_twice(surges: tuple[Surge, ...]) -> None:
    view = surges[0].seen(2)
    one, other = (make_model("quantile_hgb").fit(surges[5:40]).quantiles(view) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert np.isfinite(one).all()


def test_beyond_the_library_twice_the_counts_mean_twice_the_forecast(fitted: dict[str, SurgeModel]) -> None:
    counts = np.array([8e4, 2e5, 3e5])
    once = SurgeView(np.zeros(30), counts, 15.0)
    twice = SurgeView(np.zeros(30), 2 * counts, 15.0)
    small, great = (np.expm1(fitted["ensemble"].quantiles(view)[:2]) for view in (once, twice))
    np.testing.assert_allclose(great, 2 * small, rtol=1e-6)


def test_too_few_surges_are_refused(surges: tuple[Surge, ...]) -> None:
    for name in ("ensemble", "scaling", "analog", "quantile_hgb", "curve"):
        with pytest.raises(ValueError, match="at least 8 surges"):
            make_model(name).fit(surges[:5])
    with pytest.raises(ValueError, match="unknown surge model"):
        make_model("oracle")


def test_a_fresh_library_needs_no_scikit_learn_until_it_is_fitted() -> None:
    code = "import sys, forecasting.surge.library.nowcast; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
