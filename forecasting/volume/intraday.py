"""Inside the day: what the hours that are over say about those to come.

A ridge regression in root space, made anew for the time of day at which it is asked: the errors so far (their mean, and
the means of the last four and of the last two intervals) explain the errors of every later interval. It learns from the
same forecaster's one-day-ahead forecasts of the last 120 usable days. Multiplying by actual ÷ expected instead trusts
the noise of the first intervals, and is worse than leaving the forecast alone in the morning.

| past days forecast one day ahead | answer |
|---|---|
| fewer than 28 | none: the forecast of the morning stands |
| enough, but updating would not have helped on them | the forecast of the morning, its band from those days |
| no interval of today known before the time asked | as above |
| else | the update, its band from its leave-one-day-out errors |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.volume.conformal import from_root, robust_moments, root, weighted_quantiles
from forecasting.volume.days import Floats
from forecasting.volume.past_days import PastDays

MIN_DAYS = 28
_WINDOWS = (4, 2)
_PENALTY = 0.3
_SMOOTHED = 5
# A slot's own errors of the last days stay in part: shapes drift faster than profiles follow.
_DRIFT_HALF_LIFE, _DRIFT_STAYS, _DRIFT_PRIOR, _DRIFT_SMOOTHED = 8.0, 0.4, 1.0, 3
_BAND_HALF_LIFE, _BAND_REACH, _CENTRED = 60.0, 2, 0.5


@dataclass(frozen=True)
class DayUpdate:
    """The rest of a day, from the slot `first` on.

    Attributes
    ----------
    mean : (n_slots - first,) expected counts
    quantiles : (n_slots - first, n_levels)
    updated : whether the hours so far moved the forecast
    gain : share of the root-mean-square error, in root space, that updating at this time of day saved on the past days,
        each forecast without itself; below 0 where it would have done harm.
    """

    first: int
    mean: Floats
    quantiles: Floats
    updated: bool
    gain: float


def update_day(
    past: PastDays,
    expected: Floats,
    counts: Floats,
    *,
    first: int,
    levels: Sequence[float],
    used: int | None = None,
) -> DayUpdate | None:
    """Forecast the rest of a day anew.

    Parameters
    ----------
    past : PastDays
        Days before this one, each with the forecast made before it began.
    expected : (n_slots,)
        What was forecast for this day before it began.
    counts : (n_slots,)
        Its counts; NaN where closed or unknown. Those from slot `first` on are not looked at.
    first : int
        The first slot to forecast.
    used : int, optional
        Slots from which the update may learn, where these are fewer: an outage freezes it at its onset, or it would
        take the surge for a busy day.

    Returns
    -------
    DayUpdate or None
        None where fewer than 28 past days are known: the forecast of the morning stands.

    References
    ----------
    Shen & Huang (2008), Interday forecasting and intraday updating of call center arrivals, M&SOM 10: the update by
    penalised least squares, here directly on means of errors.
    """
    if past.n_days < MIN_DAYS:
        return None
    until = first if used is None else min(used, first)
    errors, drift = _drift(past.errors)
    today = np.where(np.arange(len(counts)) < until, root(counts) - root(expected) - drift, np.nan)
    fit = _ridge(np.vstack([errors, today]), until)
    ahead = slice(first, None)
    known = errors[:, ahead]
    left_out = known - fit.left_out[:, first - until :]
    gain = _gain(known, left_out)
    updated = bool(np.isfinite(today).any()) and gain > 0
    shift = drift[ahead] + (fit.today[first - until :] if updated else 0.0)
    base = root(expected[ahead]) + shift
    quantile, mean, variance = _band(left_out if updated else known, levels)
    return DayUpdate(
        first=first,
        mean=np.maximum((base + mean) ** 2 + variance - 0.25, 0.0),
        quantiles=from_root(base[:, None] + quantile),
        updated=updated,
        gain=gain,
    )


def _drift(errors: Floats) -> tuple[Floats, Floats]:
    """Errors freed of what stays of each slot's errors of the days before, and what stays for today; (n, s), (s,)."""
    decay = 0.5 ** (1 / _DRIFT_HALF_LIFE)
    known = np.isfinite(errors)
    values = np.where(known, errors, 0.0)
    total, weight = np.zeros(errors.shape[1]), np.full(errors.shape[1], _DRIFT_PRIOR)
    stays = np.empty((len(errors) + 1, errors.shape[1]))
    for day in range(len(errors) + 1):
        stays[day] = _DRIFT_STAYS * _smoothed(total / weight, _DRIFT_SMOOTHED)
        if day < len(errors):
            total = decay * total + values[day]
            weight = decay * (weight - _DRIFT_PRIOR) + known[day] + _DRIFT_PRIOR
    return errors - stays[:-1], stays[-1]


