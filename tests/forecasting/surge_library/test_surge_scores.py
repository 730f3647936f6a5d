"""What the shipped scores claim is what cross-validation of the shipped surges gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.evaluation.surge_backtest import (
    SurgeForecastRow,
    cross_validate,
    dump,
    ratio_of,
    scores,
)
from forecasting.surge.library import LEVELS, Surge, make_model
from forecasting.surge.library.levels import mean_of, weighted_quantiles
from forecasting.surge.library.shipped import shipped_scores
from forecasting.surge.library.stacking import PARTS, learn, weights_at
from tests.conftest import REPO_ROOT

AGES = (1, 2, 4, 8)


@pytest.fixture(scope="module")
def judged(surges: tuple[Surge, ...]) -> pd.DataFrame:
    return scores(cross_validate(surges, ages=AGES, make=lambda: make_model("ensemble")))


def test_the_shipped_scores_are_those_of_today(judged: pd.DataFrame) -> None:
    for (target, age), part in judged.groupby(["target", "n_elapsed"]):
        claimed = shipped_scores()[str(target), 15 * int(str(age))]
        assert part["crps"].mean() == pytest.approx(claimed["crps"], rel=0.005)
        assert part["covered"].mean() == pytest.approx(claimed["coverage_80"], abs=0.02)
        assert len(part) == claimed["n"]


def test_the_band_holds_at_every_elapsed_time(judged: pd.DataFrame) -> None:
    """Four in five, give or take what 59 surges leave to chance (two standard errors are 10 points)."""
    covered = judged.groupby(["target", "n_elapsed"])["covered"].mean()
    assert covered.between(0.70, 0.90).all(), covered
    assert judged.groupby("target")["covered"].mean().between(0.76, 0.86).all()


def test_the_library_beats_scaling_on_every_target(judged: pd.DataFrame, surges: tuple[Surge, ...]) -> None:
    peer = scores(cross_validate(surges, ages=AGES, make=lambda: make_model("scaling")))
    days = [surge.day for surge in surges]
    for target, limit in (("total_4h", 0.80), ("peak_4h", 0.78), ("end_min", 0.85)):
        own, other = (frame[frame["target"] == target] for frame in (judged, peer))
        ratio = ratio_of(own, other, days=days)
        assert ratio.low < ratio.ratio < ratio.high < 1
        assert ratio.ratio < limit


def test_folds_are_needed_and_kept_apart(surges: tuple[Surge, ...]) -> None:
    with pytest.raises(ValueError, match="needs a fold for each surge"):
        cross_validate([replace(s, fold=-1) for s in surges], ages=(1,), make=lambda: make_model("linear"))
    whole = cross_validate(surges, ages=(1,), make=lambda: make_model("linear"))
    changed = [replace(s, counts=s.counts * 3) if s.fold == 2 else s for s in surges]
    again = cross_validate(changed, ages=(1,), make=lambda: make_model("linear"))
    for row, other, surge in zip(whole, again, surges, strict=True):
        same = np.array_equal(row.quantiles, other.quantiles)
        assert not same or surge.fold != 2, "a fold is forecast by the others, whose counts have changed"


def test_a_dump_is_in_counts_and_minutes() -> None:
    said = np.stack([np.log1p(np.linspace(10, 100, 19)), np.log1p(np.linspace(1, 19, 19)), np.linspace(0, 18, 19)])
    table = dump([SurgeForecastRow(0, 2, said, None)], outages=["a"], onsets=["2026-03-01 10:15:00"])
    assert table["target"].tolist() == ["total_4h", "peak_4h", "end_min"]
    assert table["elapsed_min"].tolist() == [30] * 3
    np.testing.assert_allclose(table.loc[0, ["p05", "p50", "p95"]].to_numpy(dtype=float), [10, 55, 100])
    np.testing.assert_allclose(table.loc[2, ["p05", "p50", "p95"]].to_numpy(dtype=float), [0, 135, 270])
    assert table["mean"].tolist() == pytest.approx([55, 10, 135])


def test_quantile_identities() -> None:
    values = np.arange(1.0, 101.0)
    found = weighted_quantiles(values, np.ones(100))
    np.testing.assert_allclose(found, 100 * np.array(LEVELS) + 0.5)
    heavy = weighted_quantiles(values, np.where(values == 70, 1e9, 1e-9))
    np.testing.assert_allclose(heavy, 70, atol=1)
    assert mean_of(found) == pytest.approx(50.5)


def test_weights_are_shares_and_move_smoothly() -> None:
    for n_elapsed in range(1, 40):
        weight = weights_at(n_elapsed)
        assert weight.shape == (3, len(PARTS))
        np.testing.assert_allclose(weight.sum(axis=1), 1)
        assert weight.min() > 0
        assert np.abs(weight - weights_at(n_elapsed + 1)).max() < 0.1
    np.testing.assert_array_equal(weights_at(8), weights_at(30))


def test_learning_weights_finds_the_better_part() -> None:
    rng = np.random.default_rng(4)
    truth = rng.normal(size=(60, 2))
    spread = np.array([-1.6, -0.8, 0.0, 0.8, 1.6])
    spread = np.interp(np.linspace(0, 4, 19), np.arange(5), spread)
    good = truth[..., None] + 0.3 * rng.normal(size=(60, 2, 1)) + 0.3 * spread
    bad = np.broadcast_to(3 + spread, good.shape)
    early, late = learn(np.stack([good, bad]), truth, ages=(1, 8))
    assert early[0] > 0.75
    assert late[0] > 0.75
    assert early.sum() == pytest.approx(1)


def test_the_model_card_says_the_shipped_scores() -> None:
    card = (REPO_ROOT / "docs" / "surge-model-card.md").read_text(encoding="utf-8")
    for label, target, digits in (("total", "total_4h", 3), ("peak", "peak_4h", 3), ("end [min]", "end_min", 1)):
        found = [shipped_scores()[target, minutes] for minutes in (15, 30, 60, 120)]
        own = " | ".join(f"{one['crps']:.{digits}f} ({one['coverage_80']:.2f})" for one in found)
        peer = " | ".join(f"{one['crps_scaling']:.{digits}f}" for one in found)
        assert f"| {label} | {own} |" in card
        assert f"| {label}, scaling | {peer} |" in card
