"""How unusual the contacts of the last intervals are, measured by how far such contacts usually stray.

For windows of 1, 2, 4 and 8 intervals the deviance residual of Poisson counts, √(2 (o ln(o/e) − (o − e))), is divided
by its own root mean square at that time of day. So a queue whose noons wander and whose nights do not is judged by
noon at noon, and a busy queue, whose days stray further than chance, by its own straying.

References
----------
McCullagh & Nelder, Generalized Linear Models, 1989, 2.4.3 (deviance residuals).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from forecasting.volume.days import Bools, Floats, Ints

WINDOWS = (1, 2, 4, 8)
MIN_EXCESS = 10.0
# Where a queue's own straying is not known yet: forecast errors of 45 % of the mean, one standard deviation.
ASSUMED_DISPERSION = 5.0
LEAST_EXPECTED = 0.05
_LAG, _HALF_LIFE, _PRIOR, _MOST_RAISED = 4, 8.0, 20.0, 5.0
_WILD, _FAR, _NEIGHBOURS, _SHRINK = 0.995, 3.0, 5, 0.3


@dataclass(frozen=True)
class Scores:
    """At each interval's end: the highest score over the windows, its window and contacts; all (n_days, n_slots)."""

    score: Floats
    window: Ints
    observed: Floats
    expected: Floats

    @property
    def excess(self) -> Floats:
        """Contacts above expectation."""
        return np.asarray(self.observed - self.expected)


def scores(expected: Floats, counts: Floats, spread: Floats) -> Scores:
    """Score days; unknown intervals count for nothing, fewer than ten contacts above expectation score nothing.

    Parameters
    ----------
    expected, counts : (n_days, n_slots)
        Forecast, raised by the day; what came, NaN where unknown.
    spread : (n_windows, n_slots) or (n_days, n_windows, n_slots)
        As `spread_of` makes it; NaN where it is to be assumed.
    """
    best = Scores(*(np.zeros(counts.shape, dtype=kind) for kind in (float, np.int64, float, float)))
    for place, window in enumerate(WINDOWS):
        residual, observed, normal = _residual(expected, counts, window)
        assumed = np.sqrt(1.0 + normal / ASSUMED_DISPERSION)
        usual = np.broadcast_to(spread[..., place, :], counts.shape)
        score = residual / np.where(np.isfinite(usual), usual, assumed)
        better = (score > best.score) & (observed - normal >= MIN_EXCESS)
        best = Scores(
            score=np.where(better, score, best.score),
            window=np.where(better, window, best.window),
            observed=np.where(better, observed, best.observed),
            expected=np.where(better, normal, best.expected),
        )
    return best


def spread_of(expected: Floats, counts: Floats) -> Floats:
    """Root mean square of each window's residuals by time of day, (n_windows, n_slots); at least that of chance.

    Residuals beyond three times the usual are pulled in: they may be outages that nobody entered.
    """
    known = np.isfinite(counts)
    seen = np.maximum(known.sum(axis=0), 1)
    out = np.ones((len(WINDOWS), counts.shape[1]))
    for place, window in enumerate(WINDOWS):
        square = np.where(known, _residual(expected, counts, window)[0] ** 2, 0.0)
        if not known.any():
            continue
        usual = float(np.minimum(square[known], np.quantile(square[known], _WILD)).mean())
        by_slot = np.minimum(square, _FAR**2 * usual).sum(axis=0) / seen
        mean = (1 - _SHRINK) * _smooth(np.where(known.any(axis=0), by_slot, usual)) + _SHRINK * usual
        out[place] = np.sqrt(np.maximum(mean, 1.0))
    return out


def raised_by_the_day(expected: Floats, counts: Floats) -> Floats:
    """The forecast raised by how far the day ran above it until an hour ago, shrunk by twenty contacts.

    It is never lowered: after a quiet morning an ordinary noon is no onset. Shape (n_days, n_slots).
    """
    known = np.isfinite(counts)
    came, wanted = np.where(known, counts, 0.0), np.where(known, expected, 0.0)
    decay = 0.5 ** (1 / _HALF_LIFE)
    total, normal = np.zeros(len(counts)), np.zeros(len(counts))
    out = expected.copy()
    for slot in range(_LAG + 1, counts.shape[1]):
        total = total * decay + came[:, slot - _LAG - 1]
        normal = normal * decay + wanted[:, slot - _LAG - 1]
        out[:, slot] *= np.clip((total + _PRIOR) / (normal + _PRIOR), 1.0, _MOST_RAISED)
    return out


def _residual(expected: Floats, counts: Floats, window: int) -> tuple[Floats, Floats, Floats]:
    """Deviance residuals at each interval's end, with what came and what was expected in the window."""
    known = np.isfinite(counts)
    observed = _windowed(np.where(known, counts, 0.0), window)
    normal = np.maximum(_windowed(np.where(known, expected, 0.0), window), LEAST_EXPECTED)
    deviance = 2.0 * (xlogy(observed, observed / normal) - (observed - normal))
    residual = np.sign(observed - normal) * np.sqrt(np.maximum(deviance, 0.0))
    return np.where(known, residual, 0.0), observed, normal


def _windowed(values: Floats, window: int) -> Floats:
    """Sums of the last intervals, added one by one: a difference of running totals would not be exact."""
    out = values.copy()
    for back in range(1, window):
        out[:, back:] += values[:, :-back]
    return out


def _smooth(values: Floats) -> Floats:
    weight = np.ones(_NEIGHBOURS)
    return np.asarray(np.convolve(values, weight, "same") / np.convolve(np.ones_like(values), weight, "same"))


def hits(found: Scores, threshold: Floats | float) -> Bools:
    """Where a day would raise the watch."""
    return np.asarray(found.score > threshold)
