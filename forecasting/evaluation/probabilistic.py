"""Scores of quantiles: pinball loss and coverage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecasting.volume.days import Floats


def pinball(actual: Floats, quantiles: Floats, levels: Sequence[float]) -> Floats:
    """Pinball loss, mean over the levels.

    Parameters
    ----------
    actual : (...,)
    quantiles : (..., n_levels)

    Returns
    -------
    (...,), in counts; NaN where `actual` is.

    References
    ----------
    Koenker & Bassett (1978), Regression quantiles, Econometrica 46; its mean over evenly spaced levels is half the
    continuous ranked probability score: Gneiting & Raftery (2007), JASA 102.
    """
    level = np.asarray(levels)
    miss = actual[..., None] - quantiles
    return np.asarray(np.maximum(level * miss, (level - 1) * miss).mean(axis=-1))


def coverage(actual: Floats, lower: Floats, upper: Floats) -> float:
    """Share of known values inside the closed band; NaN where none is known."""
    known = np.isfinite(actual)
    inside = (actual >= lower) & (actual <= upper)
    return float(inside[known].mean()) if known.any() else float("nan")
