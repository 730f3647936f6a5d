"""A Bayesian ridge on a handful of features: little to overfit, and the strongest part in the first half hour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy import stats

from forecasting.surge.library.features import LEVEL, columns
from forecasting.surge.library.levels import LEVELS, Array, weighted_quantiles
from forecasting.surge.library.rows import AGES, rows_of
from forecasting.surge.library.surges import Surge, SurgeView
from forecasting.surge.library.targets import N_TARGETS

SHAPE = ("level", "last", "mean", "step", "age_of_highest", "log_elapsed")
ACTIVITY = (*SHAPE, "activity_ahead")
_DEGREES = 8.0


class LinearModel:
    """Weighted ridge regression of the targets, rows weighted by how near their age is.

    Residual quantiles are half those of a Student t (8 degrees of freedom) and half the residuals' own, widened by the
    uncertainty of the coefficients. A row weighs as the surge it comes from: rows of one surge are no new evidence.

    Parameters
    ----------
    features
        Names of the features used.
    penalty
        Ridge penalty, in surges, on standardised features.

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, 3.3: the predictive distribution of Bayesian regression.
    """

    def __init__(self, features: Sequence[str] = SHAPE, penalty: float = 3.0) -> None:
        self.features = tuple(features)
        self.penalty = penalty

    def fit(self, surges: Sequence[Surge]) -> Self:
        """Keep the rows; the regression of an age is solved when it is asked for, in a millisecond."""
        self._rows = rows_of(surges)
        return self

    def quantiles(self, view: SurgeView) -> Array:
        """See `SurgeModel`."""
        rows = self._rows
        own, use = rows.features_of(view), columns(*self.features)
        weight = rows.weights(min(view.n_elapsed, AGES[-1]))
        weight *= rows.n_surges / weight.sum()
        design, point = _standardised(rows.x[:, use], own[use], weight)
        out = np.empty((N_TARGETS, len(LEVELS)))
        for target, y in enumerate(rows.relative.T):
            out[target] = self._one(design, point, y=y, weight=weight)
        out[:2] += own[LEVEL]
        return out

    def _one(self, design: Array, point: Array, *, y: Array, weight: Array) -> Array:
        penalty = self.penalty * np.diag([0.0, *[1.0] * len(self.features)])
        precision = design.T @ (weight[:, None] * design) + penalty
        beta = np.linalg.solve(precision, design.T @ (weight * y))
        residual = y - design @ beta
        freedom = weight.sum() - 0.5 * len(self.features)
        sigma = max(float(np.sqrt((weight * residual**2).sum() / freedom)), 1e-6)
        spread = sigma * np.sqrt(1.0 + point @ np.linalg.solve(precision, point))
        shape = 0.5 * _student() + 0.5 * weighted_quantiles(residual / sigma, weight)
        return np.asarray(point @ beta + spread * shape)


def _standardised(x: Array, point: Array, weight: Array) -> tuple[Array, Array]:
    """Design matrix and the point of interest, each with a leading 1, on the scale of the weighted rows."""
    mean = (weight[:, None] * x).sum(axis=0) / weight.sum()
    scale = np.sqrt((weight[:, None] * (x - mean) ** 2).sum(axis=0) / weight.sum()) + 1e-9
    return np.column_stack([np.ones(len(x)), (x - mean) / scale]), np.concatenate([[1.0], (point - mean) / scale])


def _student() -> Array:
    """Quantiles at LEVELS of a Student t scaled to standard deviation 1."""
    return np.asarray(stats.t.ppf(np.array(LEVELS), _DEGREES) / np.sqrt(_DEGREES / (_DEGREES - 2)))
