"""Totals over queues: means add up, bands follow from how much the queues' errors go together.

Every total (skill, channel, all) is made of its queues, so that any grouping of the same queues has the same mean. The
spread of a total is √(Σᵢⱼ ρᵢⱼ sᵢ sⱼ), with ρ the correlation of the queues' one-day-ahead errors on past days. Adding
quantiles would take ρ = 1 and be too wide; taking the queues as independent is too narrow where one cause moves them
all, such as a first of the month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincinv

from forecasting.volume.days import Floats
from forecasting.volume.past_days import PastDays

# Days that two queues must share before their correlation counts half.
_PRIOR_DAYS = 10.0
_CLIP = 3.0
_WIDTH_80 = 2.0 * 1.2815515655446004  # P10 to P90 of a normal distribution, in standard deviations


def error_correlations(days: Sequence[PastDays]) -> Floats:
    """Correlation of the queues' one-day-ahead errors, interval by interval; (n_queues, n_queues), 1 on the diagonal.

    Errors are taken in root space, where they are alike at all volumes, by the spread of their slot, and pulled in
    beyond three standard deviations, so that no single wild day makes two queues alike. Each correlation is drawn to 0
    with the weight of ten days, and the whole to the nearest matrix without a negative eigenvalue. Queues with other
    slots, or days no other queue shares, count as independent.
    """
    n = len(days)
    scaled = [_scaled(one) for one in days]
    matrix = np.eye(n)
    for i in range(n):
        for j in range(i):
            matrix[i, j] = matrix[j, i] = _correlation(days[i], days[j], scaled[i], scaled[j])
    return _without_negative(matrix)


def _scaled(days: PastDays) -> Floats:
    """Errors by their slot's spread, pulled in; (n_days, n_slots), NaN where unknown."""
    errors = days.errors
    known = np.isfinite(errors)
    n = np.maximum(known.sum(axis=0), 1)
    spread = np.sqrt((np.where(known, errors, 0.0) ** 2).sum(axis=0) / n)
    return np.clip(errors / np.where(spread > 0, spread, np.inf), -_CLIP, _CLIP)


def _correlation(one: PastDays, other: PastDays, first: Floats, second: Floats) -> float:
    if first.shape[1:] != second.shape[1:]:
        return 0.0
    _, rows, columns = np.intersect1d(one.day, other.day, assume_unique=True, return_indices=True)
    a, b = first[rows], second[columns]
    known = np.isfinite(a) & np.isfinite(b)
    n_days = int(known.any(axis=1).sum())
    a, b = np.where(known, a, 0.0), np.where(known, b, 0.0)
    norm = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / norm * n_days / (n_days + _PRIOR_DAYS) if norm > 0 else 0.0


def _without_negative(matrix: Floats) -> Floats:
    """The nearest matrix with no negative eigenvalue, its diagonal brought back to 1."""
    if len(matrix) < 2:
        return matrix
    values, vectors = np.linalg.eigh(matrix)
    if values[0] >= 0:
        return matrix
    lifted = (vectors * np.maximum(values, 0.0)) @ vectors.T
    scale = np.sqrt(np.maximum(np.diag(lifted), 1e-12))
    return np.asarray(lifted / np.outer(scale, scale))


@dataclass(frozen=True)
class Total:
    """A total's mean (n_intervals,) and quantiles (n_intervals, n_levels)."""

    mean: Floats
    quantiles: Floats


def total_of(
    mean: Floats, low: Floats, high: Floats, correlation: Floats, *, levels: Sequence[float] = (0.1, 0.5, 0.9)
) -> Total:
    """Put forecasts of several queues together.

    Parameters
    ----------
    mean, low, high : (n_queues, n_intervals)
        Means, P10 and P90; 0 where a queue is closed.
    correlation : (n_queues, n_queues)
        As `error_correlations` gives it.

    Returns
    -------
    Total
        The sum of the means; quantiles of the gamma distribution with that mean and the spread of the sum. A queue's
        own spread is at least that of chance, √mean: P10 and P90 of a queue with few contacts are whole numbers and
        often both 0, though a hundred such queues bring a count that varies.

    Raises
    ------
    ValueError
        If the shapes do not fit together.
    """
    if mean.shape != low.shape or mean.shape != high.shape or correlation.shape != (len(mean), len(mean)):
        raise ValueError(
            "mean, low and high must have one shape (n_queues, n_intervals) and correlation (n_queues, n_queues), got "
            f"{mean.shape}, {low.shape}, {high.shape} and {correlation.shape}"
        )
    spread = np.maximum((high - low) / _WIDTH_80, np.sqrt(np.maximum(mean, 0.0)))
    total = mean.sum(axis=0)
    variance = np.maximum(np.einsum("it,ij,jt->t", spread, correlation, spread), 1e-12)
    return Total(total, _gamma(total, variance, levels))


def _gamma(mean: Floats, variance: Floats, levels: Sequence[float]) -> Floats:
    safe = np.maximum(mean, 1e-9)
    shape = safe**2 / variance
    quantiles = gammaincinv(shape[:, None], np.asarray(levels)) * (safe / shape)[:, None]
    return np.asarray(np.where(mean[:, None] > 0, quantiles, 0.0))
