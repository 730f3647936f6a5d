"""What the regressions see of a surge: level, shape and time, from the counts up to now and nothing else."""

from __future__ import annotations

import numpy as np

from forecasting.surge.library.levels import Array
from forecasting.surge.library.surges import SurgeView

FEATURES = (
    "level",
    "last",
    "mean",
    "highest",
    "step",
    "slope",
    "age_of_highest",
    "log_elapsed",
    "log_baseline",
    "before",
    "day_sin",
    "day_cos",
    "activity_ahead",
)
LEVEL = FEATURES.index("level")
_DECAY = 0.6
_HOURS_AHEAD = np.arange(0.0, 4.0, 0.25)
_SLOPE_OVER = 5
_BEFORE_OVER = 24


def features_of(view: SurgeView, busiest_hour: float) -> Array:
    """Features of a surge as seen now.

    Parameters
    ----------
    busiest_hour
        Hour at which the people of the library are most active, [0, 24).

    Returns
    -------
    Array
        Shape (n_features,), in the order of FEATURES. `level` is log(1 + 0.6-decay average since onset); last, mean and
        highest log counts stand against it; step and slope [log per interval] reach back before the onset; the age of
        the highest is in hours; the present hour as sine and cosine; and how much more active people will be over the
        next four hours than now, on a cosine about the busiest hour.
    """
    since, before = view.since, view.before
    n = view.n_elapsed
    level = level_of(since)
    logs = np.log1p(since)
    recent = np.log1p(np.concatenate([before[-_SLOPE_OVER:], since])[-_SLOPE_OVER:])
    hour = view.onset_hour + n / 4
    return np.array(
        [
            level,
            logs[-1] - level,
            np.log1p(since.mean()) - level,
            logs.max() - level,
            recent[-1] - recent[-2] if len(recent) > 1 else 0.0,
            _slope(recent),
            (n - 1 - int(since.argmax())) / 4,
            np.log(n),
            np.log(view.baseline),
            np.log1p(before[-_BEFORE_OVER:]).mean() if len(before) else np.log1p(view.baseline),
            np.sin(2 * np.pi * hour / 24),
            np.cos(2 * np.pi * hour / 24),
            _active(hour + _HOURS_AHEAD - busiest_hour).mean() - _active(hour - busiest_hour),
        ]
    )


def level_of(since: Array) -> float:
    """log(1 + average of the counts since onset), each interval weighing 0.6 of the one after it."""
    decay = _DECAY ** np.arange(len(since))[::-1]
    return float(np.log1p((decay * since).sum() / decay.sum()))


def _active(from_busiest: Array | float) -> Array:
    return np.asarray(np.cos(2 * np.pi * from_busiest / 24))


def _slope(values: Array) -> float:
    """Least-squares slope per step; 0 of a single value."""
    if len(values) < 2:
        return 0.0
    steps = np.arange(len(values)) - (len(values) - 1) / 2
    return float((steps * values).sum() / (steps * steps).sum())


def columns(*names: str) -> list[int]:
    """Positions of features by name."""
    return [FEATURES.index(name) for name in names]
