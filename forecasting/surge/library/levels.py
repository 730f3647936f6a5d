"""Quantile levels of the library's forecasts, and what can be done with weighted values and quantile functions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEVELS: tuple[float, ...] = tuple(round(0.05 * i, 2) for i in range(1, 20))
_TAUS = np.array(LEVELS)


def weighted_quantiles(values: Array, weights: Array, levels: Array = _TAUS) -> Array:
    """Quantiles of weighted values, linear between the middles of their steps.

    Parameters
    ----------
    values, weights
        Shape (n_values,); weights not negative, some of them positive.
    levels
        Shape (n_levels,).

    Returns
    -------
    Array
        Shape (n_levels,), rising; the extreme values beyond the first and last middle.
    """
    order = np.argsort(values, kind="stable")
    weight = weights[order]
    reached = np.cumsum(weight)
    return np.asarray(np.interp(levels, (reached - 0.5 * weight) / reached[-1], values[order]))


def widened(quantiles: Array, factor: float) -> Array:
    """Quantiles with their distance from the median multiplied by `factor`, last axis LEVELS."""
    middle = quantiles[..., LEVELS.index(0.5), None]
    return np.asarray(middle + factor * (quantiles - middle))


def mean_of(quantiles: Array) -> float:
    """Mean of a distribution known by its quantiles at LEVELS, shape (n_levels,): the tails end at the outer ones."""
    inner = float(np.sum(0.5 * (quantiles[1:] + quantiles[:-1]) * np.diff(_TAUS)))
    return inner + LEVELS[0] * float(quantiles[0]) + (1 - LEVELS[-1]) * float(quantiles[-1])
