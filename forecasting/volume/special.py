"""Days with a name of their own: what they brought before, or what a person says they will.

The effect is a factor on the whole day. It is taken out of the past before any forecaster learns from it, and put on
the days ahead, so that a campaign neither passes for a trend nor comes back next week.

| usable past days of that name | factor |
|---|---|
| fewer than three, or fewer than four weeks of history | as a person stated it; 1 where nobody did |
| three or more | learned: ridge of the log level on weekday, month, closures and names; no effect counts as one day |
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.volume.calendar import OpenCalendar
from forecasting.volume.conformal import Point
from forecasting.volume.days import Bools, DayTable, Floats
from forecasting.volume.level import N_CLOSURE, calendar_effects, fit_level, penalties
from forecasting.volume.profile import age_weights, day_levels, weekday_profiles

MIN_SEEN = 3
MIN_DAYS = 28
_PENALTY, _CALENDAR_PENALTY, _HALF_LIFE = 1.0, 0.5, 365.0
_FARTHEST = np.log(20.0)


@dataclass(frozen=True)
class SpecialEffect:
    """What one name does to a day: the factor, whether it was learned, and from how many past days."""

    name: str
    factor: float
    learned: bool
    n_seen: int


def on_ordinary_days(point: Point) -> Point:
    """The forecaster on a past without special effects, its forecast with those of the days ahead."""

    def adjusted(table: DayTable, n_ahead: int) -> Floats:
        if not table.special.any():
            return point(table, n_ahead)
        factor = factors(table)
        past, ahead = factor[: table.n_past, None], factor[table.n_past : table.n_past + n_ahead, None]
        return point(replace(table, counts=table.counts / past), n_ahead) * ahead

    return adjusted


def factors(table: DayTable) -> Floats:
    """By how much each day differs from an ordinary one; (n_days,), 1 for ordinary days."""
    learned, effect = _learned(table)
    logs = np.where(table.special[:, ~learned].any(axis=1), table.stated, 0.0)
    logs = np.where(table.special[:, learned].any(axis=1), table.special @ effect, logs)
    return np.asarray(np.exp(np.clip(logs, -_FARTHEST, _FARTHEST)))


def special_effects(table: DayTable, calendar: OpenCalendar) -> tuple[SpecialEffect, ...]:
    """The effects as they are used for the days ahead of a table, by name; stated ones as the last such day has it."""
    learned, effect = _learned(table)
    seen = table.special[: table.n_past].sum(axis=0)
    return tuple(
        SpecialEffect(
            group.name,
            float(np.exp(effect[column])) if learned[column] else 1.0 + (group.days[-1][1] if group.days else 0.0),
            bool(learned[column]),
            int(seen[column]),
        )
        for column, group in enumerate(calendar.special)
    )


def _learned(table: DayTable) -> tuple[Bools, Floats]:
    """Which names have been seen often enough, and their log effects, 0 elsewhere; (n_names,) each."""
    seen = table.special[: table.n_past].sum(axis=0)
    learned = (seen >= MIN_SEEN) & (table.n_past >= MIN_DAYS)
    effect = np.zeros(len(seen))
    if learned.any():
        effect[learned] = _fitted(table, table.special[:, learned])
    return learned, effect


def _fitted(table: DayTable, special: Bools) -> Floats:
    weight = age_weights(table, _HALF_LIFE)
    totals = day_levels(table, weekday_profiles(table, weight, shrinkage=1.0))
    n_special = special.shape[1]
    level = fit_level(
        np.log(totals + 0.5),
        np.column_stack([calendar_effects(table), special.astype(np.float64)]),
        weight=weight,
        penalty=np.concatenate([penalties(_CALENDAR_PENALTY), np.full(n_special, _PENALTY)]),
        n_rare=N_CLOSURE + n_special,
    )
    return level.rare[N_CLOSURE:]
