"""The nowcast of a running surge: total, peak, end and path as ranges, and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.surge.library.alignment import OLDEST
from forecasting.surge.library.ensemble import EnsembleModel
from forecasting.surge.library.levels import Array
from forecasting.surge.library.peers import ScalingModel
from forecasting.surge.library.pull import FactsRange, pulled
from forecasting.surge.library.surges import Surge, SurgeView
from forecasting.surge.library.targets import END_SHARE, bounded

PATH_LEVELS = (0.1, 0.5, 0.9)
_SMALLEST_SHARE = 0.05
_LEAST_SIGMAS = 5.0
_N_NEAREST = 3


@dataclass(frozen=True)
class NearSurge:
    """A past surge like the present one: its share of the likeness, [0, 1], and how it went, from its onset on.

    `total` counts all intervals kept, `end_intervals` those from the onset until it fell below a fifth of its peak.
    """

    key: str
    likeness: float
    total: float
    peak: float
    end_intervals: int


@dataclass(frozen=True)
class Nowcast:
    """Forecast of a running surge.

    Attributes
    ----------
    quantiles
        Of log(1 + total), log(1 + peak), intervals to the end, at LEVELS, shape (3, n_levels).
    path
        P10, P50, P90 of the counts of the 32 intervals to come, shape (3, 32).
    share_facts
        Share of the incident's facts in total and peak, [0, 1]; the rest is counts and library.
    too_small
        The surge does not stand out as those of the library did: the quantiles are those of plain scaling.
    nearest
        The past surges it is most like, best first.
    """

    quantiles: Array
    path: Array
    share_facts: float
    too_small: bool
    nearest: tuple[NearSurge, ...]


class Nowcaster:
    """A fitted library, asked again and again.

    Parameters
    ----------
    surges
        The library.
    ensemble
        Fitted on it.
    """

    def __init__(self, surges: Sequence[Surge], ensemble: EnsembleModel) -> None:
        self.surges = tuple(surges)
        self.ensemble = ensemble
        self._scaling = ScalingModel().fit(self.surges)
        self._least = [
            float(
                np.quantile([one.seen(age).since.max() for one in self.surges if one.n_after >= age], _SMALLEST_SHARE)
            )
            for age in range(1, OLDEST + 1)
        ]

    def nowcast(self, view: SurgeView, *, normal: Array, facts: FactsRange | None = None) -> Nowcast:
        """Forecast from counts above normal.

        Parameters
        ----------
        view
            Counts above normal before and since the onset.
        normal
            Normal counts of the intervals since the onset, shape (n_elapsed,): they say whether the surge stands out.
        facts
            What the incident's facts say of the next four hours.
        """
        small = self.is_small(view, normal)
        said = bounded(self._scaling.quantiles(view)) if small else self.ensemble.quantiles(view)
        after = pulled(said, facts, n_elapsed=view.n_elapsed)
        quantiles = bounded(after.quantiles)
        paths = self.ensemble.paths(view, quantiles)
        return Nowcast(
            quantiles=quantiles,
            path=np.quantile(paths, PATH_LEVELS, axis=0),
            share_facts=after.share_facts,
            too_small=small,
            nearest=() if small else self._nearest(view),
        )

    def least_height(self, n_elapsed: int) -> float:
        """Contacts above normal that nineteen in twenty surges of the library had reached in one interval by then."""
        return self._least[min(n_elapsed, OLDEST) - 1]

    def is_small(self, view: SurgeView, normal: Array) -> bool:
        """Whether no interval since the onset reaches that height, and 5 √(normal + 1) above normal.

        On surges smaller than those of the library it does worse than plain scaling.
        """
        limit = np.maximum(self.least_height(view.n_elapsed), _LEAST_SIGMAS * np.sqrt(normal + 1.0))
        return bool((view.since < limit).all())

    def _nearest(self, view: SurgeView) -> tuple[NearSurge, ...]:
        alike = self.ensemble.forest.surge_weights(self.ensemble.scaled(view).view)
        best = sorted(alike, key=lambda position: (-alike[position], position))[:_N_NEAREST]
        return tuple(_near(self.surges[position], alike[position]) for position in best)


def _smallest(surges: Sequence[Surge], age: int) -> float:
    reached = [surge.seen(age).since.max() for surge in surges if surge.n_after >= age]
    return float(np.quantile(reached, _SMALLEST_SHARE))


def _near(surge: Surge, likeness: float) -> NearSurge:
    since = surge.counts[surge.start :]
    at_peak = int(since.argmax())
    low = np.flatnonzero(since[at_peak:] < END_SHARE * since[at_peak])
    end = at_peak + int(low[0]) + 1 if len(low) else len(since)
    return NearSurge(surge.key, likeness, float(since.sum()), float(since.max()), end)