@dataclass(frozen=True)
class _Fit:
    """Errors predicted from slot `until` on: today's (n_ahead,), and each past day's without itself (n, n_ahead)."""

    today: Floats
    left_out: Floats


def _ridge(errors: Floats, until: int) -> _Fit:
    """Multi-output ridge of later errors on means of earlier ones; the last row is today.

    Leaving a day out of a ridge needs no second fit: its residual grows by 1 ÷ (1 − leverage).
    """
    features = _features(errors[:, :until])
    past, today = features[:-1], features[-1]
    target = np.nan_to_num(errors[:-1, until:])
    penalty = _PENALTY * len(past) * past.var(axis=0) + 1e-9
    inverse = np.linalg.inv(past.T @ past + np.diag(penalty))
    coefficients = inverse @ past.T @ target
    leverage = np.einsum("ij,jk,ik->i", past, inverse, past)
    residual = (target - past @ coefficients) / (1.0 - leverage)[:, None]
    return _Fit(_smoothed(today @ coefficients, _SMOOTHED), _smoothed(target - residual, _SMOOTHED))


def _features(before: Floats) -> Floats:
    """Mean error so far, and of the last four and two intervals, 0 where unknown; (n, 3)."""
    return np.stack([_row_means(before), *(_row_means(before[:, -window:]) for window in _WINDOWS)], axis=1)


def _row_means(values: Floats) -> Floats:
    known = np.isfinite(values)
    return np.asarray(np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _smoothed(values: Floats, width: int) -> Floats:
    """Running mean along the last axis, over fewer values at its ends; same shape."""
    half = width // 2
    n = values.shape[-1]
    summed = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    low, high = np.maximum(np.arange(n) - half, 0), np.minimum(np.arange(n) + half + 1, n)
    return np.asarray((summed[..., high] - summed[..., low]) / (high - low))


def _gain(before: Floats, after: Floats) -> float:
    """Share of the root-mean-square error saved; 0 where nothing is known."""
    known = np.isfinite(before) & np.isfinite(after)
    if not known.any():
        return 0.0
    spread = float(np.sqrt((before[known] ** 2).mean()))
    return 1.0 - float(np.sqrt((after[known] ** 2).mean())) / spread if spread > 0 else 0.0


def _band(errors: Floats, levels: Sequence[float]) -> tuple[Floats, Floats, Floats]:
    """Quantiles (n_ahead, n_levels), mean and variance (n_ahead,) of the errors of each slot and its neighbours."""
    n_days, n_ahead = errors.shape
    weight = 0.5 ** (np.arange(n_days)[::-1] / _BAND_HALF_LIFE)
    quantile, mean, variance = np.zeros((n_ahead, len(levels))), np.zeros(n_ahead), np.zeros(n_ahead)
    for slot in range(n_ahead):
        cell = errors[:, max(slot - _BAND_REACH, 0) : slot + _BAND_REACH + 1]
        known = np.isfinite(cell)
        if known.any():
            weights = np.broadcast_to(weight[:, None], cell.shape)[known]
            # Few days' bias of a single slot is mostly noise: the band keeps its shape and is centred on the update.
            centred = cell[known] - _CENTRED * weighted_quantiles(cell[known], weights, (0.5,))
            quantile[slot] = weighted_quantiles(centred, weights, levels)
            mean[slot], variance[slot] = robust_moments(centred, weights)
    return quantile, mean, variance
