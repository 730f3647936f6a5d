"""What products do: persistence, scaling and analogs, given the same calibrated ranges as the library's own models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from forecasting.surge.library.alignment import LEAST_SURGES
from forecasting.surge.library.features import LEVEL, columns
from forecasting.surge.library.levels import LEVELS, Array, weighted_quantiles
from forecasting.surge.library.rows import AGES, rows_of
from forecasting.surge.library.surges import TOTAL_AHEAD, Surge, SurgeView
from forecasting.surge.library.targets import N_TARGETS, targets_of

_ALIKE = columns("level", "last", "mean", "step", "age_of_highest", "log_elapsed")


class PersistenceModel:
    """The last count goes on. Ranges: quantiles of the residuals of past surges at the same age, in logs.

    The time to the end is that of past surges at the same age: what goes on has none of its own.
    """

    def fit(self, surges: Sequence[Surge]) -> Self:
        """Keep the surges; residuals are taken at the age asked for."""
        self._surges = [s for s in surges if s.n_after > TOTAL_AHEAD]
        if len(self._surges) < LEAST_SURGES:
            raise ValueError(f"a peer needs at least {LEAST_SURGES} surges of five hours, got {len(self._surges)}")
        self._residuals: dict[int, Array] = {}
        return self

    def rate(self, view: SurgeView) -> float:
        """Contacts per interval expected from now on."""
        return float(view.since[-1])

    def quantiles(self, view: SurgeView) -> Array:
        """See `SurgeModel`."""
        age = min(view.n_elapsed, AGES[-1])
        if age not in self._residuals:
            self._residuals[age] = self._at(age)
        return self._residuals[age] + self._point(view)[:, None]

    def _point(self, view: SurgeView) -> Array:
        rate = self.rate(view)
        return np.array([np.log1p(TOTAL_AHEAD * rate), np.log1p(rate), 0.0])

    def _at(self, age: int) -> Array:
        off = [
            target - self._point(surge.seen(age))
            for surge in self._surges
            if surge.n_after >= age + TOTAL_AHEAD and (target := targets_of(surge, age)) is not None
        ]
        return np.asarray(np.quantile(np.array(off), LEVELS, axis=0).T)


class ScalingModel(PersistenceModel):
    """Actual ÷ expected goes on: with a flat expectation, the mean count since the onset."""

    def rate(self, view: SurgeView) -> float:
        """Contacts per interval expected from now on."""
        return float(view.since.mean())


class AnalogModel:
    """Past surges weighted by a Gaussian kernel on their features, their outcome taken against their level."""

    def __init__(self, bandwidth: float = 0.7) -> None:
        self.bandwidth = bandwidth

    def fit(self, surges: Sequence[Surge]) -> Self:
        """Keep the rows and the scale of their features."""
        self._rows = rows_of(surges)
        alike = self._rows.x[:, _ALIKE]
        self._scale = np.maximum(alike.std(axis=0), 1e-9)
        return self

    def quantiles(self, view: SurgeView) -> Array:
        """See `SurgeModel`."""
        own = self._rows.features_of(view)
        far = (((self._rows.x[:, _ALIKE] - own[_ALIKE]) / self._scale) ** 2).mean(axis=1)
        near = self._rows.weights(min(view.n_elapsed, AGES[-1]))
        weight = near * (np.exp(-0.5 * far / self.bandwidth**2) + 1e-9)
        out = np.empty((N_TARGETS, len(LEVELS)))
        for target in range(N_TARGETS):
            out[target] = weighted_quantiles(self._rows.relative[:, target], weight)
        out[:2] += own[LEVEL]
        return out
