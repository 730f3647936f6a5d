"""A normal law cut off on the right, by its own mean and variance."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import log_ndtr

from forecasting.staffing.quadrature import Floats

FAR = 8.0  # standard deviations between mean and cut from which on the law counts as whole
_DEEPEST = -20.0  # cut of what is as good as exponential
_STEP = 0.01


@lru_cache(maxsize=1)
def knots() -> Floats:
    """Return a table of cuts: the grid's begin and step, then cuts at equal steps of ln(ρ − 1).

    ρ is the distance between the cut law's mean and its cut in its own standard deviations; it rises with the cut β, in
    deviations of the whole law around its mean: ρ = (β + r) / √(1 − βr − r²), r = φ(β)/Φ(β).
    """
    cut = np.concatenate([-np.geomspace(-_DEEPEST, 1.0, 4000)[:-1], np.linspace(-1.0, FAR + 0.5, 6000)])
    r = np.exp(-0.5 * cut * cut - log_ndtr(cut)) / np.sqrt(2 * np.pi)
    at = np.log((cut + r) / np.sqrt(1 - cut * r - r * r) - 1)
    grid = np.arange(at[0], np.log(FAR) + 0.02, _STEP)
    return np.ascontiguousarray(np.concatenate([[at[0], _STEP], np.interp(grid, at, cut)]))


def cut_of(rho: Floats) -> Floats:
    """Return the cut β by the distance ρ of the cut law's mean from it, both in deviations."""
    table = knots()
    at = np.log(np.maximum(rho - 1, 1e-12))
    return np.interp(at, table[0] + table[1] * np.arange(len(table) - 2), table[2:])
