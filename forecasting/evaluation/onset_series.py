"""The watch over short series of counts that have no forecast: windows of a day or two around outages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from forecasting.evaluation.onset_backtest import COLUMNS, OnsetScore, onset_score
from forecasting.surge.library.surges import Surge, trimmed_baseline
from forecasting.surge.onset import Watch, calibrate_on, watch_day
from forecasting.volume.days import Floats
from forecasting.volume.past_days import PastDays

INTERVAL_S = 900
_PER_WEEK = 7 * 96


def flat_expected(counts: Floats) -> Floats:
    """What a centre without any history would expect of each interval: the level before it, and nothing later."""
    return np.array([trimmed_baseline(counts[:at]) for at in range(len(counts))])


def watch_of(rate_per_week: float, *, n_slots: int) -> Watch:
    """A watch set by chance alone, with an assumed spread."""
    nothing = PastDays(np.zeros(0, dtype=np.int64), np.zeros((0, n_slots)), np.zeros((0, n_slots)))
    return calibrate_on(nothing, rate_per_week=rate_per_week)


def watched_series(surges: Sequence[Surge], *, rate_per_week: float) -> tuple[pd.DataFrame, OnsetScore]:
    """Watch each series that surges are of, and judge the alarms by their onsets.

    Returns
    -------
    DataFrame
        `queue` (the outage's name) and the columns of the watch's dump; times in UTC.
    OnsetScore
        Over all series; an alarm within twelve hours after an onset of its own series belongs to it.
    """
    tables, scores = [], []
    for of_one in _by_series(surges):
        table = _alarms(of_one[0], rate_per_week=rate_per_week)
        onsets = [pd.Timestamp(surge.onset, tz="UTC") for surge in of_one]
        weeks = len(of_one[0].counts) / _PER_WEEK
        scores.append(onset_score(table, onsets, weeks=weeks, interval_s=INTERVAL_S))
        tables.append(table.assign(queue=of_one[0].key))
    delays = tuple(delay for score in scores for delay in score.delays_min)
    judged = OnsetScore(sum(score.false_alarms for score in scores), sum(score.weeks for score in scores), delays)
    return pd.concat(tables, ignore_index=True)[["queue", *COLUMNS]], judged


def _by_series(surges: Sequence[Surge]) -> Iterator[list[Surge]]:
    """Surges of one array of counts."""
    found: dict[int, list[Surge]] = {}
    for surge in surges:
        found.setdefault(id(surge.counts), []).append(surge)
    yield from found.values()


def _alarms(surge: Surge, *, rate_per_week: float) -> pd.DataFrame:
    watch = watch_of(rate_per_week, n_slots=len(surge.counts))
    start = pd.Timestamp(surge.onset, tz="UTC") - surge.start * pd.Timedelta(seconds=INTERVAL_S)
    alarms = watch_day(watch, flat_expected(surge.counts), surge.counts)

    def times(slots: Sequence[int | None]) -> pd.DatetimeIndex:
        seconds = pd.to_timedelta([np.nan if slot is None else slot * INTERVAL_S for slot in slots], unit="s")
        return pd.DatetimeIndex(start + seconds)

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
