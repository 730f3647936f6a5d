"""Quantiles from a forecaster's own past errors: by days ahead and usual volume of the time of day, in root space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.volume.days import DayTable, Floats, Ints

# (table as it stood, days ahead) → means (n_ahead, n_slots); the table's counts end where the forecast begins.
Point = Callable[[DayTable, int], Floats]

MAX_LEAD = 14
MIN_ORIGINS = 10
_LEAD_GROUP = np.array([0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4])
_BACK_DAYS = 84
# Recent errors count most, so that bands follow a shift of level; on development data three weeks gave the lowest
# pinball loss at one day and at fourteen.
_HALF_LIFE_DAYS = 21.0


def root(counts: Floats) -> Floats:
    """√(y + ¼): errors of counts have about the same spread at every level."""
    return np.sqrt(np.maximum(counts, 0.0) + 0.25)


def from_root(roots: Floats) -> Floats:
    """Back from `root`, never below 0."""
    return np.maximum(np.maximum(roots, 0.0) ** 2 - 0.25, 0.0)


@dataclass(frozen=True)
class PastErrors:
    """Errors of forecasts made again at past origins, in root space.

    Attributes
    ----------
    error : (n_errors, n_slots), NaN where closed or unknown
    lead : (n_errors,) open days between the origin and the day forecast, 0 for the first
    weight : (n_errors,) halved every three weeks of age
    n_origins : origins they come from
    """

    error: Floats
    lead: Ints
    weight: Floats
    n_origins: int


def past_errors(point: Point, table: DayTable, *, first: int) -> PastErrors:
    """Forecast again from the end of every day of the last weeks, not before row `first`, and compare."""
    end = table.day[table.n_past - 1] + 1 if table.n_past else 0
    origins = [t for t in range(max(first, 1), table.n_past) if end - table.day[t] <= _BACK_DAYS]
    errors, leads, ages = [], [], []
    for origin in origins:
        ahead = min(MAX_LEAD, table.n_past - origin)
        known = table.counts[origin : origin + ahead]
        errors.append(root(known) - root(point(table.until(origin, ahead), ahead)))
        leads.append(np.arange(ahead))
        ages.append(end - table.day[origin : origin + ahead])
    if not origins:
        return PastErrors(np.empty((0, table.is_open.shape[1])), np.empty(0, dtype=np.int64), np.empty(0), 0)
    weight = 0.5 ** (np.concatenate(ages) / _HALF_LIFE_DAYS)
    return PastErrors(np.concatenate(errors), np.concatenate(leads), weight, len(origins))


def volume_groups(table: DayTable, n_groups: int = 4) -> Ints:
    """Group of each slot by its mean count, least first; (n_slots,)."""
    seen = np.isfinite(table.counts)
    mean = np.where(seen, table.counts, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    used = mean[seen.any(axis=0)]
    if not used.size:
        return np.zeros(len(mean), dtype=np.int64)
    edges = np.quantile(used, np.arange(1, n_groups) / n_groups)
    return np.asarray(np.searchsorted(edges, mean), dtype=np.int64)


@dataclass(frozen=True)
class Band:
    """Quantiles and moments of the errors by lead and slot, ready to be added to a forecast's root.

    Attributes
    ----------
    quantile : (MAX_LEAD, n_slots, n_levels)
    mean, variance : (MAX_LEAD, n_slots)
    """

    quantile: Floats
    mean: Floats
    variance: Floats

    def apply(self, means: Floats) -> tuple[Floats, Floats]:
        """Expected counts (n_ahead, n_slots) and quantiles (n_ahead, n_slots, n_levels) around a point forecast."""
        lead = np.minimum(np.arange(len(means)), MAX_LEAD - 1)
        base = root(means)
        expected = np.maximum((base + self.mean[lead]) ** 2 + self.variance[lead] - 0.25, 0.0)
        return expected, from_root(base[:, :, None] + self.quantile[lead])


def conformal_band(past: PastErrors, groups: Ints, levels: Sequence[float]) -> Band:
    """Weighted quantiles of past errors for each lead and group of slots; a lead without enough borrows from all."""
    shape = (MAX_LEAD, len(groups))
    quantile, mean, variance = np.zeros((*shape, len(levels))), np.zeros(shape), np.zeros(shape)
    for lead in np.unique(_LEAD_GROUP):
        rows = _LEAD_GROUP[past.lead] == lead
        if rows.sum() < MIN_ORIGINS:
            rows = np.ones(len(past.lead), dtype=bool)
        for group in np.unique(groups):
            cell = past.error[np.ix_(rows, groups == group)]
            known = ~np.isnan(cell)
            if not known.any():
                continue
            weight = np.broadcast_to(past.weight[rows, None], cell.shape)[known]
            place = np.ix_(lead == _LEAD_GROUP, groups == group)
            quantile[place] = weighted_quantiles(cell[known], weight, levels)
            mean[place], variance[place] = _robust_moments(cell[known], weight)
    return Band(quantile, mean, variance)


def _robust_moments(error: Floats, weight: Floats) -> tuple[float, float]:
    """Weighted mean and variance after pulling in errors far outside the usual ones (an outage, a forgotten holiday).

    Far is 4 standard deviations by the quartiles, and never less than 3 of Poisson noise, which is ½ in root space.
    """
    low, middle, high = weighted_quantiles(error, weight, (0.25, 0.5, 0.75))
    reach = max(4.0 * (high - low) / 1.349, 1.5)
    near = np.clip(error, middle - reach, middle + reach)
    average = float(np.average(near, weights=weight))
    return average, float(np.average((near - average) ** 2, weights=weight))


def weighted_quantiles(values: Floats, weights: Floats, levels: Sequence[float]) -> Floats:
    """Quantiles of a weighted sample, linear between mid-points of the weights; (n_levels,)."""
    order = np.argsort(values, kind="stable")
    mass = np.cumsum(weights[order])
    at = (mass - 0.5 * weights[order]) / mass[-1]
    return np.interp(levels, at, values[order])
