"""A queue with little history borrows the days of like queues: their shape and calendar, its own level.

| own usable days | forecast | band |
|---|---|---|
| no count at all | unknown: nobody can say how big it is | unknown |
| some intervals, no whole day | days of the like queues × the queue's own level in those intervals | assumed, wide |
| 1 to 27 | the same; each time of day and weekday moves to the queue's own as its days come | see below |
| 28 and more | not used: the queue's own forecaster is as good or better | |

The band of the third row is assumed and narrows with the days; from ten past origins on it rests on the queue's own
past errors.

Like queues are forecast together, each brought to the same level first. The own level is the ratio of the queue's
counts to what the like queues brought in the very same intervals, so that a quiet week of theirs is not taken for a
small queue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from forecasting.intervals import BASE_INTERVAL_S
from forecasting.volume import sparse
from forecasting.volume.average import two_way_svd_ahead
from forecasting.volume.base import VolumeForecaster
from forecasting.volume.calendar import OpenCalendar
from forecasting.volume.days import DayTable, Floats, appended, begun_days, build_grid, build_table
from forecasting.volume.special import factors
from forecasting.volume.two_way import decompose

#: Own usable days from which on a queue stands on its own.
OWN_DAYS = 28
#: Usable days the like queues must have.
LIKE_DAYS = 28
# Own days that weigh as much as the like queues' shape, by time of day and by weekday, and contacts that do.
_SLOT_DAYS, _WEEKDAY_DAYS, _CONTACTS, _SMOOTHED_S = 3.0, 3.0, 20.0, 3600
_QUIET = 100.0  # contacts a day at which a like queue counts half, for its shape is mostly chance below
_SPREAD, _SPREAD_LEVEL, _SPREAD_ASSUMED_DAYS = 0.33, 0.5, 3.0


@dataclass(frozen=True)
class Pool:
    """Like queues as one: their counts, brought to one contact a day and averaged.

    Attributes
    ----------
    counts : Series of float, index UTC; NaN where none of them is known
    names : the queues
    """

    counts: pd.Series
    names: tuple[str, ...]


def make_pool(histories: Mapping[str, pd.Series], *, until: pd.Timestamp | None = None) -> Pool | None:
    """Average like queues, busy ones counting more; None where none of them had a contact up to `until`.

    Nothing later is used, not even for the levels to which the queues are brought.
    """
    total, weight, names = None, None, []
    for name, history in histories.items():
        known = (history if until is None else history[history.index <= until]).dropna()
        days = (
            max(len(np.unique(pd.DatetimeIndex(known.index).as_unit("us").asi8 // 86_400_000_000)), 1)
            if len(known)
            else 1
        )
        level = float(known.sum()) / days
        if level <= 0:
            continue
        trust = level / (level + _QUIET)
        part, present = known / level * trust, known * 0.0 + trust
        total = part if total is None else total.add(part, fill_value=0.0)
        weight = present if weight is None else weight.add(present, fill_value=0.0)
        names.append(name)
    return None if total is None or weight is None else Pool((total / weight).sort_index(), tuple(names))


class PooledForecaster(VolumeForecaster):
    """Days of like queues at the queue's own level, its own shape coming through as its days come.

    Not in the registry: it needs to be told which queues are like this one.

    Parameters
    ----------
    like : mapping of name to Series
        The like queues' counts, index UTC on the grid; they should reach as far as the history.
    """

    name: ClassVar[str] = "pooled"
    min_days = 1

    def __init__(self, like: Mapping[str, pd.Series]) -> None:
        self.like = like

    def fit(self, history: pd.Series, calendar: OpenCalendar, *, interval_s: int = BASE_INTERVAL_S) -> Self:
        """As `VolumeForecaster.fit`; what like queues brought after the history's end is not used."""
        self.pool_ = make_pool(self.like, until=history.index[-1] if len(history) else None)
        counts = history[:0] if self.pool_ is None else self.pool_.counts
        grid = build_grid(counts, calendar, interval_s)
        self.like_ = build_table(grid, calendar, interval_s=interval_s, n_ahead=0)
        self.n_like_ = self.like_.n_past
        super().fit(history, calendar, interval_s=interval_s)
        self.own_share_ = self.n_days_ / (self.n_days_ + _SLOT_DAYS)
        return self

    @property
    def usable(self) -> bool:
        """Whether the like queues themselves are known well enough."""
        return self.n_like_ >= LIKE_DAYS

    def _point(self, table: DayTable, n_ahead: int) -> Floats:
        until = int(table.day[table.n_past - 1]) if table.n_past else self.grid_.ends_with
        return self._scaled(table, self._like(table, until=until), n_ahead)

    def _like(self, table: DayTable, *, until: int) -> tuple[Floats, Floats]:
        """What the like queues brought on the table's past days, and are forecast to bring on those ahead."""
        n = int(np.searchsorted(self.like_.day, until, side="right"))
        if n < LIKE_DAYS:
            usual = sparse.slot_means(table.counts)
            flat = np.broadcast_to(usual, (table.n_days, len(usual)))
            return flat[: table.n_past], flat[table.n_past :]
        joined, own = appended(self.like_, n, table), slice(table.n_past)
        parts = decompose(joined)
        place = np.minimum(np.searchsorted(joined.day[:n], table.day[own]), n - 1)
        same = joined.day[place] == table.day[own]
        # On a day that the like queues do not know, what is usual for it.
        total = np.where(same, parts.totals[place], np.exp(parts.level.calendar[place]))
        return total[:, None] * parts.profile[table.weekday[own]], two_way_svd_ahead(
            joined, table.n_days - table.n_past
        )

    def _scaled(self, table: DayTable, like: tuple[Floats, Floats], n_ahead: int) -> Floats:
        """Level, then times of day, then weekdays: each a ratio of counts, drawn to 1 while little is known."""
        past, ahead = like
        known = np.isfinite(table.counts)
        counts, past = np.where(known, table.counts, 0.0), np.where(known, past, 0.0)
        level = float(counts.sum()) / max(float(past.sum()), 1e-12)
        past, ahead = past * level, ahead[:n_ahead] * level
        own, said = (_smoothed(each.sum(axis=0), table.interval_s) for each in (counts, past))
        by_slot = _ratio(own, said, _SLOT_DAYS, n_days=np.full(len(own), float(table.n_past)))
        past, ahead = past * by_slot, ahead * by_slot
        days = (table.weekday[: table.n_past, None] == np.arange(7)).astype(np.float64)
        own, said = (days.T @ each.sum(axis=1) for each in (counts, past))
        by_weekday = _ratio(own, said, _WEEKDAY_DAYS, n_days=days.sum(axis=0))
        coming = table.weekday[table.n_past : table.n_past + n_ahead]
        return np.asarray(ahead * by_weekday[coming][:, None])

    def _too_few_days(self, table: DayTable, levels: Sequence[float]) -> tuple[Floats, Floats]:
        """No whole day: the level comes from the intervals that are known."""
        begun = begun_days(self.grid_, interval_s=table.interval_s)
        started = appended(begun, begun.n_past, table)
        like = self._like(started, until=int(self.grid_.ends_with))
        means = self._scaled(started, like, table.n_days - table.n_past) * factors(table)[table.n_past :, None]
        return means, sparse.spread(means, levels, log_spread=self._log_spread(0))

    def _assumed(self, means: Floats, levels: Sequence[float], *, n_days: int) -> tuple[Floats, Floats]:
        return means, sparse.spread(means, levels, log_spread=self._log_spread(n_days))

    @staticmethod
    def _log_spread(n_days: int) -> float:
        """Spread between days, and what the level is still unsure of."""
        return float(np.hypot(_SPREAD, _SPREAD_LEVEL / np.sqrt(1 + n_days / _SPREAD_ASSUMED_DAYS)))


def _ratio(own: Floats, said: Floats, days: float, *, n_days: Floats) -> Floats:
    """Own ÷ said, drawn to 1 with the weight of so many days and of so many contacts."""
    weight = days * said / np.maximum(n_days, 1) + _CONTACTS
    return np.asarray((own + weight) / (said + weight))


def _smoothed(values: Floats, interval_s: int) -> Floats:
    """Sums over about an hour to either side, so that a time of day learns from its neighbours; (n_slots,)."""
    reach = _SMOOTHED_S // interval_s
    return np.convolve(values, np.ones(2 * reach + 1), mode="same") if reach else values
