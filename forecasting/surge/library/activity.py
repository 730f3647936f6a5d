"""The clock by which the people affected live: a centre's normal day laid over that of the library."""

from __future__ import annotations

import numpy as np

from forecasting.surge.library.levels import Array

_LEAST_HOURS = 20
_LEAST_AMPLITUDE = 0.1


def busiest_hour(hour: Array, counts: Array) -> float | None:
    """Hour about which a normal day is busiest, [0, 24): the phase of the first harmonic of log(1 + count).

    Parameters
    ----------
    hour
        Hour of the day of each interval, [0, 24), shape (n_intervals,).
    counts
        Normal counts, same shape.

    Returns
    -------
    float or None
        None where fewer than 20 hours of the day are covered or the day is flat.
    """
    if not len(hour) or len(np.unique(np.floor(hour))) < _LEAST_HOURS:
        return None
    logs = np.log1p(counts)
    per_hour = np.array([logs[np.floor(hour) == h].mean() for h in np.unique(np.floor(hour))])
    angle = 2 * np.pi * (np.unique(np.floor(hour)) + 0.5) / 24
    sine, cosine = float((np.sin(angle) * per_hour).mean()), float((np.cos(angle) * per_hour).mean())
    if np.hypot(sine, cosine) < _LEAST_AMPLITUDE:
        return None
    return float(np.arctan2(sine, cosine) * 24 / (2 * np.pi) % 24)


def library_hour(onset_hour: float, *, busiest: float | None, library_busiest: float) -> float:
    """The onset's hour on the library's clock: as far from its busiest hour as here from the centre's own."""
    if busiest is None:
        return onset_hour
    return (onset_hour - busiest + library_busiest) % 24
