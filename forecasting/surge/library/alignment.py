"""Surges laid over one another at their onset: log counts, their mean, and what the hour of the day adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from forecasting.surge.library.levels import Array
from forecasting.surge.library.surges import END_AHEAD, TOTAL_AHEAD, Surge, SurgeView

LEAST_SURGES = 8
OLDEST = 24  # intervals after the onset that are looked at: six hours
N_BEFORE = 4
N_AFTER = OLDEST + END_AHEAD
TIME = np.arange(-N_BEFORE, N_AFTER)
_ACTIVITY_PENALTY = 50.0


@dataclass(frozen=True)
class Aligned:
    """Surges on a common time axis of `N_BEFORE` intervals before the onset and `N_AFTER` from it on.

    Attributes
    ----------
    mean
        Mean of log(1 + count), shape (n_times,).
    activity
        Coefficients of two harmonics of the clock, shape (4,), strongly penalised.
    off
        What mean and activity leave, 0 where unknown, shape (n_surges, n_times).
    known
        Where a count is known, same shape.
    """

    mean: Array
    activity: Array
    off: Array
    known: Array

    @classmethod
    def of(cls, surges: Sequence[Surge]) -> Self:
        """Lay surges over one another; ValueError below eight with five hours."""
        long = [s for s in surges if s.n_after > TOTAL_AHEAD]
        if len(long) < LEAST_SURGES:
            raise ValueError(f"curves need at least {LEAST_SURGES} surges of five hours, got {len(long)}; add surges")
        curves = np.stack([laid(s.counts[: s.start], s.counts[s.start :]) for s in long])
        known = np.isfinite(curves)
        mean = _filled_mean(curves, known)
        off = np.where(known, curves - mean, 0.0)
        clock = np.stack([harmonics(s.onset_hour) for s in long])
        design = clock[known]
        gram = design.T @ design + _ACTIVITY_PENALTY * np.eye(design.shape[1])
        activity = np.asarray(np.linalg.solve(gram, design.T @ off[known]), dtype=np.float64)
        return cls(mean, activity, np.where(known, off - clock @ activity, 0.0), known.astype(float))

    @property
    def busiest_hour(self) -> float:
        """Hour at which the people of these surges are most active, [0, 24), from the first harmonic."""
        return float(np.arctan2(self.activity[0], self.activity[1]) * 24 / (2 * np.pi) % 24)

    def expected(self, view: SurgeView) -> Array:
        """Mean curve at the hour of a surge, shape (n_times,)."""
        return np.asarray(self.mean + harmonics(view.onset_hour) @ self.activity)


def laid(before: Array, since: Array) -> Array:
    """log(1 + count) on the common time axis, NaN where nothing is known, shape (n_times,)."""
    out = np.full(len(TIME), np.nan)
    near = before[-N_BEFORE:]
    out[N_BEFORE - len(near) : N_BEFORE] = np.log1p(near)
    after = since[:N_AFTER]
    out[N_BEFORE : N_BEFORE + len(after)] = np.log1p(after)
    return out


def harmonics(onset_hour: float) -> Array:
    """Two harmonics of the clock at each interval, shape (n_times, 4)."""
    return clock_harmonics(np.asarray(onset_hour + 0.25 * TIME, dtype=np.float64))


def clock_harmonics(hour: Array) -> Array:
    """Two harmonics of the clock at some hours of the day, shape (n_hours, 4)."""
    angle = 2 * np.pi * hour / 24
    return np.stack([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)], axis=-1)


def _filled_mean(curves: Array, known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Array:
    """Mean curve; where no surge is known any more, the last mean goes on."""
    n = known.sum(axis=0)
    mean = np.where(known, curves, 0.0).sum(axis=0) / np.maximum(n, 1)
    last = int(np.flatnonzero(n)[-1])
    mean[last + 1 :] = mean[last]
    return np.asarray(mean)
