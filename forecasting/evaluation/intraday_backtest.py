"""How much an update inside the day is worth: against no update, and against scaling by actual ÷ expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from forecasting.evaluation.backtest import COLUMNS, LEVELS
from forecasting.evaluation.point import bias, wape
from forecasting.evaluation.probabilistic import coverage, pinball
from forecasting.volume import OpenCalendar, VolumeForecaster
from forecasting.volume.days import Floats, Ints, build_grid, build_table, day_and_slot
from forecasting.volume.intraday import update_day
from forecasting.volume.past_days import PastDays
from forecasting.volume.recent_weekdays import recent_means

#: What is dumped of each interval; `SCALED` beside it, for the scores.
DUMPED: tuple[str, ...] = ("day", "at", "interval_start", "mean_before", *COLUMNS, "mean", "actual")
SCALED: tuple[str, ...] = ("scaling", "usual_scaling")


def backtest_day(
    past: pd.Series,
    today: pd.Series,
    calendar: OpenCalendar,
    *,
    interval_s: int,
    forecaster: VolumeForecaster,
    at: Sequence[timedelta],
) -> pd.DataFrame:
    """Forecast one day before it begins, and what is left of it again at each time of day.

    Parameters
    ----------
    past : Series
        Counts before the day's local midnight.
    today : Series
        Counts of the day; a forecast made at a time uses those of intervals that are over by then.
    at : sequence of timedelta
        Local times of day.

    Returns
    -------
    DataFrame
        `DUMPED` and `SCALED`: one row for each time and each open interval with a known count that begins no earlier.
        `scaling` is the morning's forecast times actual ÷ expected so far, `usual_scaling` the mean of the last four
        same weekdays scaled alike.
    """
    index = pd.DatetimeIndex(today.index)
    index = index[calendar.open_mask(index, interval_s=interval_s) & today.notna().to_numpy()]
    if not len(index):
        return pd.DataFrame(columns=[*DUMPED, *SCALED])
    fitted = forecaster.fit(past, calendar, interval_s=interval_s)
    mean, quantiles = fitted.predict_all(index, LEVELS)
    day, slot = day_and_slot(index, calendar, interval_s)
    known = _Day(
        index=index,
        slot=slot,
        actual=today[index].to_numpy(dtype=float),
        counts=build_grid(today[index], calendar, interval_s).counts[0],
        before=mean.to_numpy(dtype=float),
        quantiles=quantiles.to_numpy(dtype=float),
        usual=_usual(fitted, slot),
    )
    ahead = fitted.day_ahead()
    expected = ahead[1] if ahead and ahead[0] == day[0] else None
    before = fitted.past_days()
    frames = [_at(known, time, interval_s=interval_s, past=before, expected=expected) for time in at]
    result = pd.concat(frames, ignore_index=True)
    result.insert(0, "day", str(calendar.local(index[:1])[0].date()))
    return result


@dataclass(frozen=True)
class _Day:
    """One day's intervals: where they lie, what came, and what was said of them; each (n,) or (n, n_levels)."""

    index: pd.DatetimeIndex
    slot: Ints
    actual: Floats
    counts: Floats  # by slot
    before: Floats
    quantiles: Floats
    usual: Floats


def _usual(fitted: VolumeForecaster, slot: Ints) -> Floats:
    table = build_table(fitted.grid_, fitted.calendar_, interval_s=fitted.interval_s_, n_ahead=1)
    if not table.n_past:
        return np.full(len(slot), np.nan)
    return np.asarray(recent_means(table, 1, n_recent=4)[0][slot])


def _at(day: _Day, time: timedelta, *, interval_s: int, past: PastDays, expected: Floats | None) -> pd.DataFrame:
    seconds = int(time.total_seconds())
    over, first = seconds // interval_s, -(-seconds // interval_s)
    rows, so_far = day.slot >= first, day.slot < over
    mean, quantiles = day.before[rows], day.quantiles[rows]
    made = None
    if expected is not None:
        made = update_day(past, expected, day.counts, first=first, used=over, levels=LEVELS)
    if made is not None:
        ahead = day.slot[rows] - first
        mean, quantiles = made.mean[ahead], made.quantiles[ahead]
    frame = pd.DataFrame(quantiles, columns=list(COLUMNS)).assign(
        mean=mean,
        actual=day.actual[rows],
        scaling=day.before[rows] * _factor(day.actual[so_far], day.before[so_far]),
        usual_scaling=day.usual[rows] * _factor(day.actual[so_far], day.usual[so_far]),
    )
    clock = f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
    frame.insert(0, "at", clock)
    frame.insert(1, "interval_start", day.index[rows])
    frame.insert(2, "mean_before", day.before[rows])
    return frame


def _factor(actual: Floats, expected: Floats) -> float:
    """Actual ÷ expected so far; 1 where nothing was expected or nothing is known."""
    total = float(expected.sum())
    return float(actual.sum()) / total if total > 0 else 1.0


@dataclass(frozen=True)
class IntradayScore:
    """WAPE of the rest of the day by the update and by its peers; the update's pinball loss, 80 % coverage and bias."""

    wape: float
    wape_before: float
    wape_scaling: float
    wape_usual_scaling: float
    pinball: float
    coverage_80: float
    bias: float
    n_intervals: int


def intraday_score(rows: pd.DataFrame) -> IntradayScore:
    """Judge the rows of `backtest_day`; NaN peers (no history at all) are left out of their own score."""
    columns = {name: rows[name].to_numpy(dtype=float) for name in ("actual", "mean", "mean_before", *SCALED)}
    actual, quantiles = columns["actual"], rows[list(COLUMNS)].to_numpy(dtype=float)
    return IntradayScore(
        wape=wape(actual, columns["mean"]),
        wape_before=wape(actual, columns["mean_before"]),
        wape_scaling=wape(actual, columns["scaling"]),
        wape_usual_scaling=wape(actual, columns["usual_scaling"]),
        pinball=float(np.nanmean(pinball(actual, quantiles, LEVELS))),
        coverage_80=coverage(actual, quantiles[:, LEVELS.index(0.1)], quantiles[:, LEVELS.index(0.9)]),
        bias=bias(actual, columns["mean"]),
        n_intervals=len(rows),
    )
