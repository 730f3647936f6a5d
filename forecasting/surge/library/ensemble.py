"""The library's forecast: five parts averaged by quantile, with whole paths that agree with the total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from forecasting.surge.library.curve_process import CurveModel
from forecasting.surge.library.features import level_of
from forecasting.surge.library.forest import ForestModel
from forecasting.surge.library.levels import LEVELS, Array, widened
from forecasting.surge.library.linear import ACTIVITY, LinearModel
from forecasting.surge.library.part import SurgeModel
from forecasting.surge.library.rows import AGES
from forecasting.surge.library.stacking import PARTS, weights_at
from forecasting.surge.library.surges import TOTAL_AHEAD, Surge, SurgeView
from forecasting.surge.library.targets import bounded

# Averaged quantiles of parts that each hold are too wide by a little: their errors partly cancel. The time to the end
# is left alone, half of its bands begin at "now".
_SPREAD = 0.95


@dataclass(frozen=True)
class Scaled:
    """A surge brought into the library's range: counts were divided by `factor`, at least 1."""

    view: SurgeView
    factor: float

    def back(self, quantiles: Array) -> Array:
        """Quantiles of the three targets at the true scale."""
        out = quantiles.copy()
        out[:2] = np.log1p(self.factor * np.expm1(out[:2]))
        return out


class EnsembleModel:
    """Average of the quantiles of the parts, weighted by elapsed time.

    A surge greater than all of the library is scaled into its range and back: beyond it, twice the counts mean twice
    the forecast. After six hours only the last six are looked at.
    """

    def __init__(self) -> None:
        self.forest = ForestModel()
        self.curve = CurveModel()
        self.parts: dict[str, SurgeModel] = {
            "linear": LinearModel(),
            "linear_activity": LinearModel(ACTIVITY),
            "forest": self.forest,
            "forest_level": ForestModel(against_level=False),
            "curve": self.curve,
        }

    def fit(self, surges: Sequence[Surge]) -> Self:
        """Fit every part."""
        for part in self.parts.values():
            part.fit(surges)
        self._highest = max(level_of(surge.seen(age).since) for surge in surges for age in AGES if age <= surge.n_after)
        return self

    def scaled(self, view: SurgeView) -> Scaled:
        """The surge as the parts see it."""
        recent = view.recent(AGES[-1])
        level = level_of(recent.since)
        factor = max(float(np.expm1(level) / np.expm1(self._highest)), 1.0)
        if factor == 1.0:
            return Scaled(recent, 1.0)
        return Scaled(replace(recent, before=view.before / factor, since=recent.since / factor), factor)

    def activity(self, view: SurgeView) -> Array:
        """How active people are in the 32 intervals to come, beside their busiest hour, (0, 1], shape (32,)."""
        return self.curve.activity(self.scaled(view).view)

    def quantiles(self, view: SurgeView) -> Array:
        """See `SurgeModel`."""
        own = self.scaled(view)
        said = np.stack([bounded(self.parts[name].quantiles(own.view)) for name in PARTS])
        weight = weights_at(own.view.n_elapsed)
        mixed = np.einsum("tp,ptl->tl", weight, said)
        mixed[:2] = widened(mixed[:2], _SPREAD)
        return own.back(bounded(mixed))

    def paths(self, view: SurgeView, quantiles: Array) -> Array:
        """Paths of the counts of the 32 intervals to come, shape (n_paths, 32), with the totals of `quantiles`.

        The curve part draws them; each is then stretched so that their four-hour totals have the forecast distribution.
        """
        drawn = self.curve.paths(self.scaled(view).view)
        total = drawn[:, :TOTAL_AHEAD].sum(axis=1)
        rank = (np.argsort(np.argsort(total, kind="stable"), kind="stable") + 0.5) / len(total)
        wanted = np.expm1(np.interp(rank, LEVELS, quantiles[0]))
        return np.asarray(drawn * (wanted / np.maximum(total, 1.0))[:, None])
