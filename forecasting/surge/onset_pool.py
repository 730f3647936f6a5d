"""Several queues watched as one: an outage that raises each a little raises all of them together beyond chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecasting.volume.days import Floats
from forecasting.volume.past_days import PastDays


def shared_rate(rate_per_week: float, *, n_queues: int, n_pools: int) -> tuple[float, float]:
    """False alarms a week of each queue and of each pool, so that together they bring no more than was asked for.

    One half goes to the pools where there are any. Queues and pools move together, so the sum is an upper bound.
    """
    if not n_pools:
        return rate_per_week / max(n_queues, 1), 0.0
    return rate_per_week / 2 / max(n_queues, 1), rate_per_week / 2 / n_pools


def pooled(rows: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Sum of what was expected and of what came, of the queues known at each place; NaN where none is.

    Parameters
    ----------
    rows
        (expected, counts) of each queue, of equal shape.
    """
    known = [np.isfinite(counts) for _, counts in rows]
    expected = sum(np.where(here, each, 0.0) for here, (each, _) in zip(known, rows, strict=True))
    counts = sum(np.where(here, each, 0.0) for here, (_, each) in zip(known, rows, strict=True))
    return np.asarray(expected), np.where(np.any(known, axis=0), counts, np.nan)


def pooled_days(parts: Sequence[PastDays]) -> PastDays:
    """The past days of several queues as one; a day is kept where at least one queue knows it."""
    day = np.unique(np.concatenate([part.day for part in parts]))
    rows = []
    for part in parts:
        at = np.searchsorted(day, part.day)
        expected, counts = np.zeros((len(day), part.counts.shape[1])), np.full((len(day), part.counts.shape[1]), np.nan)
        expected[at], counts[at] = part.expected, part.counts
        rows.append((expected, counts))
    return PastDays(day, *pooled(rows))
