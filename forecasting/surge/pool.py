"""Two opinions of one surge, pooled: the response curve with the incident's facts, and the library of past surges.

Both have seen the counts. Neither is known to be right: no data set joins the customers affected to contacts, and past
surges of public reports need not run like contacts to a centre. So their distributions are mixed, not multiplied, which
keeps the band wide where they disagree; and each is trusted by how well it foresaw what has been counted since.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from forecasting.surge.curve import Array
from forecasting.surge.library.levels import LEVELS, weighted_quantiles
from forecasting.surge.library.nowcast import Nowcast
from forecasting.surge.library.surges import TOTAL_AHEAD
from forecasting.surge.library.targets import bounded, intervals_to_end

# Odds of the curve against the library after one interval, and one n-th of that after n: a first quarter-hour told the
# library nothing of past totals, and what is assumed must give way to counts.
_ODDS, _LEAST_ODDS = 4.0, 0.5
_TEMPER = 0.5  # intervals err together, so what was foreseen counts for a part only
_LEAST_SIGMA = 0.3
MOST = 0.9  # no opinion is ever quite alone


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an opinion said of a sum of counts before it was known: mean and standard deviation of its logarithm."""

    mean: float
    sigma: float

    @classmethod
    def of(cls, sums: Array) -> Foreseen:
        """From draws of the sum, shape (n_draws,)."""
        logs = np.log1p(sums)
        return cls(float(logs.mean()), max(float(logs.std()), _LEAST_SIGMA))

    def log_likelihood(self, came: float, *, at_least: bool = False) -> float:
        """How likely it held what came; of a lower bound, how likely it held that or more."""
        off = (np.log1p(came) - self.mean) / self.sigma
        if at_least:
            return float(log_ndtr(-off))
        return float(-np.log(self.sigma) - 0.5 * off**2)


def share_of_curve(
    curve: Foreseen | None, library: Foreseen | None, *, came: float, n_elapsed: int, at_least: bool = False
) -> float:
    """Share of the response curve in the pool after so many intervals, in [0.1, 0.9]; None: nobody could be judged.

    `at_least`: what came is a lower bound.
    """
    odds = float(np.log(max(_ODDS / n_elapsed, _LEAST_ODDS)))
    if curve is not None and library is not None:
        odds += _TEMPER * (
            curve.log_likelihood(came, at_least=at_least) - library.log_likelihood(came, at_least=at_least)
        )
    return float(np.clip(1.0 / (1.0 + np.exp(-np.clip(odds, -20, 20))), 1 - MOST, MOST))


def pooled_targets(said: Nowcast, curve: Array, *, since: Array, share: float) -> Array:
    """Quantiles of log(1 + total), log(1 + peak), intervals to the end, shape (3, n_levels), of both together.

    `curve` are the paths of the response curve over the 32 intervals to come, shape (32, n_draws), of which `since` is
    what was counted before, shape (n_elapsed,).
    """
    if share <= 0:
        return said.quantiles
    n_library, n_curve = said.quantiles.shape[1], curve.shape[1]
    whole = np.concatenate([np.broadcast_to(since, (n_curve, len(since))), curve.T], axis=1)
    ahead = curve[:TOTAL_AHEAD]
    own = (np.log1p(ahead.sum(axis=0)), np.log1p(ahead.max(axis=0)), intervals_to_end(whole, len(since)))
    weights = np.concatenate([np.full(n_library, (1 - share) / n_library), np.full(n_curve, share / n_curve)])
    mixed = [
        weighted_quantiles(np.concatenate([library, drawn]), weights, np.array(LEVELS))
        for library, drawn in zip(said.quantiles, own, strict=True)
    ]
    return bounded(np.stack(mixed))
