"""Stated rules for a queue with too little to learn from: flat or wide, and saying so; never an exception.

| usable days | forecast | band |
|---|---|---|
| none, and no count at all | unknown (NaN) | unknown |
| none, but some intervals | their mean, flat over all open intervals | a factor of about 2.5 either way |
| fewer than the forecaster needs | mean of all days by time of day | a factor of about 2 either way |
| enough, but too few past errors | the forecaster's own | from the spread usual between days |
| no contact ever seen | ½ contact over all that was seen | 0 up to what chance allows |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.special import gammaincinv

from forecasting.volume.days import DayTable, Floats, Grid

_SPREAD_FLAT = 0.7
_SPREAD_SHORT = 0.5
_SPREAD_DAYS = 0.3
_WEEK = 7


def notes(grid: Grid, table: DayTable, *, min_days: int, enough: bool) -> Iterator[str]:
    """What a reader must know, one sentence each."""
    known = int(np.isfinite(grid.counts).sum())
    if not known:
        yield "No count is known before the forecast begins: the forecast is unknown."
        return
    if table.n_past == 0:
        yield f"Only {known} intervals and no whole day are known: the forecast is their mean, flat and wide."
    elif table.n_past < min_days:
        yield (
            f"Only {table.n_past} usable {'day is' if table.n_past == 1 else 'days are'} known, {min_days} are needed: "
            "the forecast is the mean of all by time of day, and wide."
        )
    elif not enough:
        yield f"Only {table.n_past} usable days are known: the band rests on an assumed spread, not on past errors."
    if is_silent(table) and table.n_past:
        yield f"No contact was ever seen in {known} open intervals: the forecast is next to nothing."
    elif is_constant(table):
        yield "Every known count is the same: the band has no width, although the future may."
    yield from _gaps(grid, table)


def _gaps(grid: Grid, table: DayTable) -> Iterator[str]:
    over = grid.day <= grid.ends_with
    opened = int(grid.is_open[over].any(axis=1).sum())
    if opened > table.n_past:
        yield f"{opened - table.n_past} of {opened} past open days are left out: closed, silent or mostly unknown."


def is_silent(table: DayTable) -> bool:
    """Whether no past day had any contact."""
    return not bool(np.nansum(table.counts) > 0)


def is_constant(table: DayTable) -> bool:
    """Whether at least a week of counts has one value only."""
    known = table.counts[np.isfinite(table.counts)]
    return table.n_past >= _WEEK and bool(known.size) and bool(np.ptp(known) == 0)


def flat(grid: Grid, table: DayTable, levels: Sequence[float]) -> tuple[Floats, Floats]:
    """Mean of all days by time of day, or of all intervals where no whole day is known."""
    ahead = table.is_open[table.n_past :]
    known = np.isfinite(grid.counts)
    if not known.any():
        return np.full(ahead.shape, np.nan), np.full((*ahead.shape, len(levels)), np.nan)
    if table.n_past == 0:
        means = np.full(ahead.shape, grid.counts[known].mean())
        return means, spread(means, levels, log_spread=_SPREAD_FLAT)
    if is_silent(table):
        return silent(table, levels)
    means = np.broadcast_to(slot_means(table.counts), ahead.shape).copy()
    return means, spread(means, levels, log_spread=_SPREAD_SHORT)


def slot_means(counts: Floats) -> Floats:
    """Mean of each slot over the days it is known; a slot never known gets the mean of all; (n_slots,)."""
    known = np.isfinite(counts)
    total = np.where(known, counts, 0.0)
    overall = total.sum() / max(known.sum(), 1)
    seen = known.sum(axis=0)
    return np.asarray(np.where(seen > 0, total.sum(axis=0) / np.maximum(seen, 1), overall))


def wide(means: Floats, levels: Sequence[float], *, n_days: int) -> tuple[Floats, Floats]:
    """The forecaster's means with an assumed spread between days that narrows with the days known."""
    return means, spread(means, levels, log_spread=_SPREAD_DAYS * (1 + _WEEK / max(n_days, 1)) / 1.5)


def silent(table: DayTable, levels: Sequence[float]) -> tuple[Floats, Floats]:
    """A queue that never saw a contact: rate ~ Gamma(½, intervals seen), its counts negative binomial."""
    from scipy.stats import nbinom  # takes a second to import, and only a silent queue needs it

    shape = table.is_open[table.n_past :].shape
    seen = max(int(np.isfinite(table.counts).sum()), 1)
    quantiles = nbinom.ppf(np.asarray(levels), 0.5, seen / (seen + 1.0))
    return np.full(shape, 0.5 / seen), np.broadcast_to(quantiles, (*shape, len(levels))).copy()


def spread(means: Floats, levels: Sequence[float], *, log_spread: float) -> Floats:
    """Quantiles of a gamma distribution with Poisson noise and a relative spread between days; (*means, n_levels)."""
    safe = np.maximum(means, 1e-9)[..., None]
    shape = safe**2 / (safe + (log_spread * safe) ** 2)
    return np.asarray(gammaincinv(shape, np.asarray(levels)) * safe / shape)
