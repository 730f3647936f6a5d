"""Backtest of surge models: each surge is forecast from its first intervals by what other surges taught."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.evaluation.probabilistic import coverage, pinball
from forecasting.surge.library.levels import LEVELS, Array, mean_of
from forecasting.surge.library.part import SurgeModel
from forecasting.surge.library.surges import Surge
from forecasting.surge.library.targets import TARGETS, bounded, targets_of

COLUMNS: tuple[str, ...] = tuple(f"p{round(100 * level):02d}" for level in LEVELS)
INTERVAL_MIN = 15
_END = TARGETS.index("end_min")

Factory = Callable[[], SurgeModel]


@dataclass(frozen=True)
class SurgeForecastRow:
    """Forecast of one surge at one age: `quantiles` as the models learn them, (3, n_levels); `truth` (3,) or None."""

    position: int
    n_elapsed: int
    quantiles: Array
    truth: Array | None


def backtest_surges(
    train: Sequence[Surge], test: Sequence[Surge], *, ages: Sequence[int], make: Factory
) -> list[SurgeForecastRow]:
    """Learn from `train`, forecast `test` at each age it has reached.

    Parameters
    ----------
    ages
        Intervals elapsed since the onset, its own included, each at least 1.

    Returns
    -------
    list
        Ordered by surge, then age; ages a series does not reach are left out.
    """
    model = make().fit(train)
    return [row for position, surge in enumerate(test) for row in rows_for(model, surge, position, ages=ages)]


def cross_validate(surges: Sequence[Surge], *, ages: Sequence[int], make: Factory) -> list[SurgeForecastRow]:
    """Forecast each fold by the others.

    Raises
    ------
    ValueError
        A surge without fold, or fewer than two folds.
    """
    folds = sorted({surge.fold for surge in surges})
    if len(folds) < 2 or folds[0] < 0:
        raise ValueError(
            f"cross-validation needs a fold for each surge and two folds at least, got {folds}; fill them in"
        )
    rows: list[SurgeForecastRow] = []
    for fold in folds:
        own = [position for position, surge in enumerate(surges) if surge.fold == fold]
        model = make().fit([surge for surge in surges if surge.fold != fold])
        rows += [row for position in own for row in rows_for(model, surges[position], position, ages=ages)]
    return sorted(rows, key=lambda row: (row.position, row.n_elapsed))


def rows_for(model: SurgeModel, surge: Surge, position: int, *, ages: Sequence[int]) -> Iterator[SurgeForecastRow]:
    """Forecasts of one surge by a fitted model; ages the series does not reach are left out."""
    for age in ages:
        if age <= surge.n_after:
            yield SurgeForecastRow(position, age, bounded(model.quantiles(surge.seen(age))), targets_of(surge, age))


def dump(rows: Sequence[SurgeForecastRow], *, outages: Sequence[str], onsets: Sequence[str]) -> pd.DataFrame:
    """One line a forecast and target: counts for total and peak, minutes for the end.

    Returns
    -------
    DataFrame
        outage, onset, elapsed_min, target, p05 … p95 by 0.05, mean.
    """
    lines = []
    for row in rows:
        for target, values in zip(TARGETS, natural(row.quantiles), strict=True):
            place = (outages[row.position], onsets[row.position], INTERVAL_MIN * row.n_elapsed, target)
            lines.append((*place, *values, mean_of(values)))
    return pd.DataFrame(lines, columns=["outage", "onset", "elapsed_min", "target", *COLUMNS, "mean"])


def natural(quantiles: Array) -> Array:
    """From what the models learn to counts and minutes, same shape (3, n_levels)."""
    out = np.expm1(quantiles)
    out[_END] = INTERVAL_MIN * quantiles[_END]
    return np.asarray(out)


def scores(rows: Sequence[SurgeForecastRow]) -> pd.DataFrame:
    """Score of each forecast whose outcome is known.

    Returns
    -------
    DataFrame
        position, n_elapsed, target, crps (2 × mean pinball: of log(1 + count) for total and peak, minutes for the end),
        covered (whether p10 ≤ truth ≤ p90).
    """
    lines = []
    low, high = LEVELS.index(0.1), LEVELS.index(0.9)
    for row in rows:
        if row.truth is None:
            continue
        crps = 2 * pinball(row.truth, row.quantiles, LEVELS) * np.array([1.0, 1.0, INTERVAL_MIN])
        for target, name in enumerate(TARGETS):
            own = row.quantiles[target]
            inside = coverage(row.truth[[target]], own[[low]], own[[high]])
            lines.append((row.position, row.n_elapsed, name, crps[target], inside))
    return pd.DataFrame(lines, columns=["position", "n_elapsed", "target", "crps", "covered"])


@dataclass(frozen=True)
class Ratio:
    """Mean score ÷ mean score of a peer, with the 5 % and 95 % points of a bootstrap over days."""

    ratio: float
    low: float
    high: float


def ratio_of(
    own: pd.DataFrame, peer: pd.DataFrame, *, days: Sequence[str], seed: int = 1, n_draws: int = 2000
) -> Ratio:
    """Paired ratio of two score tables over the same surges, ages and target; days are drawn whole.

    Parameters
    ----------
    own, peer
        Rows of `scores`, restricted alike.
    days
        Day of each surge by position.

    Raises
    ------
    ValueError
        The tables have no row in common.
    """
    joined = own.merge(peer, on=["position", "n_elapsed", "target"], suffixes=("", "_peer"), validate="1:1")
    if joined.empty:
        raise ValueError("the two tables have no scored forecast in common; restrict them alike")
    joined["day"] = [days[position] for position in joined["position"]]
    by_day = joined.groupby("day")[["crps", "crps_peer"]].sum().to_numpy()
    drawn = np.random.default_rng(seed).integers(0, len(by_day), (n_draws, len(by_day)))
    sums = by_day[drawn].sum(axis=1)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.05, 0.95])
    whole = by_day.sum(axis=0)
    return Ratio(float(whole[0] / whole[1]), float(low), float(high))
