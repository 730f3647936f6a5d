"""Two-way forecaster: a day's level times its weekday's profile, the level by a robust ridge on the calendar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.volume.base import VolumeForecaster
from forecasting.volume.days import Bools, DayTable, Floats
from forecasting.volume.level import Level, calendar_effects, fit_level, penalties
from forecasting.volume.sparse import slot_means


class TwoWayForecaster(VolumeForecaster):
    """counts[day, slot] = level[day] × profile[weekday, slot].

    Parameters
    ----------
    profile_half_life, level_half_life : float
        Age at which a day counts half, for profile and level [days].
    shrinkage : float
        Days of pooled profile mixed into each weekday's; a third of it where weekdays keep different hours.
    penalty : float
        Ridge penalty of the calendar effects, see `level.penalties`.

    References
    ----------
    Weinberg, Brown & Stroud (2007), Bayesian forecasting of an inhomogeneous Poisson process with applications to call
    center data, JASA 102: the two-way multiplicative model. Here it is fitted by weighted least squares.
    """

    name = "two_way"
    min_days = 14

    def __init__(
        self,
        profile_half_life: float = 84.0,
        level_half_life: float = 100.0,
        shrinkage: float = 1.0,
        penalty: float = 0.5,
    ) -> None:
        self.profile_half_life = profile_half_life
        self.level_half_life = level_half_life
        self.shrinkage = shrinkage
        self.penalty = penalty

    def _point(self, table: DayTable, n_ahead: int) -> Floats:
        return decompose(table, **self.get_params()).ahead(table, n_ahead)


@dataclass(frozen=True)
class Parts:
    """A history taken apart.

    Attributes
    ----------
    profile : (7, n_slots), shares of a day by weekday
    totals : (n_past,), each past day's total as if all its usual slots had been open and known
    level : the logarithm of the totals, by calendar and residual
    """

    profile: Floats
    totals: Floats
    level: Level

    def ahead(self, table: DayTable, n_ahead: int) -> Floats:
        """Level times profile for the coming days; (n_ahead, n_slots)."""
        total = np.maximum(np.exp(self.level.ahead(n_ahead)) - 0.5, 0.0)
        return total[:, None] * self.profile[table.weekday[table.n_past : table.n_past + n_ahead]]


def decompose(
    table: DayTable,
    *,
    profile_half_life: float = 84.0,
    level_half_life: float = 100.0,
    shrinkage: float = 1.0,
    penalty: float = 0.5,
) -> Parts:
    """Fit profile, totals and level; the parameters are `TwoWayForecaster`'s."""
    profile = weekday_profiles(table, age_weights(table, profile_half_life), shrinkage=shrinkage)
    totals = day_levels(table, profile)
    level = fit_level(
        np.log(totals + 0.5),
        calendar_effects(table),
        weight=age_weights(table, level_half_life),
        penalty=penalties(penalty),
    )
    return Parts(profile, totals, level)


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
