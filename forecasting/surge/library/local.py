"""A ridge regression among the rows that are like the present surge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from forecasting.surge.library.alignment import OLDEST
from forecasting.surge.library.features import columns
from forecasting.surge.library.levels import Array, weighted_quantiles
from forecasting.surge.library.rows import TrainingRows
from forecasting.surge.library.surges import SurgeView

_USED = columns("level", "last", "mean", "step", "activity_ahead")
# On features in units of their standard deviation, against weights that sum to 1; divided by the intervals elapsed:
# the more has been seen of a surge, the more its own course says.
_PENALTY = 1.0
_FARTHEST = 3.0  # standard deviations up to which a slope is followed


@dataclass(frozen=True)
class LocalRidge:
    """Weighted design around a point, ready for any target.

    Attributes
    ----------
    design, weight
        Rows, shape (n_rows, 1 + n_features), and their weights, summing to 1.
    point
        The surge itself on the same scale, (1 + n_features,).
    inverse
        Inverse of the penalised precision.
    widening
        Factor on the residuals: for the coefficients' uncertainty and for having been fitted to these rows.
    """

    design: Array
    weight: Array
    point: Array
    inverse: Array
    widening: float

    @classmethod
    def at(cls, rows: TrainingRows, weight: Array, *, view: SurgeView) -> Self:
        """Around a surge; evidence is counted in surges, since rows of one surge repeat one another."""
        x = rows.x[:, _USED]
        centre, scale = weight @ x, np.maximum(x.std(axis=0), 1e-9)
        design = np.column_stack([np.ones(len(x)), (x - centre) / scale])
        own = np.clip((rows.features_of(view)[_USED] - centre) / scale, -_FARTHEST, _FARTHEST)
        point = np.concatenate([[1.0], own])
        gram = design.T @ (weight[:, None] * design)
        penalty = _PENALTY / min(view.n_elapsed, OLDEST)
        inverse = np.linalg.inv(gram + penalty * np.diag([0.0, *[1.0] * len(_USED)]))
        n_alike = 1.0 / float((np.bincount(rows.surge, weight) ** 2).sum())
        spent = float(np.trace(inverse @ gram))
        leverage = float(point @ inverse @ gram @ inverse @ point)
        freedom = max(n_alike - spent, n_alike / 3)
        widening = float(np.sqrt((1 + leverage / n_alike) * n_alike / freedom))
        return cls(design, weight, point, inverse, widening)

    def quantiles(self, y: Array) -> Array:
        """Quantiles at LEVELS of a target, given its values in the rows, shape (n_rows,)."""
        beta = self.inverse @ (self.design.T @ (self.weight * y))
        residual = weighted_quantiles(y - self.design @ beta, self.weight)
        return np.asarray(self.point @ beta + self.widening * residual)
