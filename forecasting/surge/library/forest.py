"""A local linear forest: past surges weighted by how often they share a leaf with the present one, then a ridge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from forecasting.surge.library.features import FEATURES, LEVEL
from forecasting.surge.library.leaves import Leaves
from forecasting.surge.library.levels import LEVELS, Array
from forecasting.surge.library.local import LocalRidge
from forecasting.surge.library.rows import AGES, rows_of
from forecasting.surge.library.surges import Surge, SurgeView
from forecasting.surge.library.targets import N_TARGETS

_SEED = 0
_USED = [k for k, name in enumerate(FEATURES) if name != "activity_ahead"]  # trees find it in hour and elapsed time
_LEAST_WEIGHT = 1e-9


class ForestModel:
    """One forest for the three targets together finds the rows alike; a ridge among them corrects for what differs.

    Parameters
    ----------
    against_level
        Learn total and peak against the level seen (True), or as they are (False), which forgets a first count that
        says little.
    n_trees, least_leaf, feature_share
        Trees, rows in a leaf at least, and the share of features tried at a split.

    References
    ----------
    Meinshausen (2006), Quantile regression forests, JMLR 7; Friedberg, Tibshirani, Athey & Wager (2020), Local linear
    forests, JCGS 30.
    """

    def __init__(
        self,
        against_level: bool = True,
        n_trees: int = 120,
        *,
        least_leaf: int = 12,
        feature_share: float = 0.5,
    ) -> None:
        self.against_level = against_level
        self.n_trees = n_trees
        self.least_leaf = least_leaf
        self.feature_share = feature_share

    def fit(self, surges: Sequence[Surge]) -> Self:
        """Grow the trees from a fixed seed, on one core, so that they are the same every time."""
        from sklearn.ensemble import RandomForestRegressor

        self._rows = rows_of(surges)
        self._y = self._rows.relative if self.against_level else self._rows.y
        scaled = (self._y - self._y.mean(axis=0)) / np.maximum(self._y.std(axis=0), 1e-9)
        forest = RandomForestRegressor(
            self.n_trees, min_samples_leaf=self.least_leaf, max_features=self.feature_share, random_state=_SEED
        ).fit(self._rows.x[:, _USED], scaled)
        self._trees = Leaves.of(forest)
        self._leaf_of_rows = self._trees.at(self._rows.x[:, _USED])
        return self

    def row_weights(self, view: SurgeView) -> Array:
        """How much each training row is like this surge now, (n_rows,), summing to 1."""
        leaf = self._trees.at(self._rows.features_of(view)[None, _USED])[0]
        shared = (self._leaf_of_rows == leaf) * self._rows.weights(min(view.n_elapsed, AGES[-1]))[:, None]
        alike = (shared / np.maximum(shared.sum(axis=0), 1e-12)).mean(axis=1) + _LEAST_WEIGHT
        return np.asarray(alike / alike.sum())

    def surge_weights(self, view: SurgeView) -> dict[int, float]:
        """The same by surge: position among the surges of `fit` → weight."""
        weight = self.row_weights(view)
        return {int(s): float(weight[self._rows.surge == s].sum()) for s in np.unique(self._rows.surge)}

    def quantiles(self, view: SurgeView) -> Array:
        """See `SurgeModel`."""
        weight = self.row_weights(view)
        near = LocalRidge.at(self._rows, weight, view=view)
        out = np.empty((N_TARGETS, len(LEVELS)))
        for target in range(N_TARGETS):
            out[target] = near.quantiles(self._y[:, target])
        if self.against_level:
            out[:2] += self._rows.features_of(view)[LEVEL]
        return out
