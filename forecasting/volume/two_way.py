"""Two-way forecaster: a day's level times its weekday's profile, the level by a robust ridge on the calendar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.volume.base import VolumeForecaster
from forecasting.volume.days import DayTable, Floats
from forecasting.volume.level import Level, calendar_effects, fit_level, penalties
from forecasting.volume.profile import age_weights, day_levels, weekday_profiles


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
