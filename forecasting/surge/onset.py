"""The watch: has something begun that the day's forecast does not explain? Causal, at a chosen rate of false alarms.

At the end of each interval the counts of the last 1, 2, 4 and 8 intervals are compared with what was forecast before
the day began (`onset_score`). A busy day is no onset: the forecast is first raised by how far the day ran above it
until an hour ago. The threshold comes from the queue's own ordinary days (`onset_tail`), so that a rate of one false
alarm in many weeks needs no such many weeks. Chance alone sets the least threshold.

An alarm ends when an hour brings less than 1.3 times what is expected, or less than half of what raised it; until then
the forecast stays as it was when it began, or the watch would take the surge for a busy day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecasting.surge.onset_score import LEAST_EXPECTED, WINDOWS, Scores, hits, raised_by_the_day, scores, spread_of
from forecasting.surge.onset_tail import chance_threshold, tail_threshold
from forecasting.validation import require_positive
from forecasting.volume.days import Floats
from forecasting.volume.past_days import PastDays

MIN_DAYS = 28
_OVER_BELOW, _OVER_AFTER = 1.3, 4
_LOOKED_BACK = 16


@dataclass(frozen=True, eq=False)
class Watch:
    """A watch set for one queue, or for several together.

    Attributes
    ----------
    threshold : of the score
    spread : (n_windows, n_slots) how far contacts usually stray, in units of chance; NaN where it is assumed
    rate_per_week : false alarms that were asked for
    n_days : ordinary days it was set on; 0: by chance alone, with an assumed spread
    """

    threshold: float
    spread: Floats
    rate_per_week: float
    n_days: int

    def to_json(self) -> dict[str, Any]:
        """As `from_json` reads it; the spread to four digits."""
        rows = None if not self.n_days else np.round(self.spread, 4).tolist()
        return {"threshold": self.threshold, "spread": rows, "rate_per_week": self.rate_per_week, "n_days": self.n_days}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], *, n_slots: int) -> Watch:
        """What `to_json` made."""
        rows = stored["spread"]
        spread = np.full((len(WINDOWS), n_slots), np.nan) if rows is None else np.asarray(rows, dtype=float)
        return cls(stored["threshold"], spread, stored["rate_per_week"], stored["n_days"])


@dataclass(frozen=True)
class Alarm:
    """An onset as the watch saw it; all are slots of the day.

    Attributes
    ----------
    raised : the interval at whose end it was raised
    began : where the contacts left what was expected, at most four hours of intervals before
    over : first interval after its end; None while it lasts
    observed, expected : contacts in the window that raised it
    """

    raised: int
    began: int
    over: int | None
    observed: float
    expected: float

    @property
    def times_normal(self) -> float:
        """Observed ÷ expected."""
        return self.observed / max(self.expected, LEAST_EXPECTED)


def calibrate(past: PastDays, *, rate_per_week: float, days_per_week: float, intervals_per_day: float) -> Watch:
    """Set a watch so that ordinary days raise it `rate_per_week` times a week.

    Parameters
    ----------
    past : PastDays
        Ordinary days beside their forecasts, outages left out. With fewer than 28 the threshold is set by chance alone
        and the spread is assumed.
    days_per_week, intervals_per_day : float
        How much is watched.

    Raises
    ------
    ValueError
        If `rate_per_week` is not above 0.
    """
    require_positive("rate_per_week", rate_per_week)
    least = chance_threshold(rate_per_week / max(days_per_week * intervals_per_day, 1.0))
    if past.n_days < MIN_DAYS:
        return Watch(least, np.full((len(WINDOWS), past.counts.shape[1]), np.nan), rate_per_week, 0)
    expected = raised_by_the_day(past.expected, past.counts)
    spread = spread_of(expected, past.counts)
    greatest = scores(expected, past.counts, spread).score.max(axis=1)
    by_days = tail_threshold(greatest, exceeded=rate_per_week / max(days_per_week, 1e-9))
    return Watch(max(least, by_days), spread, rate_per_week, past.n_days)


def calibrate_on(past: PastDays, *, rate_per_week: float) -> Watch:
    """`calibrate`, with how much is watched read off the past days themselves."""
    weekdays = len(np.unique((past.day + 3) % 7))
    ever = int(np.isfinite(past.counts).any(axis=0).sum()) if past.n_days else past.counts.shape[1]
    return calibrate(
        past, rate_per_week=rate_per_week, days_per_week=float(weekdays or 7), intervals_per_day=float(max(ever, 1))
    )


def watch_day(watch: Watch, expected: Floats, counts: Floats) -> list[Alarm]:
    """The alarms of one day, in order; the last may still last.

    Parameters
    ----------
    expected, counts : (n_slots,)
        Forecast made before the day began, and what came; NaN where closed, unknown or still to come.
    """
    seen = counts.astype(float).copy()
    last = int(np.flatnonzero(np.isfinite(seen))[-1]) + 1 if np.isfinite(seen).any() else 0
    alarms: list[Alarm] = []
    after = 0
    while True:
        normal = raised_by_the_day(expected[None], seen[None])
        found = scores(normal, seen[None], watch.spread)
        raised = np.flatnonzero(hits(found, watch.threshold)[0, :last])
        raised = raised[raised >= after]
        if not raised.size:
            return alarms
        alarm = _alarm(found, int(raised[0]), normal=normal[0], expected=expected, counts=seen, after=after)
        alarms.append(alarm)
        if alarm.over is None:
            return alarms
        after = alarm.over
        # Its counts teach nothing of the day, but for those of the hour that ended it.
        seen[alarm.began : max(after - _OVER_AFTER, alarm.raised + 1)] = np.nan


def _alarm(found: Scores, raised: int, *, normal: Floats, expected: Floats, counts: Floats, after: int) -> Alarm:
    observed, wanted = float(found.observed[0, raised]), float(found.expected[0, raised])
    times = observed / max(wanted, LEAST_EXPECTED)
    began = _change(normal, counts, raised=raised, times=times, after=after)
    factor = normal[began] / expected[began] if expected[began] > 0 else 1.0
    over = _over(expected * factor, counts, after=raised + 1, below=min(_OVER_BELOW, (1.0 + times) / 2))
    return Alarm(raised, began, over, observed, wanted)


def _change(normal: Floats, counts: Floats, *, raised: int, times: float, after: int) -> int:
    """Where the contacts most likely left what was expected for half of what they have now (cumulative sum)."""
    first = max(raised - _LOOKED_BACK + 1, after, 0)
    above = np.nan_to_num(counts[first : raised + 1] - (1.0 + times) / 2 * normal[first : raised + 1])
    sums = np.cumsum(above[::-1])
    return raised - int(np.argmax(sums))


def _over(frozen: Floats, counts: Floats, *, after: int, below: float) -> int | None:
    """The first slot after an hour, all of it past `after`, that brought less than `below` times what was expected."""
    known = np.flatnonzero(np.isfinite(counts))
    known = known[known >= after]
    for end in range(_OVER_AFTER, len(known) + 1):
        hour = known[end - _OVER_AFTER : end]
        if counts[hour].sum() < below * max(float(frozen[hour].sum()), LEAST_EXPECTED):
            return int(hour[-1]) + 1
    return None
