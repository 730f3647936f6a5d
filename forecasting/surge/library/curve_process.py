"""A Gaussian process over log counts: whole paths of a surge, given what has been seen of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Self

import numpy as np

from forecasting.surge.library.alignment import N_BEFORE, OLDEST, TIME, Aligned, clock_harmonics, laid
from forecasting.surge.library.levels import LEVELS, Array
from forecasting.surge.library.surges import END_AHEAD, TOTAL_AHEAD, Surge, SurgeView
from forecasting.surge.library.targets import intervals_to_end

_EMPIRICAL_SHARE = 0.5
_CONSTANT_SHARE = 0.2
_NUGGET_SHARE = 0.1
_CORRELATION = 8.0  # intervals
_INFLATION = 1.2  # of the variance ahead: mean and covariance are estimates themselves
_SMOOTHED_OVER = 3.0  # intervals
_FEW = 3.0  # pairs of surges that the empirical covariance is shrunk by
_HIGHEST_LOG = 14.0
_SEED = 7


class CurveModel:
    """Mean curve, hour of day and covariance of log(1 + count) around an onset, conditioned on a beginning.

    The covariance is half the empirical one and half a constant, an Ornstein-Uhlenbeck and a nugget part with the
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
        self._aligned = Aligned.of(surges)
        pairs = self._aligned.known.T @ self._aligned.known
        off = self._aligned.off
        empirical = (off.T @ off) / np.maximum(pairs, 1.0)
        self._covariance = _blended(empirical, pairs)
        self._smooth = _blended(_smoothed(empirical), pairs)
        return self

    @property
    def busiest_hour(self) -> float:
        """Hour at which the people of the library are most active, [0, 24)."""
        return self._aligned.busiest_hour

    def activity(self, view: SurgeView) -> Array:
        """How active people are in the 32 intervals to come, beside their busiest hour, (0, 1], shape (32,)."""
        hour = np.asarray(view.onset_hour + 0.25 * (view.n_elapsed + np.arange(END_AHEAD)), dtype=np.float64)
        logs = clock_harmonics(hour) @ self._aligned.activity
        highest = (clock_harmonics(np.arange(0.0, 24.0, 0.25)) @ self._aligned.activity).max()
        return np.asarray(np.exp(logs - highest))

    def paths(self, view: SurgeView) -> Array:
        """Paths of counts of the 32 intervals to come, shape (n_paths, 32), always the same for the same input.

        They are drawn from a covariance smoothed over time: the plain one scores better, but its paths jump.
        """
        return self._drawn(view, self._smooth)

    def _drawn(self, view: SurgeView, covariance: Array) -> Array:
        view = view.recent(OLDEST)
        mean = self._aligned.expected(view)
        seen = laid(view.before, view.since)
        stop = N_BEFORE + view.n_elapsed
        at = np.flatnonzero(np.isfinite(seen))
        ahead = np.arange(stop, stop + END_AHEAD)
        given, cross = covariance[np.ix_(at, at)], covariance[np.ix_(at, ahead)]
        gain = np.linalg.solve(given + 1e-6 * np.eye(len(at)), cross)
        middle = mean[ahead] + gain.T @ (seen[at] - mean[at])
        rest = _INFLATION * (covariance[np.ix_(ahead, ahead)] - cross.T @ gain)
        values, vectors = np.linalg.eigh(0.5 * (rest + rest.T))
        draws = _normals(self.n_paths) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
        return np.asarray(np.expm1(np.clip(middle + draws, 0.0, _HIGHEST_LOG)))

    def quantiles(self, view: SurgeView) -> Array:
        """See `SurgeModel`."""
        view = view.recent(OLDEST)
        paths = self._drawn(view, self._covariance)
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


def _smoothed(empirical: Array) -> Array:
    """The covariance as a moving average over both times, not across the onset; the variances stay."""
    near = np.maximum(1 - np.abs(TIME[:, None] - TIME[None, :]) / _SMOOTHED_OVER, 0.0)
    near *= (TIME[:, None] < 0) == (TIME[None, :] < 0)
    near /= near.sum(axis=1, keepdims=True)
    smooth = near @ empirical @ near.T
    lost = np.maximum(np.diag(empirical) - np.diag(smooth), 0.0)
    return np.asarray(smooth + np.diag(lost))


def _blended(empirical: Array, pairs: Array) -> Array:
    variance = np.diag(empirical).copy()
    counted = np.diag(pairs)
    typical = float(variance[counted > 0].mean())
    variance = (variance * counted + typical * _FEW) / (counted + _FEW)
    apart = np.abs(TIME[:, None] - TIME[None, :])
    smooth = _CONSTANT_SHARE + (1 - _CONSTANT_SHARE) * np.exp(-apart / _CORRELATION)
    kernel = (1 - _NUGGET_SHARE) * smooth + _NUGGET_SHARE * np.eye(len(TIME))
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
