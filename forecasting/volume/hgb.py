"""Gradient boosting on what the two-way and singular-vector average leaves over: shapes that depend on the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd

from forecasting.intervals import BASE_INTERVAL_S
from forecasting.volume.average import two_way_svd_ahead
from forecasting.volume.base import VolumeForecaster
from forecasting.volume.calendar import OpenCalendar
from forecasting.volume.conformal import MAX_LEAD, from_root, root
from forecasting.volume.days import DayTable, Floats
from forecasting.volume.recent_weekdays import recent_means

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingRegressor

_FIRST_ORIGIN = 21
_MIN_ORIGINS = 30
_BACK_ORIGINS = 120
_LEADS = (0, 2, 5, 9)
_MOST_ROWS = 8_000
_RETRAIN_DAYS = 20
_RECENT = 5


class TwoWayHgbForecaster(VolumeForecaster):
    """The two-way and singular-vector average, corrected in root space by boosted trees trained on its past errors.

    Trained again every 20 usable days on errors of forecasts made before, on a day's shape only (its mean error taken
    out). scikit-learn is imported when first fitted.

    Parameters
    ----------
    n_trees, n_leaves, min_leaf, l2, learning_rate
        Of `sklearn.ensemble.HistGradientBoostingRegressor`: few and small trees, for errors are mostly noise.
    """

    name = "two_way_hgb"
    min_days = 21
    by_name_only = True

    def __init__(
        self,
        n_trees: int = 40,
        n_leaves: int = 8,
        min_leaf: int = 200,
        l2: float = 5.0,
        learning_rate: float = 0.05,
    ) -> None:
        self.n_trees = n_trees
        self.n_leaves = n_leaves
        self.min_leaf = min_leaf
        self.l2 = l2
        self.learning_rate = learning_rate

    def fit(self, history: pd.Series, calendar: OpenCalendar, *, interval_s: int = BASE_INTERVAL_S) -> Self:
        """As `VolumeForecaster.fit`."""
        import sklearn.ensemble  # noqa: F401  (its threads must be known before they are limited)

        self._paths: dict[int, Floats] = {}
        self._trained: dict[int, HistGradientBoostingRegressor | None] = {}
        return super().fit(history, calendar, interval_s=interval_s)

    def _point(self, table: DayTable, n_ahead: int) -> Floats:
        base = two_way_svd_ahead(table, n_ahead)
        model = self._corrector(table)
        if model is None or not n_ahead:
            return base
        rows = self._features(table, base)
        return from_root(root(base) + model.predict(rows.reshape(-1, rows.shape[-1])).reshape(base.shape))

    def _corrector(self, table: DayTable) -> HistGradientBoostingRegressor | None:
        checkpoint = table.n_past - table.n_past % _RETRAIN_DAYS
        if checkpoint not in self._trained:
            self._trained[checkpoint] = self._train(table, checkpoint)
        return self._trained[checkpoint]

    def _train(self, table: DayTable, checkpoint: int) -> HistGradientBoostingRegressor | None:
        origins = range(max(_FIRST_ORIGIN, checkpoint - _BACK_ORIGINS), checkpoint)
        if len(origins) < _MIN_ORIGINS:
            return None
        features, targets = [], []
        for origin in origins:
            leads = [lead for lead in _LEADS if origin + lead < checkpoint]
            ahead = min(MAX_LEAD, checkpoint - origin)
            path = self._path(table.until(origin, ahead), ahead)
            features.append(self._features(table.until(origin, ahead), path)[leads])
            targets.append(centred(root(table.counts[origin : origin + ahead])[leads] - root(path[leads])))
        rows = np.concatenate(features).reshape(-1, features[0].shape[-1])
        target = np.concatenate(targets).ravel()
        known = np.flatnonzero(np.isfinite(target))
        known = known[:: max(1, -(-len(known) // _MOST_ROWS))]
        return self._boosted(rows[known], target[known])

    def _path(self, table: DayTable, n_ahead: int) -> Floats:
        """The base forecast of an origin, kept for the next training."""
        kept = self._paths.get(table.n_past)
        if kept is None or len(kept) < n_ahead:
            kept = self._paths[table.n_past] = two_way_svd_ahead(table, n_ahead)
        return kept[:n_ahead]

    def _boosted(self, rows: Floats, target: Floats) -> HistGradientBoostingRegressor:
        from sklearn.ensemble import HistGradientBoostingRegressor

        model = HistGradientBoostingRegressor(
            max_iter=self.n_trees,
            max_leaf_nodes=self.n_leaves,
            min_samples_leaf=self.min_leaf,
            l2_regularization=self.l2,
            learning_rate=self.learning_rate,
            early_stopping=False,
            random_state=0,
        )
        return model.fit(rows, target)

    def _features(self, table: DayTable, path: Floats) -> Floats:
        """What a day's shape of errors may depend on, for each coming day and slot; (n_ahead, n_slots, n_features)."""
        ahead = slice(table.n_past, table.n_past + len(path))
        base = root(path)
        errors = self._recent_errors(table)
        usual = root(recent_means(table, len(path), n_recent=4)) - base
        columns = [
            table.weekday[ahead, None],
            table.after_closure[ahead, None],
            np.arange(path.shape[1])[None, :],
            centred(errors[-1:]),
            centred(errors.mean(axis=0, keepdims=True)),
            centred(usual),
            base,
        ]
        return np.stack([np.broadcast_to(np.asarray(each, dtype=np.float64), path.shape) for each in columns], axis=-1)

    def _recent_errors(self, table: DayTable) -> Floats:
        """Errors of the forecasts made one day ahead for the last days, NaN made 0; (5, n_slots)."""
        days = range(table.n_past - _RECENT, table.n_past)
        made = [root(table.counts[day]) - root(self._path(table.until(day, 1), 1)[0]) for day in days]
        return np.nan_to_num(np.stack(made))


def centred(errors: Floats) -> Floats:
    """Errors by slot, freed of their day's mean: the shape is learned, the level is the two-way forecaster's.

    A level error stands in every slot of its day, so that trees would take a few days for thousands of observations.
    """
    known = np.isfinite(errors)
    mean = np.where(known, errors, 0.0).sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    return np.asarray(errors - mean)
