"""The watch: has something begun that the day's forecast does not explain? Causal, at a chosen rate of false alarms.

At the end of each interval the counts of the last 1, 2, 4 and 8 intervals are compared with what was forecast before
the day began, by the log-likelihood ratio of negative binomial counts whose spread is the queue's own. A busy day is no
onset: the forecast is first raised by how far the day ran above it until an hour ago. The threshold comes from the
queue's own ordinary days: the greatest statistic of each day, its tail continued as an exponential, so that a rate of
one false alarm in many weeks needs no such many weeks. Chance alone sets the least threshold.

An alarm ends when an hour brings less than 1.3 times what is expected; until then the forecast stays as it was when it
began, or the watch would take the surge for a busy day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, xlogy

from forecasting.validation import require_positive
from forecasting.volume.days import Floats, Ints
from forecasting.volume.past_days import PastDays

WINDOWS = (1, 2, 4, 8)
MIN_EXCESS = 10.0
MIN_DAYS = 28
# Where a queue's own spread is not known yet: forecast errors of 45 % of the mean, one standard deviation.
ASSUMED_DISPERSION = 5.0
_OVER_BELOW, _OVER_AFTER = 1.3, 4
_LAG, _HALF_LIFE, _PRIOR, _MOST_RAISED = 4, 8.0, 10.0, 5.0
_TAIL_FROM, _CENSORED = 0.8, 1 / 12
_LEAST_EXPECTED = 0.05


@dataclass(frozen=True)
class Watch:
    """A watch set for one queue.

    Attributes
    ----------
    threshold : of the log-likelihood ratio
    dispersion : r of the negative binomial: variance = mean + mean² / r
    rate_per_week : false alarms that were asked for
    n_days : ordinary days it was set on; 0: by chance alone, with an assumed spread
    """

    threshold: float
    dispersion: float
    rate_per_week: float
    n_days: int


@dataclass(frozen=True)
class Alarm:
    """An onset as the watch saw it; all are slots of the day.

    Attributes
    ----------
    raised : the interval at whose end it was raised
    began : first interval of the window that raised it
    over : first interval after its end; None while it lasts
    observed, expected : contacts in that window
    """

    raised: int
    began: int
    over: int | None
    observed: float
    expected: float

    @property
    def times_normal(self) -> float:
        """Observed ÷ expected."""
        return self.observed / max(self.expected, _LEAST_EXPECTED)


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
        return Watch(least, ASSUMED_DISPERSION, rate_per_week, 0)
    expected = raised_by_the_day(past.expected, past.counts)
    dispersion = _dispersion(expected, past.counts)
    found = statistics(expected, past.counts, dispersion)
    greatest = np.where(found.excess >= MIN_EXCESS, found.ratio, 0.0).max(axis=1)
    by_days = _tail_threshold(greatest, exceeded=rate_per_week / max(days_per_week, 1e-9))
    return Watch(max(least, by_days), dispersion, rate_per_week, past.n_days)


def chance_threshold(share: float) -> float:
    """Log-likelihood ratio that chance exceeds in one of four windows in a `share` of intervals (Wilks, one-sided)."""
    return float(ndtri(min(share / len(WINDOWS), 0.5))) ** 2 / 2


def _tail_threshold(greatest: Floats, *, exceeded: float) -> float:
    """What an `exceeded` share of days surpasses: their quantile, continued as an exponential over the upper fifth.

    The greatest of those days count only as greater than the rest: they may hold an outage that nobody entered.
    """
    tail = 1.0 - _TAIL_FROM
    if exceeded >= tail:
        return float(np.quantile(greatest, max(1.0 - exceeded, 0.0)))
    start = float(np.quantile(greatest, _TAIL_FROM))
    above = np.sort(greatest[greatest > start] - start)
    kept = above[: len(above) - int(np.ceil(_CENSORED * len(above)))]
    if not kept.size:
        return start
    scale = (kept.sum() + (len(above) - len(kept)) * kept[-1]) / len(kept)
    return start + float(scale * np.log(tail / exceeded))


def _dispersion(expected: Floats, counts: Floats) -> float:
    """r by moments; squared errors beyond 4 standard deviations of chance are pulled in."""
    known = np.isfinite(counts) & (expected > 0)
    mean, count = expected[known], counts[known]
    square = np.minimum((count - mean) ** 2 / mean, 16.0)
    inverse = float((mean * (square - 1.0)).sum()) / max(float((mean**2).sum()), 1e-12)
    return 1.0 / float(np.clip(inverse, 1e-4, 1e4))


def raised_by_the_day(expected: Floats, counts: Floats) -> Floats:
    """The forecast raised by how far the day ran above it until an hour ago, shrunk by ten contacts; (n_days, n_slots).

    It is never lowered: after a quiet morning an ordinary noon is no onset.
    """
    known = np.isfinite(counts)
    came, wanted = np.where(known, counts, 0.0), np.where(known, expected, 0.0)
    decay = 0.5 ** (1 / _HALF_LIFE)
    total, normal = np.zeros(len(counts)), np.zeros(len(counts))
    out = expected.copy()
    for slot in range(_LAG + 1, counts.shape[1]):
        total = total * decay + came[:, slot - _LAG - 1]
        normal = normal * decay + wanted[:, slot - _LAG - 1]
        out[:, slot] *= np.clip((total + _PRIOR) / (normal + _PRIOR), 1.0, _MOST_RAISED)
    return out


@dataclass(frozen=True)
class Statistics:
    """At each interval's end: the greatest ratio over the windows, its window and contacts; all (n_days, n_slots)."""

    ratio: Floats
    window: Ints
    observed: Floats
    expected: Floats

    @property
    def excess(self) -> Floats:
        """Contacts above expectation."""
        return np.asarray(self.observed - self.expected)


