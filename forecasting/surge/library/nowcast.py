"""The nowcast of a running surge: total, peak, end and path as ranges, and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.surge.library.alignment import OLDEST
from forecasting.surge.library.ensemble import EnsembleModel
from forecasting.surge.library.levels import LEVELS, Array
from forecasting.surge.library.peers import ScalingModel
from forecasting.surge.library.surges import END_AHEAD, TOTAL_AHEAD, Surge, SurgeView
from forecasting.surge.library.targets import END_SHARE, bounded, intervals_to_end

PATH_LEVELS = (0.1, 0.5, 0.9)
_SMALLEST_SHARE = 0.05
_LEAST_SIGMAS = 5.0
_N_NEAREST = 3
_FLATTEST, _STEEPEST, _HALVINGS = 0.25, 4.0, 14  # powers of a path that are tried
_LEAST_WEIGHT = 0.01


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
    paths
        Counts of the 32 intervals to come, shape (n_paths, 32); their four-hour totals and peaks have the forecast
        distribution.
    too_small
        The surge does not stand out as those of the library did: the quantiles are those of plain scaling.
    nearest
        The past surges it is most like, best first.
    """

    quantiles: Array
    paths: Array
    too_small: bool
    nearest: tuple[NearSurge, ...]

    @property
    def path(self) -> Array:
        """P10, P50, P90 of the paths, shape (3, 32)."""
        return np.asarray(np.quantile(self.paths, PATH_LEVELS, axis=0))


class Nowcaster:
    """A fitted library, asked again and again.

    Parameters
    ----------
    surges
        The library.
    ensemble
        Fitted on it.
    shown
        Surges as they were counted, for those that stand in the library in another size; found by their keys.
    """

    def __init__(self, surges: Sequence[Surge], ensemble: EnsembleModel, *, shown: Sequence[Surge] = ()) -> None:
        self.surges = tuple(surges)
        self._shown = {surge.key: surge for surge in (*surges, *shown)}
        self.ensemble = ensemble
        self._scaling = ScalingModel().fit(self.surges)
        self._least = [
            float(
                np.quantile([one.seen(age).since.max() for one in self.surges if one.n_after >= age], _SMALLEST_SHARE)
            )
            for age in range(1, OLDEST + 1)
        ]

    def nowcast(
        self, view: SurgeView, *, normal: Array, factor: Array | None = None, over_by: Array | None = None
    ) -> Nowcast:
        """Forecast from counts above normal.

        Parameters
        ----------
        view
            Counts above normal before and since the onset.
        normal
            Normal counts of the intervals since the onset, shape (n_elapsed,): they say whether the surge stands out.
        factor
            By what the contacts of the 32 intervals to come are multiplied for reasons no past surge knows: service is
            back, measures were taken; shape (32,), None: by nothing.
        over_by
            Probability that the outage is over by the end of each interval to come, shape (32,), where an end is
            announced: a surge is taken to last as long as its outage, so paths that fall below a fifth of their peak
            before that count for less. None: nothing is known.
        """
        small = self.is_small(view, normal)
        said = bounded(self._scaling.quantiles(view)) if small else self.ensemble.quantiles(view)
        paths = peaked(self.ensemble.paths(view, said), said[1])
        if over_by is not None:
            paths = _lasting(paths, view, over_by)
        if factor is not None:
            paths = paths * factor
        if over_by is not None or factor is not None:
            said = _targets(paths, view)
        return Nowcast(said, paths, too_small=small, nearest=() if small else self._nearest(view))

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
        by_key: dict[str, float] = {}
        for position, likeness in sorted(alike.items()):
            key = self.surges[position].key
            by_key[key] = by_key.get(key, 0.0) + likeness
        best = sorted(by_key, key=lambda key: -by_key[key])[:_N_NEAREST]
        return tuple(_near(self._shown[key], by_key[key]) for key in best)


def peaked(paths: Array, log_peaks: Array) -> Array:
    """Each path raised to a power, so that its four-hour peak has the forecast distribution and its total stays."""
    ahead = paths[:, :TOTAL_AHEAD]
    total = np.maximum(ahead.sum(axis=1), 1e-9)
    peak = ahead.max(axis=1)
    rank = (np.argsort(np.argsort(peak, kind="stable"), kind="stable") + 0.5) / len(peak)
    wanted = np.expm1(np.interp(rank, LEVELS, log_peaks)) / total
    logs = np.log(np.maximum(paths / np.maximum(peak, 1e-9)[:, None], 1e-9))
    low, high = np.full(len(peak), _FLATTEST), np.full(len(peak), _STEEPEST)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        reached = 1.0 / np.exp(logs[:, :TOTAL_AHEAD] * middle[:, None]).sum(axis=1)
        low, high = np.where(reached < wanted, middle, low), np.where(reached < wanted, high, middle)
    shaped = np.exp(logs * (0.5 * (low + high))[:, None])
    return np.asarray(shaped * (total / shaped[:, :TOTAL_AHEAD].sum(axis=1))[:, None])


def _lasting(paths: Array, view: SurgeView, over_by: Array) -> Array:
    """The paths drawn again by the chance that the outage does not outlast them; as many, evenly."""
    end = _ends(paths, view).astype(int)
    weight = np.where(end >= END_AHEAD, 1.0, over_by[np.maximum(end - 1, 0)])
    reached = np.cumsum(np.maximum(weight, _LEAST_WEIGHT))
    grid = (np.arange(len(paths)) + 0.5) / len(paths)
    return np.asarray(paths[np.minimum(np.searchsorted(reached / reached[-1], grid), len(paths) - 1)])


def _targets(paths: Array, view: SurgeView) -> Array:
    ahead = paths[:, :TOTAL_AHEAD]
    drawn = np.stack([np.log1p(ahead.sum(axis=1)), np.log1p(ahead.max(axis=1)), _ends(paths, view)])
    return np.asarray(np.quantile(drawn, LEVELS, axis=1).T)


def _ends(paths: Array, view: SurgeView) -> Array:
    since = np.broadcast_to(view.since, (len(paths), view.n_elapsed))
    return intervals_to_end(np.concatenate([since, paths], axis=1), view.n_elapsed)


def _near(surge: Surge, likeness: float) -> NearSurge:
    since = surge.counts[surge.start :]
    at_peak = int(since.argmax())
    low = np.flatnonzero(since[at_peak:] < END_SHARE * since[at_peak])
    end = at_peak + int(low[0]) + 1 if len(low) else len(since)
    return NearSurge(surge.key, likeness, float(since.sum()), float(since.max()), end)
