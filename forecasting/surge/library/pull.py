"""How the facts of an incident pull the library's forecast: a range in logs beside another range in logs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.surge.library.levels import LEVELS, Array

_Z90 = 1.2815515655446004
_TOTAL, _PEAK = 0, 1


@dataclass(frozen=True)
class FactsRange:
    """What the facts alone say of the next four hours: `log_total` is the median of log(1 + contacts above normal).

    `sigma` is its standard deviation.
    """

    log_total: float
    sigma: float

    @classmethod
    def of(cls, p10: float, p50: float, p90: float) -> FactsRange | None:
        """From three quantiles of a total; None where they expect nothing."""
        if p50 <= 0:
            return None
        spread = (np.log1p(p90) - np.log1p(max(p10, 0.0))) / (2 * _Z90)
        return cls(float(np.log1p(p50)), max(float(spread), 0.1))


@dataclass(frozen=True)
class Pulled:
    """Quantiles after the pull, shape (3, n_levels), and the share of the facts in them, [0, 1]."""

    quantiles: Array
    share_facts: float


def pulled(quantiles: Array, facts: FactsRange | None, *, n_elapsed: int) -> Pulled:
    """Total and peak drawn towards the facts by their precision; the time to the end stays.

    Both are read as log-normal and multiplied. The facts' precision is divided by the intervals counted: no data set
    joins the customers affected to contacts, so what is assumed of them must give way to counts.

    Parameters
    ----------
    quantiles
        Of log(1 + total), log(1 + peak), intervals to the end, at LEVELS.
    n_elapsed
        Intervals counted since the onset.
    """
    if facts is None:
        return Pulled(quantiles, 0.0)
    middle = float(quantiles[_TOTAL, LEVELS.index(0.5)])
    low, high = (float(quantiles[_TOTAL, LEVELS.index(level)]) for level in (0.1, 0.9))
    sigma = max((high - low) / (2 * _Z90), 1e-6)
    trust = 1.0 / (facts.sigma**2 * n_elapsed)
    share = trust / (trust + 1.0 / sigma**2)
    move = share * (facts.log_total - middle)
    shrink = float(np.sqrt(1.0 - share))
    out = quantiles.copy()
    for target in (_TOTAL, _PEAK):
        centre = quantiles[target, LEVELS.index(0.5)]
        out[target] = np.maximum(centre + move + shrink * (quantiles[target] - centre), 0.0)
    return Pulled(out, share)
