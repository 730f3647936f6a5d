"""The level of a day: a robust, weighted ridge of its logarithm on the calendar, and what fades after it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.volume.days import DayTable, Floats

N_HARMONICS = 4
N_CLOSURE = 2
_WEEKDAY_PENALTY = 1e-3
_CLOSURE_PENALTY = 2.0
_PHI_MAX = 0.9
_RECENT = 10
_STAYS = 0.4
# Days further off than this many robust standard deviations are pulled in: a holiday nobody entered, or an outage that
# was not masked, must not move next week.
_CLIP = 2.5
_ROUNDS = 4


def calendar_effects(table: DayTable) -> Floats:
    """Weekdays, harmonics of the month, first and second day after a closure; (n_days, 7 + 2·4 + 2)."""
    phase = 2 * np.pi * (table.day_of_month - 1) / table.days_in_month
    harmonics = [wave(k * phase) for k in range(1, N_HARMONICS + 1) for wave in (np.sin, np.cos)]
    second = np.concatenate([[False], table.after_closure[:-1]])
    weekdays = table.weekday[:, None] == np.arange(7)
    return np.column_stack([weekdays, *harmonics, table.after_closure, second]).astype(np.float64)


def penalties(penalty: float) -> Floats:
    """Ridge penalties of `calendar_effects`: weekdays are all but free, harmonic k pays `penalty`·k⁴ as in a spline."""
    waves = np.repeat(penalty * np.arange(1, N_HARMONICS + 1) ** 4.0, 2)
    return np.concatenate([np.full(7, _WEEKDAY_PENALTY), waves, np.full(N_CLOSURE, _CLOSURE_PENALTY)])


@dataclass(frozen=True)
class Level:
    """A fitted level.

    Attributes
    ----------
    calendar : (n_days,) log level by the calendar alone
    rare : (n_rare,) coefficients of the last effects
    month : (n_days,) the part of it that is not the weekday's
    residual : (n_past,) what the past left over, outliers pulled in
    outlier : (n_past,) how far each day was pulled in
    stays, phi : what stays of the recent residuals, and the decay of the last one a day
    """

    calendar: Floats
    rare: Floats
    month: Floats
    residual: Floats
    outlier: Floats
    stays: float
    phi: float

    def ahead(self, n_ahead: int) -> Floats:
        """Log level of the coming days: calendar, plus what stays and what fades of the residuals; (n_ahead,)."""
        n_past = len(self.residual)
        fading = self.phi ** np.arange(1, n_ahead + 1) * (self.residual[-1] - self.stays)
        return np.asarray(self.calendar[n_past : n_past + n_ahead] + self.stays + fading)


def fit_level(log_level: Floats, effects: Floats, *, weight: Floats, penalty: Floats, n_rare: int = N_CLOSURE) -> Level:
    """Fit by iterated reweighting (Huber) and describe the residuals.

    Parameters
    ----------
    log_level : (n_past,)
    effects : (n_days, n_effects)
    weight : (n_past,)
    penalty : (n_effects,)
    n_rare : int
        Last columns, of effects that few days bear.
    """
    past = effects[: len(log_level)]
    centre = float(np.average(log_level, weights=weight))
    rare = past[:, -n_rare:].any(axis=1)
    raw = _from_weekday_medians(log_level, past)
    for _ in range(_ROUNDS):
        # Days after a closure are few and far off; taken for outliers, their effect would never be learned.
        trust = np.where(rare, 1.0, np.minimum(1.0, _limit(raw) / np.maximum(np.abs(raw), 1e-12)))
        coefficients = _solve(past, log_level - centre, weight * trust, penalty)
        raw = log_level - centre - past @ coefficients
    residual = np.clip(raw, -_limit(raw), _limit(raw))
    return Level(
        calendar=np.asarray(centre + effects @ coefficients),
        rare=coefficients[-n_rare:],
        month=np.asarray(effects[:, 7:] @ coefficients[7:]),
        residual=residual,
        outlier=raw - residual,
        stays=_lasting(residual),
        phi=_phi(residual, weight),
    )


def _from_weekday_medians(log_level: Floats, effects: Floats) -> Floats:
    """First guess of the residuals, which no single wild day can bend."""
    weekday = effects[:, :7].argmax(axis=1)
    medians = np.array([np.median(log_level[weekday == w]) if (weekday == w).any() else 0.0 for w in range(7)])
    return np.asarray(log_level - medians[weekday])


def _limit(raw: Floats) -> float:
    return _CLIP * (1.4826 * float(np.median(np.abs(raw))) + 1e-9)


def _solve(effects: Floats, target: Floats, weight: Floats, penalty: Floats) -> Floats:
    weighted = effects * weight[:, None]
    return np.asarray(np.linalg.solve(weighted.T @ effects + np.diag(penalty), weighted.T @ target), dtype=np.float64)


def _lasting(residual: Floats) -> float:
    recent = residual[-_RECENT:]
    decay = 0.8 ** np.arange(len(recent))[::-1]
    return _STAYS * float((decay * recent).sum() / decay.sum())


def _phi(residual: Floats, weight: Floats) -> float:
    before, after = residual[:-1], residual[1:]
    slope = (weight[1:] * before * after).sum() / max(float((weight[1:] * before**2).sum()), 1e-12)
    return float(np.clip(slope, 0.0, _PHI_MAX))
