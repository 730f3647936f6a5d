"""From draws to ranges: quantiles of paths, of the peak and of the time at which demand is near normal again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor

import numpy as np
import pandas as pd

from forecasting.surge.curve import Array

_WINDOW = np.concatenate([np.arange(1.0, 6.0), np.arange(4.0, 0.0, -1.0)])  # nine intervals

NEAR_NORMAL = 0.2  # surge ÷ normal volume below which demand counts as near normal


@dataclass(frozen=True, slots=True)
class SurgePath:
    """Quantiles and mean of contacts above normal per interval.

    `quantiles` has shape (n_levels, n_intervals), never crossing; `mean` (n_intervals,).
    """

    levels: tuple[float, ...]
    quantiles: Array
    mean: Array

    def at(self, level: float) -> Array:
        """One quantile, shape (n_intervals,)."""
        return np.asarray(self.quantiles[self.levels.index(level)])


@dataclass(frozen=True, slots=True)
class PeakRange:
    """Contacts above normal in the greatest interval, and when it begins, by level; no time where there is no surge."""

    size: Mapping[float, float]
    at: Mapping[float, datetime | None]


def summarise(draws: Array, levels: tuple[float, ...], *, plain: Array, since: int = 0) -> SurgePath:
    """Quantiles over the draws of shape (n_intervals, n_draws); `plain` are the same without their roughness.

    Before `since` all draws are the same, and nothing is smoothed across it.

    The draws are few, so the roughness of each interval would show as jags of the band that mean nothing. What it adds
    to the plain quantiles changes slowly with time and is smoothed over time; what the curve does is kept as it is.
    """
    smooth = _quantiles(plain[since:], levels)
    with np.errstate(divide="ignore", invalid="ignore"):
        added = np.where(smooth > 0, np.log(_quantiles(draws[since:], levels) / smooth), np.nan)
    ahead = smooth * np.exp(_smoothed(np.where(np.isfinite(added), added, np.nan)))
    quantiles = np.concatenate([_quantiles(draws[:since], levels), np.maximum.accumulate(ahead, axis=0)], axis=1)
    return SurgePath(levels, quantiles, draws.mean(axis=1))


def _quantiles(draws: Array, levels: tuple[float, ...]) -> Array:
    ordered = np.sort(draws, axis=1)
    place = np.array(levels) * (draws.shape[1] - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, draws.shape[1] - 1)
    part = place - below
    return np.asarray((ordered[:, below] * (1 - part) + ordered[:, above] * part).T)


def _smoothed(rows: Array) -> Array:
    """Triangular moving mean along each row, of what is known; 0 where nothing near is known."""
    known = np.isfinite(rows)
    half = len(_WINDOW) // 2
    n = rows.shape[1]
    total = np.stack([np.convolve(row, _WINDOW)[half : half + n] for row in np.where(known, rows, 0.0)])
    weight = np.stack([np.convolve(row, _WINDOW)[half : half + n] for row in known.astype(float)])
    return np.asarray(np.divide(total, weight, out=np.zeros_like(total), where=weight > 0))


def peak_of(draws: Array, index: pd.DatetimeIndex, levels: Sequence[float]) -> PeakRange:
    """Ranges of the peak of paths of shape (n_intervals, n_draws)."""
    size = dict(zip(levels, np.quantile(draws.max(axis=0), levels).tolist(), strict=True))
    if not draws.max() > 0:
        return PeakRange(size, dict.fromkeys(levels))
    when = np.quantile(draws.argmax(axis=0), levels, method="nearest").astype(int)
    return PeakRange(size, {level: index[i].to_pydatetime() for level, i in zip(levels, when, strict=True)})


def normal_again(draws: Array, normal: Array, *, since: int) -> Array:
    """First interval, not before `since`, from which the surge stays at or below a fifth of the normal volume.

    `draws` has shape (n_intervals, n_draws), `normal` (n_intervals,). The result, (n_draws,), is infinite where the
    index ends before that.
    """
    high = draws > np.maximum(NEAR_NORMAL * normal, 1.0)[:, None]
    n = len(draws)
    last = np.where(high.any(axis=0), n - 1 - high[::-1].argmax(axis=0), -1)
    return np.where(last == n - 1, np.inf, np.maximum(last + 1, since).astype(float))


def time_quantiles(steps: Array, index: pd.DatetimeIndex, levels: Sequence[float]) -> dict[float, datetime | None]:
    """Quantiles of interval numbers as times; None where they lie beyond the index."""
    ordered = np.sort(steps)
    out: dict[float, datetime | None] = {}
    for level in levels:
        place = level * (len(ordered) - 1)
        step = ordered[ceil(place) if level > 0.5 else floor(place)]
        out[level] = index[int(step)].to_pydatetime() if step < len(index) else None
    return out
