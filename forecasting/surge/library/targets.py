"""What is forecast of a surge: total and peak of the next four hours, and the time to its end."""

from __future__ import annotations

import numpy as np

from forecasting.surge.library.levels import Array
from forecasting.surge.library.surges import END_AHEAD, TOTAL_AHEAD, Surge

TARGETS = ("total_4h", "peak_4h", "end_min")
N_TARGETS = len(TARGETS)
END_SHARE = 0.2


def targets_of(surge: Surge, n_elapsed: int) -> Array | None:
    """True targets as the models learn them: log(1 + total), log(1 + peak), intervals to the end.

    Returns
    -------
    Array or None
        Shape (3,); None where no interval is known after `n_elapsed`. A series that ends early is taken to its end.
    """
    first = surge.start + n_elapsed
    ahead = surge.counts[first : first + TOTAL_AHEAD]
    if not len(ahead):
        return None
    known = surge.counts[surge.start : first + END_AHEAD]
    end = intervals_to_end(known[None, :], n_elapsed)[0]
    return np.array([np.log1p(ahead.sum()), np.log1p(ahead.max()), end])


def intervals_to_end(paths: Array, n_elapsed: int) -> Array:
    """Intervals after `n_elapsed` until counts have fallen below a fifth of the whole peak.

    Parameters
    ----------
    paths
        Counts from the onset on, shape (n_paths, n_intervals), n_elapsed + 32 intervals or fewer.

    Returns
    -------
    Array
        Shape (n_paths,), in [0, 32]: up to the end of the first interval after the (first) peak that is below; 0 where
        that lies in the past, 32 where it never comes.
    """
    at_peak = paths.argmax(axis=1)
    low = paths < END_SHARE * paths.max(axis=1, keepdims=True)
    low &= np.arange(paths.shape[1]) >= at_peak[:, None]
    first = np.where(low.any(axis=1), low.argmax(axis=1) + 1 - n_elapsed, END_AHEAD)
    return np.asarray(np.clip(first, 0, END_AHEAD), dtype=np.float64)


def bounded(quantiles: Array) -> Array:
    """Quantiles of the three targets, shape (3, n_levels), within what is possible and rising.

    References
    ----------
    Chernozhukov, Fernández-Val & Galichon (2010), Quantile and probability curves without crossing, Econometrica 78.
    """
    out = np.sort(quantiles, axis=-1)
    out[:2] = np.maximum(out[:2], 0.0)
    out[2] = np.clip(out[2], 0.0, END_AHEAD)
    return np.asarray(out)
