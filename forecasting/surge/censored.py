"""Counts that are a lower bound: attempts beyond the lines' capacity are heard by nobody."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forecasting.surge.curve import Array
from forecasting.surge.paths import SurgeQueue

Mask = npt.NDArray[np.bool_]
_STILL_OVER, _STILL = 4, 0.05
MOST_RAISED = 4.0  # times the count: beyond that the facts alone would speak


def at_least_of(queue: SurgeQueue, *, n_closed: int) -> Mask:
    """Intervals whose count is a lower bound, (n_intervals,): as the source says, or calls that stand still.

    Only the first `n_closed` intervals, those that are over, are looked at for stillness.
    """
    said = np.zeros(len(queue.normal), dtype=bool) if queue.at_least is None else queue.at_least.copy()
    said[n_closed + 1 :] = False
    if queue.channel == "call" and queue.offered is not None:
        said[:n_closed] |= stands_still(np.asarray(queue.offered[:n_closed], dtype=float), queue.normal[:n_closed])
    return said


def stands_still(offered: Array, normal: Array) -> Mask:
    """Intervals of any four in a row that vary far less than chance would have them, well above normal, (n,).

    Callers who come by chance vary as much as their number; at a twentieth of that one in six hundred would pass.
    """
    still = np.zeros(len(offered), dtype=bool)
    for stop in range(_STILL_OVER, len(offered) + 1):
        run = slice(stop - _STILL_OVER, stop)
        counts = offered[run]
        if np.isfinite(counts).all() and counts.min() >= 2 * normal[run].max() + 20:
            still[run] |= bool(counts.var(ddof=1) < _STILL * counts.mean())
    return still


def raised(since: Array, at_least: Mask, *, facts: Array) -> Array:
    """Counts since the onset, (n_elapsed,), lifted where they are a lower bound to what the facts expect there.

    `facts` are draws of contacts in the same intervals after all counts, (n_elapsed, n_draws).
    """
    middle = np.median(facts, axis=1)
    lifted = np.clip(middle, since, MOST_RAISED * since)
    return np.asarray(np.where(at_least, lifted, since))
