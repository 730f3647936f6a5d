"""A second rise in the counts: they fell far below their peak and climb again, as after a repeated failure.

It is said, and changes no forecast by itself. Read anew from the rise on, the library was no better over 51 forecasts
of 13 past surges that rose again (CRPS of the total 0.592 against 0.595) and worse for the end: such surges are among
those it has learned from. What it cannot know is that service is down again; that a person records.
"""

from __future__ import annotations

import numpy as np

from forecasting.surge.curve import Array

_FALLEN_TO = 0.5  # of the highest count, at the trough
_TIMES_TROUGH = 2.0
_ABOVE_NOISE = 5.0  # standard deviations of counting
_IN_A_ROW = 2


def rises_from(since: Array) -> int | None:
    """Where the latest second rise begins, as a position in the counts above normal since the onset, (n_elapsed,).

    None: there is none. Two counts in a row must stand well above the trough, so one outlier is no rise. A position
    found is never moved by what comes later, only followed by another.
    """
    peak, trough, at, high, found = 0.0, np.inf, 0, 0, None
    for i, count in enumerate(since.tolist()):
        if count <= _FALLEN_TO * peak and count < trough:
            trough, at, high = count, i, 0
        elif trough < np.inf and count > _TIMES_TROUGH * trough + _ABOVE_NOISE * np.sqrt(trough + 1):
            high += 1
        else:
            high = 0
        if high >= _IN_A_ROW:
            found = at + 1
            peak, trough, high = float(since[at + 1 : i + 1].max()), np.inf, 0
        elif trough == np.inf:
            peak = max(peak, count)
    return found
