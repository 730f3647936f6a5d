"""A Gaussian process over log counts: whole paths of a surge, given what has been seen of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Self

import numpy as np

from forecasting.surge.library.levels import LEVELS, Array
from forecasting.surge.library.rows import AGES, LEAST_SURGES
from forecasting.surge.library.surges import END_AHEAD, TOTAL_AHEAD, Surge, SurgeView
from forecasting.surge.library.targets import intervals_to_end

_BEFORE = 4
_AFTER = AGES[-1] + END_AHEAD
_TIME = np.arange(-_BEFORE, _AFTER)
_EMPIRICAL_SHARE = 0.3
_CONSTANT_SHARE = 0.3
_NUGGET_SHARE = 0.2
_CORRELATION = 12.0  # intervals
_ACTIVITY_PENALTY = 50.0
_FEW = 3.0  # pairs of surges that the empirical covariance is shrunk by
_HIGHEST_LOG = 14.0
_SEED = 7


class CurveModel:
    """Mean curve, hour of day and covariance of log(1 + count) around an onset, conditioned on a beginning.

    The covariance is 0.3 of the empirical one and 0.7 of a constant, an Ornstein-Uhlenbeck and a nugget part with the
    empirical variances; the hour enters by two harmonics of the clock at each interval, strongly penalised. It
    conditions on the four intervals before the onset and all since.

    References
    ----------
    Rasmussen & Williams (2006), Gaussian Processes for Machine Learning, 2.2.
    """

    def __init__(self, n_paths: int = 1000) -> None:
        self.n_paths = n_paths

    def fit(self, surges: Sequence[Surge]) -> Self:
        """Estimate mean, activity and covariance; ValueError below eight surges."""
        long = [s for s in surges if s.n_after > TOTAL_AHEAD]
        if len(long) < LEAST_SURGES:
            raise ValueError(f"curves need at least {LEAST_SURGES} surges of five hours, got {len(long)}; add surges")
        curves = np.stack([_aligned(s.counts[: s.start], s.counts[s.start :]) for s in long])
        known = np.isfinite(curves)
        self._mean = _filled_mean(curves, known)
        off = np.where(known, curves - self._mean, 0.0)
        clock = np.stack([_harmonics(s.onset_hour) for s in long])
        design = clock[known]
        gram = design.T @ design + _ACTIVITY_PENALTY * np.eye(design.shape[1])
        self._activity = np.linalg.solve(gram, design.T @ off[known])
        off = np.where(known, off - clock @ self._activity, 0.0)
        pairs = known.astype(float).T @ known.astype(float)
        self._covariance = _blended((off.T @ off) / np.maximum(pairs, 1.0), pairs)
        return self

    @property
    def busiest_hour(self) -> float:
        """Hour at which the people of the library are most active, [0, 24), from the first harmonic."""
        return float(np.arctan2(self._activity[0], self._activity[1]) * 24 / (2 * np.pi) % 24)

    def paths(self, view: SurgeView) -> Array:
        """Paths of counts of the 32 intervals to come, shape (n_paths, 32), always the same for the same input."""
        view = view.recent(AGES[-1])
        mean = self._mean + _harmonics(view.onset_hour) @ self._activity
        seen = _aligned(view.before, view.since)
        stop = _BEFORE + view.n_elapsed
        at = np.flatnonzero(np.isfinite(seen))
        ahead = np.arange(stop, stop + END_AHEAD)
        given, cross = self._covariance[np.ix_(at, at)], self._covariance[np.ix_(at, ahead)]
        gain = np.linalg.solve(given + 1e-6 * np.eye(len(at)), cross)
        middle = mean[ahead] + gain.T @ (seen[at] - mean[at])
        rest = self._covariance[np.ix_(ahead, ahead)] - cross.T @ gain
        values, vectors = np.linalg.eigh(0.5 * (rest + rest.T))
        draws = _normals(self.n_paths) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
        return np.asarray(np.expm1(np.clip(middle + draws, 0.0, _HIGHEST_LOG)))

    def quantiles(self, view: SurgeView) -> Array:
        """See `SurgeModel`."""
        view = view.recent(AGES[-1])
        paths = self.paths(view)
        whole = np.concatenate([np.broadcast_to(view.since, (len(paths), view.n_elapsed)), paths], axis=1)
        ahead = paths[:, :TOTAL_AHEAD]
        drawn = np.stack(
            [
                np.log1p(ahead.sum(axis=1)),
                np.log1p(ahead.max(axis=1)),
                intervals_to_end(whole, view.n_elapsed),
            ]
        )
        return np.asarray(np.quantile(drawn, LEVELS, axis=1).T)


def _aligned(before: Array, since: Array) -> Array:
    """log(1 + count) on the common time axis, NaN where nothing is known, shape (n_times,)."""
    out = np.full(len(_TIME), np.nan)
    near = before[-_BEFORE:]
    out[_BEFORE - len(near) : _BEFORE] = np.log1p(near)
    after = since[:_AFTER]
    out[_BEFORE : _BEFORE + len(after)] = np.log1p(after)
    return out


def _filled_mean(curves: Array, known: Array) -> Array:
    """Mean curve; where no surge is known any more, the last mean goes on."""
    n = known.sum(axis=0)
    mean = np.where(known, curves, 0.0).sum(axis=0) / np.maximum(n, 1)
    last = int(np.flatnonzero(n)[-1])
    mean[last + 1 :] = mean[last]
    return np.asarray(mean)


def _harmonics(onset_hour: float) -> Array:
    """Two harmonics of the clock at each interval, shape (n_times, 4)."""
    angle = 2 * np.pi * (onset_hour + 0.25 * _TIME) / 24
    return np.stack([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)], axis=-1)


def _blended(empirical: Array, pairs: Array) -> Array:
    variance = np.diag(empirical).copy()
    counted = np.diag(pairs)
    typical = float(variance[counted > 0].mean())
    variance = (variance * counted + typical * _FEW) / (counted + _FEW)
    apart = np.abs(_TIME[:, None] - _TIME[None, :])
    smooth = _CONSTANT_SHARE + (1 - _CONSTANT_SHARE) * np.exp(-apart / _CORRELATION)
    kernel = (1 - _NUGGET_SHARE) * smooth + _NUGGET_SHARE * np.eye(len(_TIME))
    sigma = np.sqrt(variance)
    kernel = kernel * np.outer(sigma, sigma)
    trusted = pairs / (pairs + _FEW)
    share = _EMPIRICAL_SHARE * trusted
    return np.asarray(share * empirical + (1 - share) * kernel)


@lru_cache(maxsize=4)
def _normals(n_paths: int) -> Array:
    drawn = np.random.default_rng(_SEED).standard_normal((n_paths // 2, END_AHEAD))
    both = np.concatenate([drawn, -drawn])
    both.flags.writeable = False
    return both
