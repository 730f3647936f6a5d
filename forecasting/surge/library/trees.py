"""Quantile gradient boosting: the strongest ready-made method on surges, kept as the peer to be measured against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from scipy import stats

from forecasting.surge.library.features import FEATURES, LEVEL
from forecasting.surge.library.levels import LEVELS, Array
from forecasting.surge.library.rows import AGES, rows_of
from forecasting.surge.library.surges import Surge, SurgeView
from forecasting.surge.library.targets import N_TARGETS

_FITTED = (0.1, 0.3, 0.5, 0.7, 0.9)
_SEED = 0
_USED = [k for k, name in enumerate(FEATURES) if name != "activity_ahead"]


class BoostedModel:
    """Histogram gradient boosting at five quantiles, a model a target and age, from rows of like age.

    Parameters
    ----------
    n_trees, n_leaves
        Trees of a model and leaves of a tree.
    ratio
        Rows count whose age is within this factor.
    """

    def __init__(self, n_trees: int = 60, n_leaves: int = 4, *, ratio: float = 3.0) -> None:
        self.n_trees = n_trees
        self.n_leaves = n_leaves
        self.ratio = ratio

    def fit(self, surges: Sequence[Surge]) -> Self:
        """Keep the rows; the trees of an age grow when it is asked for."""
        self._rows = rows_of(surges)
        self._grown: dict[int, list[list[Any]]] = {}
        return self

    def quantiles(self, view: SurgeView) -> Array:
        """See `SurgeModel`."""
        age = min(view.n_elapsed, AGES[-1])
        if age not in self._grown:
            self._grown[age] = self._grow(age)
        own = self._rows.features_of(view)
        fitted = np.array([[model.predict(own[None, _USED])[0] for model in row] for row in self._grown[age]])
        out = _all_levels(np.sort(fitted, axis=1))
        out[:2] += own[LEVEL]
        return out

    def _grow(self, age: int) -> list[list[Any]]:
        from sklearn.ensemble import HistGradientBoostingRegressor

        rows = self._rows
        near = (rows.age <= age * self.ratio) & (rows.age >= age / self.ratio)
        weight = rows.weights(age)[near]
        return [
            [
                HistGradientBoostingRegressor(
                    loss="quantile",
                    quantile=level,
                    max_iter=self.n_trees,
                    max_leaf_nodes=self.n_leaves,
                    random_state=_SEED,
                ).fit(rows.x[near][:, _USED], rows.relative[near, target], sample_weight=weight)
                for level in _FITTED
            ]
            for target in range(N_TARGETS)
        ]


def _all_levels(fitted: Array) -> Array:
    """From the fitted levels to LEVELS, straight on a normal scale, the tails going on as they ended."""
    place, at = np.asarray(stats.norm.ppf(_FITTED)), np.asarray(stats.norm.ppf(LEVELS))
    out = np.stack([np.interp(at, place, row) for row in fitted])
    low, high = at < place[0], at > place[-1]
    down = (fitted[:, 1] - fitted[:, 0]) / (place[1] - place[0])
    up = (fitted[:, -1] - fitted[:, -2]) / (place[-1] - place[-2])
    out[:, low] = fitted[:, [0]] + down[:, None] * (at[low] - place[0])
    out[:, high] = fitted[:, [-1]] + up[:, None] * (at[high] - place[-1])
    return np.asarray(out)