def statistics(expected: Floats, counts: Floats, dispersion: Floats | float) -> Statistics:
    """Scan days; unknown intervals count for nothing. `dispersion` is one number or a column with one for each row."""
    known = np.isfinite(counts)
    came = np.cumsum(np.where(known, counts, 0.0), axis=1)
    wanted = np.cumsum(np.where(known, expected, 0.0), axis=1)
    best = Statistics(*(np.zeros(counts.shape, dtype=kind) for kind in (float, np.int64, float, float)))
    for window in WINDOWS:
        observed, normal = _windowed(came, window), np.maximum(_windowed(wanted, window), _LEAST_EXPECTED)
        both = (observed + dispersion) / (normal + dispersion)
        ratio = xlogy(observed, observed / normal) - (observed + dispersion) * np.log(both)
        better = (observed > normal) & (ratio > best.ratio)
        best = Statistics(
            ratio=np.where(better, ratio, best.ratio),
            window=np.where(better, window, best.window),
            observed=np.where(better, observed, best.observed),
            expected=np.where(better, normal, best.expected),
        )
    return best


def _windowed(total: Floats, window: int) -> Floats:
    out = total.copy()
    out[:, window:] -= total[:, :-window]
    return out


def hits(found: Statistics, threshold: Floats | float) -> np.ndarray:
    """Where a day would raise the watch: above the threshold, and at least ten contacts above expectation."""
    return np.asarray((found.ratio > threshold) & (found.excess >= MIN_EXCESS))


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
        found = statistics(normal, seen[None], watch.dispersion)
        raised = np.flatnonzero(hits(found, watch.threshold)[0, :last])
        raised = raised[raised >= after]
        if not raised.size:
            return alarms
        alarm = _alarm(found, int(raised[0]), factor=_factor(normal[0], expected), expected=expected, counts=counts)
        alarms.append(alarm)
        if alarm.over is None:
            return alarms
        after = alarm.over
        seen[alarm.began : after] = np.nan


def _factor(normal: Floats, expected: Floats) -> Floats:
    return np.where(expected > 0, normal / np.maximum(expected, 1e-12), 1.0)


def _alarm(found: Statistics, raised: int, *, factor: Floats, expected: Floats, counts: Floats) -> Alarm:
    began = max(raised - int(found.window[0, raised]) + 1, 0)
    frozen = expected * factor[began]
    return Alarm(
        raised=raised,
        began=began,
        over=_over(frozen, counts, after=raised + 1),
        observed=float(found.observed[0, raised]),
        expected=float(found.expected[0, raised]),
    )


def _over(frozen: Floats, counts: Floats, *, after: int) -> int | None:
    """The first slot after an hour, all of it past `after`, that brought less than 1.3 times what was expected."""
    known = np.flatnonzero(np.isfinite(counts))
    known = known[known >= after]
    for end in range(_OVER_AFTER, len(known) + 1):
        hour = known[end - _OVER_AFTER : end]
        if counts[hour].sum() < _OVER_BELOW * max(float(frozen[hour].sum()), _LEAST_EXPECTED):
            return int(hour[-1]) + 1
    return None
