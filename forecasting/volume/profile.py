"""The shape of a day by weekday, and each day's level above it."""

from __future__ import annotations

import numpy as np

from forecasting.volume.days import Bools, DayTable, Floats
from forecasting.volume.sparse import slot_means


def age_weights(table: DayTable, half_life: float) -> Floats:
    """Weight of each past day, halved every `half_life` days; (n_past,)."""
    age = table.day[table.n_past - 1] + 1 - table.day[: table.n_past]
    return np.asarray(0.5 ** (age / half_life))


def weekday_profiles(table: DayTable, weight: Floats, *, shrinkage: float) -> Floats:
    """Shares of the day's total by weekday, each over the slots that weekday ever opens; (7, n_slots).

    A weekday without a past day gets the pooled profile. `weight` (n_past,) is each day's.
    """
    past = table.weekday[: table.n_past]
    known = np.isfinite(table.counts)
    counts = np.where(known, table.counts, 0.0)
    usual = _usual_slots(table)
    rough = np.where(usual.any(axis=0), slot_means(table.counts), 0.0)
    rough = rough / max(rough.sum(), 1e-12)
    level = counts.sum(axis=1) / np.maximum((known * rough).sum(axis=1), 1e-12)
    share = counts / np.maximum(level, 1e-12)[:, None]
    weight = weight * (level > 0)
    pooled = _mean_share(share, known, weight, prior=rough, strength=1e-9)
    same_hours = bool((usual[past] == usual[past[0]]).all())
    strength = shrinkage if same_hours else shrinkage / 3
    profiles = np.empty(usual.shape)
    for weekday in range(7):
        rows = past == weekday
        mean = _mean_share(share[rows], known[rows], weight[rows], prior=pooled, strength=strength)
        open_mean = np.where(usual[weekday], mean, 0.0)
        profiles[weekday] = open_mean / max(open_mean.sum(), 1e-12)
    return profiles


def _usual_slots(table: DayTable) -> Bools:
    """The slots each weekday ever opens, ahead too; (7, n_slots)."""
    usual = np.zeros((7, table.is_open.shape[1]), dtype=bool)
    np.logical_or.at(usual, table.weekday, table.is_open)
    return usual


def _mean_share(share: Floats, known: Bools, weight: Floats, *, prior: Floats, strength: float) -> Floats:
    total = weight @ share + strength * prior
    mean: Floats = total / np.maximum(weight @ known.astype(np.float64) + strength, 1e-12)
    return mean


def day_levels(table: DayTable, profile: Floats) -> Floats:
    """Total of each past day, as if all its usual slots had been open and known; (n_past,)."""
    known = np.isfinite(table.counts)
    expected = (known * profile[table.weekday[: table.n_past]]).sum(axis=1)
    total = np.where(known, table.counts, 0.0).sum(axis=1)
    return np.asarray(total / np.where(expected > 1e-6, expected, 1.0))
