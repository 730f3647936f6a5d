"""How much each part says: weights that move smoothly from the first quarter-hour to the second hour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from forecasting.surge.library.levels import LEVELS, Array

PARTS = ("linear", "linear_activity", "forest", "forest_level", "curve")
_FIRST, _LAST = 1.0, 8.0  # intervals elapsed at which the first and the last set of weights holds alone

# Shape (targets, parts): after one interval, and from eight on. Learned by `learn` with penalty 0.1 from the
# cross-validated quantiles of the shipped surges and rounded; the benchmark prints what it learns now.
EARLY: Array = np.array(
    [[0.18, 0.15, 0.19, 0.25, 0.23], [0.15, 0.12, 0.27, 0.30, 0.16], [0.12, 0.11, 0.28, 0.24, 0.25]],
)
LATE: Array = np.array(
    [[0.05, 0.17, 0.30, 0.33, 0.15], [0.04, 0.12, 0.36, 0.38, 0.10], [0.03, 0.05, 0.26, 0.29, 0.37]],
)


def lateness(n_elapsed: int) -> float:
    """0 after one interval, 1 from eight on, straight in the logarithm."""
    return float(np.clip(np.log(n_elapsed / _FIRST) / np.log(_LAST / _FIRST), 0.0, 1.0))


def weights_at(n_elapsed: int) -> Array:
    """Weight of each part for each target, shape (n_targets, n_parts), rows summing to 1."""
    late = lateness(n_elapsed)
    mixed = (1 - late) * EARLY + late * LATE
    return np.asarray(mixed / mixed.sum(axis=1, keepdims=True))


def learn(
    quantiles: Array, truth: Array, *, ages: Sequence[int], penalty: float = 0.1
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Weights of one target that would have scored best, pulled towards equal ones.

    Parameters
    ----------
    quantiles
        Out-of-sample quantiles of each part, shape (n_parts, n_surges, n_ages, n_levels).
    truth
        What came, shape (n_surges, n_ages).
    ages
        Intervals elapsed, shape (n_ages,).
    penalty
        On the squared distance from equal weights, in units of the mean score of equal weights.

    Returns
    -------
    early, late
        Each of shape (n_parts,), not negative, summing to 1.
    """
    n_parts = len(quantiles)
    late = np.array([lateness(age) for age in ages])
    scale = _loss(quantiles.mean(axis=0), truth)

    def cost(free: Array) -> float:
        first, last = _softmax(free[:n_parts]), _softmax(free[n_parts:])
        weight = np.outer(first, 1 - late) + np.outer(last, late)
        mixed = np.einsum("pa,psal->sal", weight, quantiles)
        apart = ((first - 1 / n_parts) ** 2).sum() + ((last - 1 / n_parts) ** 2).sum()
        return _loss(mixed, truth) / scale + penalty * float(apart)

    found = minimize(cost, np.zeros(2 * n_parts), method="L-BFGS-B", options={"maxiter": 60}).x
    return _softmax(found[:n_parts]), _softmax(found[n_parts:])


def _softmax(free: Array) -> Array:
    raised = np.exp(free - free.max())
    return np.asarray(raised / raised.sum())


def _loss(quantiles: Array, truth: Array) -> float:
    level = np.array(LEVELS)
    off = truth[..., None] - quantiles
    return float(np.maximum(level * off, (level - 1) * off).mean())
