"""Quantiles from a forecaster's own past errors: by days ahead and usual volume of the time of day, in root space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.volume.days import Bools, DayTable, Floats, Ints

# (table as it stood, days ahead) → means (n_ahead, n_slots); the table's counts end where the forecast begins.
Point = Callable[[DayTable, int], Floats]

MAX_LEAD = 14
MIN_ORIGINS = 10
_LEAD_GROUP = np.array([0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4])
_BACK_DAYS = 84
# Recent errors count most, so that bands follow a shift of level; on development data three weeks gave the lowest
# pinball loss at one day and at fourteen.
_HALF_LIFE_DAYS = 21.0
# Groups of leads whose width follows what bands covered lately; step and replay as tuned on development months.
_ADAPTED_LEADS = (0, 1)
_STEP, _REPLAYED_DAYS, _WIDTHS, _LEAST_LEVEL = 0.1, 42, (0.6, 1.3), 0.002


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
    day : (n_errors,) the day forecast, as days since 1970-01-01
    """

    error: Floats
    lead: Ints
    weight: Floats
    n_origins: int
    day: Ints


def past_errors(point: Point, table: DayTable, *, first: int) -> PastErrors:
    """Forecast again from the end of every day of the last weeks, not before row `first`, and compare."""
    end = table.day[table.n_past - 1] + 1 if table.n_past else 0
    origins = [t for t in range(max(first, 1), table.n_past) if end - table.day[t] <= _BACK_DAYS]
    errors, leads, days = [], [], []
    for origin in origins:
        ahead = min(MAX_LEAD, table.n_past - origin)
        known = table.counts[origin : origin + ahead]
        errors.append(root(known) - root(point(table.until(origin, ahead), ahead)))
        leads.append(np.arange(ahead))
        days.append(table.day[origin : origin + ahead])
    if not origins:
        none = np.empty(0, dtype=np.int64)
        return PastErrors(np.empty((0, table.is_open.shape[1])), none, np.empty(0), 0, none)
    day = np.concatenate(days)
    weight = 0.5 ** ((end - day) / _HALF_LIFE_DAYS)
    return PastErrors(np.concatenate(errors), np.concatenate(leads), weight, len(origins), day)


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
    """Weighted quantiles of past errors for each lead and group of slots; a lead without enough borrows from all.

    Levels are moved outward for the few days they rest on, and up to three days ahead by what bands of the last weeks
    would have covered: see `adapted_width`.
    """
    shape = (MAX_LEAD, len(groups))
    quantile, mean, variance = np.zeros((*shape, len(levels))), np.zeros(shape), np.zeros(shape)
    adapted = adapted_width(past, groups)
    for lead in np.unique(_LEAD_GROUP):
        rows = _LEAD_GROUP[past.lead] == lead
        if rows.sum() < MIN_ORIGINS:
            rows = np.ones(len(past.lead), dtype=bool)
        width = adapted if lead in _ADAPTED_LEADS else 1.0 + 1.0 / _effective_days(past, rows)
        at = _moved(levels, width)
        for group in np.unique(groups):
            cell = past.error[np.ix_(rows, groups == group)]
            known = ~np.isnan(cell)
            if not known.any():
                continue
            weight = np.broadcast_to(past.weight[rows, None], cell.shape)[known]
            place = np.ix_(lead == _LEAD_GROUP, groups == group)
            quantile[place] = weighted_quantiles(cell[known], weight, at)
            mean[place], variance[place] = robust_moments(cell[known], weight)
    return Band(quantile, mean, variance)


def adapted_width(past: PastErrors, groups: Ints) -> float:
    """How much wider than the quantiles of past errors the band must be to hold at today's pace of change.

    Day by day through the last six weeks the band for one day ahead is made again from the errors known by then; a day
    that it covers for less than four fifths widens the next one, a better covered day narrows it. For longer leads the
    answer comes too late to steer by, and steering made them swing.

    References
    ----------
    Gibbs & Candès (2021), Adaptive conformal inference under distribution shift, NeurIPS 34; here the step is taken a
    day at a time and moves the level away from the median.
    """
    rows = np.flatnonzero(past.lead == 0)
    width = 1.0
    for row in rows[-_REPLAYED_DAYS:]:
        before = rows[past.day[rows] < past.day[row]]
        if len(before) < MIN_ORIGINS:
            continue
        covered = _covered(past, before, groups, row=row, levels=_moved((0.1, 0.9), width))
        if np.isfinite(covered):
            width = float(np.clip(width + _STEP * (0.8 - covered), *_WIDTHS))
    return width


def _covered(past: PastErrors, before: Ints, groups: Ints, *, row: int, levels: Sequence[float]) -> float:
    """Share of a day's errors inside the band of the rows before it; NaN where none is known."""
    inside = known = 0
    for group in np.unique(groups):
        own = groups == group
        cell, today = past.error[np.ix_(before, own)], past.error[row, own]
        seen, today = ~np.isnan(cell), today[~np.isnan(today)]
        if not seen.any() or not len(today):
            continue
        weight = np.broadcast_to(past.weight[before, None], cell.shape)[seen]
        low, high = weighted_quantiles(cell[seen], weight, levels)
        inside += int(((today >= low) & (today <= high)).sum())
        known += len(today)
    return inside / known if known else float("nan")


def _moved(levels: Sequence[float], width: float) -> tuple[float, ...]:
    """Levels moved away from the median by a factor, inside what a sample can tell."""
    moved = np.clip(0.5 + (np.asarray(levels) - 0.5) * width, _LEAST_LEVEL, 1.0 - _LEAST_LEVEL)
    return tuple(moved.tolist())


def _effective_days(past: PastErrors, rows: Bools) -> float:
    """Days that weigh as much together as the weighted ones do: errors of one day are much alike."""
    _, place = np.unique(past.day[rows], return_inverse=True)
    weight = np.bincount(place, past.weight[rows])
    return max(float(weight.sum() ** 2 / (weight**2).sum()), 2.0) if len(weight) else 2.0


def robust_moments(error: Floats, weight: Floats) -> tuple[float, float]:
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
