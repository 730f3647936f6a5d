"""The onset watch judged: false alarms a week on ordinary days, delay to detection on onsets that are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from forecasting.intervals import DAY_S
from forecasting.surge.onset import Alarm, Watch, calibrate_on, watch_day
from forecasting.volume import OpenCalendar
from forecasting.volume.past_days import N_DAYS, PastDays

#: How often a watch is set anew, as a centre's nightly run does.
SET_AGAIN_DAYS = 7
#: An alarm raised within this time of an onset belongs to it; any other is false.
BELONGS_WITHIN = timedelta(hours=12)
COLUMNS: tuple[str, ...] = ("began", "raised_at", "over_at", "observed", "expected", "times_normal", "threshold")


def watched_days(
    past: PastDays, calendar: OpenCalendar, *, interval_s: int, rate_per_week: float, first: int
) -> pd.DataFrame:
    """Watch day after day, from row `first` on, each by a watch set on the 120 days before its week.

    Parameters
    ----------
    past : PastDays
        All days, each with the forecast made before it began.
    first : int
        The first day watched.

    Returns
    -------
    DataFrame
        `COLUMNS`; times in UTC, `raised_at` is the end of the interval that raised the alarm, `over_at` NaT where the
        alarm lasted to the end of its day.
    """
    found: list[pd.DataFrame] = []
    watch: Watch | None = None
    for row in range(first, past.n_days):
        if watch is None or (row - first) % SET_AGAIN_DAYS == 0:
            watch = watch_before(past, row, rate_per_week=rate_per_week)
        alarms = watch_day(watch, past.expected[row], past.counts[row])
        if alarms:
            day = int(past.day[row])
            found.append(_table(alarms, watch, day=day, calendar=calendar, interval_s=interval_s))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=list(COLUMNS))


def watch_before(past: PastDays, row: int, *, rate_per_week: float) -> Watch:
    """The watch as it would have been set before a day, on the 120 days that precede it and on nothing else."""
    start = max(row - N_DAYS, 0)
    known = PastDays(past.day[start:row], past.expected[start:row], past.counts[start:row])
    return calibrate_on(known, rate_per_week=rate_per_week)


def joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Alarms of several queues as a person is asked about them: those raised while one lasts are one proposal."""
    told = [table for table in tables if len(table)]
    every = pd.concat(told) if told else pd.DataFrame(columns=list(COLUMNS))
    every = every.sort_values("raised_at", kind="stable").reset_index(drop=True)
    raised, over = (
        pd.DatetimeIndex(pd.to_datetime(every[n], utc=True)).as_unit("us") for n in ("raised_at", "over_at")
    )
    longest = (raised + BELONGS_WITHIN).as_unit("us")
    ends = np.minimum(over.where(over.notna(), longest).asi8, longest.asi8)
    until = np.maximum.accumulate(np.concatenate([[np.iinfo(np.int64).min], ends]))[: len(every)]
    return every[raised.asi8 >= until].reset_index(drop=True)


def days_per_week(day: np.ndarray) -> float:
    """Days of the week that occur at all, from the days a queue was open."""
    return float(len(np.unique((day + 3) % 7)))


def _table(alarms: Sequence[Alarm], watch: Watch, *, day: int, calendar: OpenCalendar, interval_s: int) -> pd.DataFrame:
    def times(slots: Sequence[int | None]) -> pd.DatetimeIndex:
        seconds = [np.nan if slot is None else float(day * DAY_S + slot * interval_s) for slot in slots]
        wall = pd.DatetimeIndex(pd.to_datetime(seconds, unit="s")).as_unit("us")
        local = wall.tz_localize(calendar.timezone, ambiguous=np.ones(len(wall), bool), nonexistent="shift_forward")
        return local.tz_convert("UTC")

    return pd.DataFrame(
        {
            "began": times([alarm.began for alarm in alarms]),
            "raised_at": times([alarm.raised + 1 for alarm in alarms]),
            "over_at": times([alarm.over for alarm in alarms]),
            "observed": [alarm.observed for alarm in alarms],
            "expected": [alarm.expected for alarm in alarms],
            "times_normal": [alarm.times_normal for alarm in alarms],
            "threshold": watch.threshold,
        }
    )


@dataclass(frozen=True)
class OnsetScore:
    """Alarms that belong to no onset, a week; share of onsets found, and the median delay of those [min].

    `delays_min` holds one delay for each onset, NaN where it was not found.
    """

    false_alarms: int
    weeks: float
    delays_min: tuple[float, ...]

    @property
    def false_per_week(self) -> float:
        """False alarms a week."""
        return self.false_alarms / self.weeks if self.weeks else float("nan")

    @property
    def found(self) -> float:
        """Share of onsets found."""
        return float(np.isfinite(self.delays_min).mean()) if self.delays_min else float("nan")

    @property
    def median_delay_min(self) -> float:
        """Median delay of the onsets that were found."""
        known = [delay for delay in self.delays_min if np.isfinite(delay)]
        return float(np.median(known)) if known else float("nan")


def onset_score(alarms: pd.DataFrame, onsets: Sequence[datetime], *, weeks: float, interval_s: int) -> OnsetScore:
    """Judge alarms against known onsets; an interval in which an onset lies may raise the watch for it.

    An onset during an alarm that was raised before it and still lasts is found after 0 minutes: the board says so.
    """
    raised, over = (pd.DatetimeIndex(pd.to_datetime(alarms[name], utc=True)) for name in ("raised_at", "over_at"))
    belongs = np.zeros(len(raised), dtype=bool)
    delays, longest_min = [], (BELONGS_WITHIN.total_seconds() + interval_s) / 60
    for onset in onsets:
        minutes = np.asarray((raised - pd.Timestamp(onset)).total_seconds(), dtype=np.float64) / 60
        lasts = (minutes <= 0) & (minutes > -longest_min) & ~np.asarray(over <= pd.Timestamp(onset))
        own = (minutes > 0) & (minutes <= longest_min)
        belongs |= own
        found = 0.0 if lasts.any() else float(minutes[own].min()) if own.any() else float("nan")
        delays.append(found)
    return OnsetScore(int((~belongs).sum()), weeks, tuple(delays))
