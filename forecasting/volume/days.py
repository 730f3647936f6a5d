"""A queue's history as a table of local days by time of day: what every forecaster of this package learns from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.intervals import DAY_S, floor_index, require_interval
from forecasting.validation import require_counts, require_utc_index
from forecasting.volume.calendar import OpenCalendar

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# A day is a closure, not a quiet day, where chance would bring no contact at all less than once in a million days.
_SILENT_BELOW = 14.0
_MIN_KNOWN = 0.5
_LONGEST_CLOSURE = 4
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class DayTable:
    """Usable past days and the open days that follow, oldest first.

    `n_past` days have counts; the further rows up to `n_days` are known by the calendar only.

    Attributes
    ----------
    day : (n_days,) days since 1970-01-01, local
    weekday : (n_days,) Monday 0
    day_of_month, days_in_month : (n_days,)
    after_closure : (n_days,) whether a day on which the queue would normally be open was closed just before
    is_open : (n_days, n_slots)
    counts : (n_past, n_slots), NaN where closed or unknown
    special : (n_days, n_names), which days bear each name of the calendar's special days
    stated : (n_days,), logarithm of the factor that people stated for a day, 0 where nobody did
    interval_s : length of a slot [s]; a slot is wall-clock time of day // interval_s, so the repeated hour of a 25-hour
        day shares its slots (their mean is kept) and the missing hour of a 23-hour day is unknown.
    """

    day: Ints
    weekday: Ints
    day_of_month: Ints
    days_in_month: Ints
    after_closure: Bools
    is_open: Bools
    counts: Floats
    special: Bools
    stated: Floats
    interval_s: int

    @property
    def n_past(self) -> int:
        """Days with counts."""
        return len(self.counts)

    @property
    def n_days(self) -> int:
        """All days, with those ahead."""
        return len(self.day)

    def until(self, n_past: int, n_ahead: int) -> DayTable:
        """The table as it stood after `n_past` days: no later count is in it."""
        end = n_past + n_ahead
        return replace(
            self,
            day=self.day[:end],
            weekday=self.weekday[:end],
            day_of_month=self.day_of_month[:end],
            days_in_month=self.days_in_month[:end],
            after_closure=self.after_closure[:end],
            is_open=self.is_open[:end],
            counts=self.counts[:n_past],
            special=self.special[:end],
            stated=self.stated[:end],
        )


def appended(past: DayTable, n_past: int, ahead: DayTable) -> DayTable:
    """The first past days of one table, then the days ahead of another, none of them special."""
    coming = slice(ahead.n_past, ahead.n_days)
    n_days = n_past + ahead.n_days - ahead.n_past
    return DayTable(
        day=np.concatenate([past.day[:n_past], ahead.day[coming]]),
        weekday=np.concatenate([past.weekday[:n_past], ahead.weekday[coming]]),
        day_of_month=np.concatenate([past.day_of_month[:n_past], ahead.day_of_month[coming]]),
        days_in_month=np.concatenate([past.days_in_month[:n_past], ahead.days_in_month[coming]]),
        after_closure=np.concatenate([past.after_closure[:n_past], ahead.after_closure[coming]]),
        is_open=np.concatenate([past.is_open[:n_past], ahead.is_open[coming]]),
        counts=past.counts[:n_past],
        special=np.zeros((n_days, 0), dtype=bool),
        stated=np.zeros(n_days),
        interval_s=ahead.interval_s,
    )


@dataclass(frozen=True)
class Grid:
    """Every local day from the first to the last known one, before any is left out."""

    day: Ints
    is_open: Bools
    counts: Floats
    ends_with: int  # the last day that is over, as days since 1970-01-01


def day_and_slot(index: pd.DatetimeIndex, calendar: OpenCalendar, interval_s: int) -> tuple[Ints, Ints]:
    """Local day (since 1970-01-01) and slot of each interval; each (n,)."""
    local = calendar.local(index).as_unit("s").asi8
    return local // DAY_S, local % DAY_S // interval_s


def build_grid(history: pd.Series, calendar: OpenCalendar, interval_s: int) -> Grid:
    """Lay a series of counts out by local day and slot; (n_days, n_slots), NaN where closed or unknown.

    Raises
    ------
    ValueError
        If the index is not UTC, increasing and on the interval grid, or a count is negative or infinite.
    """
    require_interval(interval_s)
    require_utc_index(history.index, "history")
    require_counts(history)
    index = pd.DatetimeIndex(history.index).as_unit("us")
    if not floor_index(index, interval_s, timezone=calendar.timezone).equals(index):
        raise ValueError(f"history must lie on multiples of {interval_s} s; sum it up to that interval first")
    n_slots = DAY_S // interval_s
    if not len(index):
        empty = np.empty((0, n_slots))
        return Grid(np.empty(0, dtype=np.int64), empty.astype(bool), empty, -1)
    return _filled(history.to_numpy(dtype=np.float64), index, calendar, interval_s)


def _filled(values: Floats, index: pd.DatetimeIndex, calendar: OpenCalendar, interval_s: int) -> Grid:
    day, slot = day_and_slot(index, calendar, interval_s)
    days = np.arange(day[0], day[-1] + 1)
    is_open = open_days(days, calendar, interval_s)
    known = ~np.isnan(values) & is_open[day - days[0], slot]
    total, seen = np.zeros(is_open.shape), np.zeros(is_open.shape)
    np.add.at(total, (day[known] - days[0], slot[known]), values[known])
    np.add.at(seen, (day[known] - days[0], slot[known]), 1.0)
    counts = np.where(seen > 0, total / np.maximum(seen, 1.0), np.nan)
    last_open = np.flatnonzero(is_open[-1])
    over = not last_open.size or slot[-1] >= last_open[-1]
    return Grid(days, is_open, counts, int(days[-1]) if over else int(days[-1]) - 1)


def open_days(days: Ints, calendar: OpenCalendar, interval_s: int) -> Bools:
    """Whether each slot of each local day is open, by wall-clock time; (n_days, n_slots)."""
    n_slots = DAY_S // interval_s
    starts = (days[:, None] * DAY_S + np.arange(n_slots) * interval_s).ravel()
    wall = pd.DatetimeIndex(starts.astype("datetime64[s]"))
    return (calendar.opening.mask(wall, interval_s) & ~calendar.closed_days(wall)).reshape(len(days), n_slots)


def build_table(grid: Grid, calendar: OpenCalendar, *, interval_s: int, n_ahead: int) -> DayTable:
    """Leave out closed, silent and mostly unknown days, and add the next `n_ahead` open days.

    A normally open day without any contact counts as a closure where the weekday's mean makes silence implausible;
    a day known for less than half of its open slots is left out, but is no closure, nor is a day of which an outage
    took every count. Today, not yet over, is left out.
    """
    past = grid.day <= grid.ends_with
    day, is_open, counts = grid.day[past], grid.is_open[past], grid.counts[past]
    weekday = (day + 3) % 7
    slots_open = is_open.sum(axis=1)
    known = np.isfinite(counts).sum(axis=1)
    total = np.where(known > 0, np.nansum(counts, axis=1), 0.0)
    silent = (known > 0) & (total == 0) & (_usual_total(total, weekday, known > 0) > _SILENT_BELOW)
    usable = (slots_open > 0) & (known >= np.maximum(1, _MIN_KNOWN * slots_open)) & ~silent
    ahead = next_open_days(grid.ends_with + 1, calendar, interval_s=interval_s, n_days=n_ahead)
    ahead_open = open_days(ahead, calendar, interval_s)
    days = np.concatenate([day[usable], ahead])
    spoiled = np.isin(day, day_numbers(calendar.outages))
    closed = _closures(day, ahead, calendar, silent=silent | ((known == 0) & ~spoiled), usable=usable)
    special, stated = _special(days, calendar)
    stamps = pd.DatetimeIndex((days * DAY_S).astype("datetime64[s]"))
    return DayTable(
        day=days,
        weekday=(days + 3) % 7,
        day_of_month=stamps.day.to_numpy().astype(np.int64),
        days_in_month=stamps.days_in_month.to_numpy().astype(np.int64),
        after_closure=_follows(days, closed),
        is_open=np.concatenate([is_open[usable], ahead_open]),
        counts=counts[usable],
        special=special,
        stated=stated,
        interval_s=interval_s,
    )


def begun_days(grid: Grid, *, interval_s: int) -> DayTable:
    """Every day of which any count is known, over or not, as past days; none is ahead."""
    rows = np.isfinite(grid.counts).any(axis=1)
    day = grid.day[rows]
    stamps = pd.DatetimeIndex((day * DAY_S).astype("datetime64[s]"))
    return DayTable(
        day=day,
        weekday=(day + 3) % 7,
        day_of_month=stamps.day.to_numpy().astype(np.int64),
        days_in_month=stamps.days_in_month.to_numpy().astype(np.int64),
        after_closure=np.zeros(len(day), dtype=bool),
        is_open=grid.is_open[rows],
        counts=grid.counts[rows],
        special=np.zeros((len(day), 0), dtype=bool),
        stated=np.zeros(len(day)),
        interval_s=interval_s,
    )


def day_numbers(dates: Iterable[date]) -> Ints:
    """Dates as days since 1970-01-01; (n,)."""
    return np.array([each.toordinal() - _EPOCH for each in dates], dtype=np.int64)


def _special(days: Ints, calendar: OpenCalendar) -> tuple[Bools, Floats]:
    """Which names each day bears (n_days, n_names), and the log factor stated for it (n_days,)."""
    bears = np.zeros((len(days), len(calendar.special)), dtype=bool)
    stated = np.zeros(len(days))
    for column, group in enumerate(calendar.special):
        numbers = day_numbers(day for day, _ in group.days)
        logs = np.log1p([share for _, share in group.days])
        bears[:, column] = np.isin(days, numbers)
        order = np.argsort(numbers, kind="stable")
        if len(order):
            place = np.minimum(np.searchsorted(numbers[order], days), len(order) - 1)
            stated += np.where(bears[:, column], logs[order][place], 0.0)
    return bears, stated


def _usual_total(total: Floats, weekday: Ints, known: Bools) -> Floats:
    """Mean total of the days of the same weekday that had any contact; (n_days,), 0 where there is none."""
    usual = np.zeros(7)
    for w in range(7):
        some = total[(weekday == w) & known & (total > 0)]
        usual[w] = some.mean() if some.size else 0.0
    return usual[weekday]


def next_open_days(first: int, calendar: OpenCalendar, *, interval_s: int, n_days: int) -> Ints:
    """The next `n_days` local days with an open slot, at most a year ahead (a queue may be closed for good)."""
    days = np.arange(first, first + min(370, 3 * n_days + 21))
    return days[open_days(days, calendar, interval_s).any(axis=1)][:n_days]


def _closures(day: Ints, ahead: Ints, calendar: OpenCalendar, *, silent: Bools, usable: Bools) -> Ints:
    """Every day from the first known to the last ahead, and whether a normally open queue was closed; (2, n)."""
    first = int(day[0]) if len(day) else int(ahead[0]) if len(ahead) else 0
    last = int(ahead[-1]) if len(ahead) else int(day[-1]) if len(day) else 0
    days = np.arange(first, last + 1)
    weekly = np.array([bool(spans) for spans in calendar.opening.spans])[(days + 3) % 7]
    taught = np.zeros(7, dtype=bool)
    np.logical_or.at(taught, (day[usable] + 3) % 7, True)
    by_calendar = calendar.closed_days(pd.DatetimeIndex((days * DAY_S).astype("datetime64[s]")))
    closed = weekly & by_calendar
    closed[: len(day)] |= weekly[: len(day)] & silent
    closed &= taught[(days + 3) % 7]
    return np.stack([days, closed.astype(np.int64)])


def _follows(days: Ints, closures: Ints) -> Bools:
    """Whether a short run of closures lies between each day and the usable one before it; (n_days,)."""
    at, closed = closures
    before = np.concatenate([[0], np.cumsum(closed)])
    since = np.concatenate([days[:1], days[:-1] + 1])
    start = at[0] if len(at) else 0
    between = before[days - start] - before[np.maximum(since - start, 0)] if len(days) else np.empty(0)
    return np.asarray((between > 0) & (between <= _LONGEST_CLOSURE))
