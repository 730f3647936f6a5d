"""Measures the watch on contacts: false alarms on ordinary months, and how soon it sees real surges laid over them.

Each queue is watched from its thirteenth week on, set anew every week on the 120 days before. The 59 shipped surges
lend their shape, scaled so that their peak is 1, 3, 10 or 30 times the queue's mean interval above normal, and begin at
random open intervals. Peers: so many standard deviations above the forecast, twice the forecast, and standard
deviations at the number that gives the watch's own rate. All need ten contacts above expectation.

Run from the checkout: `python -m tests.bench.bench_onset`. Needs the folder `shared` beside it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from forecasting.evaluation.onset_backtest import days_per_week, watch_before
from forecasting.intervals import OpeningHours
from forecasting.surge.library.shipped import shipped_surges
from forecasting.surge.onset import (
    MIN_EXCESS,
    _tail_threshold,
    hits,
    raised_by_the_day,
    statistics,
    watch_day,
)
from forecasting.volume import OpenCalendar, complete, make_forecaster
from forecasting.volume.days import Floats
from forecasting.volume.past_days import PastDays
from tests.bench.bench_volume import DATA

RATE, FIRST, SIZES, DRAWS, WITHIN = 0.1, 84, (1, 3, 10, 30), 2, 16
OFFICE, ALWAYS = OpenCalendar(OpeningHours.parse("Mon-Fri 07:00-21:00")), OpenCalendar()
CASES = (
    ("bank, 15 min", "bank_calls_2003_mar_aug", None, 900, OFFICE),
    ("anonymous bank, 30 min", "anonymous_bank_1999_jan_sep", None, 1800, ALWAYS),
    ("911 EMS, 15 min", "montgomery911_15min", "EMS", 900, ALWAYS),
    ("911 Traffic, 15 min", "montgomery911_15min", "Traffic", 900, ALWAYS),
    ("911 Fire, 15 min", "montgomery911_15min", "Fire", 900, ALWAYS),
)

# (past, expected, counts) of one day → first slot at whose end it is raised
Rule = Callable[[PastDays, int], Callable[[Floats, Floats], int | None]]


def own(past: PastDays, row: int) -> Callable[[Floats, Floats], int | None]:
    """The watch itself."""
    watch = watch_before(past, row, rate_per_week=RATE)

    def first(expected: Floats, counts: Floats) -> int | None:
        alarms = watch_day(watch, expected, counts)
        return alarms[0].raised if alarms else None

    return first


def sigmas(k: float | None) -> Rule:
    """k standard deviations of past errors of the time of day and its neighbours; None: as many as give the rate."""

    def rule(past: PastDays, row: int) -> Callable[[Floats, Floats], int | None]:
        known = slice(max(row - 120, 0), row)
        errors = past.counts[known] - past.expected[known]
        spread = np.sqrt(pd.Series(np.nanmean(errors**2, axis=0)).rolling(5, center=True, min_periods=1).mean())
        spread = np.maximum(np.nan_to_num(spread.to_numpy(), nan=1.0), 0.5)
        greatest = np.nanmax(np.where(errors >= MIN_EXCESS, errors / spread, 0.0), axis=1)
        limit = k or _tail_threshold(greatest, exceeded=RATE / days_per_week(past.day))
        return lambda expected, counts: _first(counts - expected, at_least=limit * spread)

    return rule


def twice(past: PastDays, row: int) -> Callable[[Floats, Floats], int | None]:
    """Twice the forecast."""
    return lambda expected, counts: _first(counts - expected, at_least=expected)


def _first(excess: Floats, *, at_least: Floats) -> int | None:
    found = np.flatnonzero((excess >= at_least) & (excess >= MIN_EXCESS))
    return int(found[0]) if found.size else None


RULES: dict[str, Rule] = {
    "watch": own,
    "3 sigma": sigmas(3.0),
    "sigmas at the rate": sigmas(None),
    "ratio 2": twice,
}


@dataclass
class Tally:
    """False alarm days, and delays of the surges of each size in intervals (NaN: not seen within four hours)."""

    false_days: int = 0
    days: int = 0
    delays: dict[int, list[float]] = field(default_factory=lambda: {size: [] for size in SIZES})


def past_of(file: str, queue: str | None, interval_s: int, calendar: OpenCalendar) -> PastDays:
    """Every day of a file beside its forecast of the day before."""
    table = pd.read_csv(DATA / f"{file}.csv.gz", parse_dates=["interval_start"])
    table = table if queue is None else table[table["queue"] == queue]
    start = table["interval_start"].dt.floor(pd.Timedelta(seconds=interval_s)).dt.tz_localize("UTC")
    summed = table["offered"].astype(float).groupby(start).sum().rename_axis("interval_start")
    end = summed.index[-1] + pd.Timedelta(seconds=interval_s)
    history = complete(summed, calendar, interval_s=interval_s, end=end)
    return make_forecaster("two_way_svd").fit(history, calendar, interval_s=interval_s).past_days(10_000)


def judge(past: PastDays, rule: Rule, *, interval_s: int, seed: int = 0) -> Tally:
    """Watch every day as it was, and again with surges laid over it."""
    shapes, rng, made = curves(interval_s), np.random.default_rng(seed), Tally()
    usual = float(np.nanmean(past.counts))
    for row in range(FIRST, past.n_days):
        if (row - FIRST) % 7 == 0:
            first = rule(past, row)
        expected, counts = past.expected[row], past.counts[row]
        made.days += 1
        raised = first(expected, counts)
        made.false_days += raised is not None
        open_slots = np.flatnonzero(np.isfinite(counts))[:-WITHIN]
        for size in SIZES:
            for _ in range(DRAWS):
                start, shape = int(rng.choice(open_slots)), shapes[rng.integers(len(shapes))]
                if raised is not None and raised < start:
                    continue
                surged, n = counts.copy(), min(len(shape), len(counts) - start)
                surged[start : start + n] += rng.poisson(shape[:n] * size * usual)
                seen = first(expected, surged)
                late = seen is None or seen >= start + WITHIN
                made.delays[size].append(np.nan if late else float(seen - start + 1))  # type: ignore[operator]
    return made


def curves(interval_s: int) -> list[Floats]:
    """Surges from their onset on, above their baseline, with a peak of 1."""
    step = interval_s // 900
    out = []
    for surge in shipped_surges():
        since = surge.counts[surge.start : surge.start + 32]
        above = np.maximum(since - surge.seen(1).baseline, 0.0)
        above = above[: len(above) // step * step].reshape(-1, step).mean(axis=1)
        out.append(above / above.max())
    return out


def speed() -> float:
    """Milliseconds to watch thirty queues of 96 intervals once."""
    rng = np.random.default_rng(1)
    expected = np.full((30, 96), 40.0)
    counts = rng.poisson(expected).astype(float)
    began = time.perf_counter()
    for _ in range(20):
        hits(statistics(raised_by_the_day(expected, counts), counts, np.full((30, 1), 50.0)), np.full((30, 1), 12.0))
    return (time.perf_counter() - began) * 50


def _found(size: int, delays_min: Floats) -> str:
    known = delays_min[np.isfinite(delays_min)]
    return f"x{size}: {len(known) / len(delays_min):4.0%} {np.median(known) if known.size else np.nan:4.0f} min"


def main() -> None:
    print(f"thirty queues watched once: {speed():.1f} ms")
    for title, file, queue, interval_s, calendar in CASES:
        past = past_of(file, queue, interval_s, calendar)
        for name, rule in RULES.items():
            made = judge(past, rule, interval_s=interval_s)
            weeks = made.days / days_per_week(past.day)
            parts = [_found(size, np.array(delays) * interval_s / 60) for size, delays in made.delays.items()]
            print(f"{title:24s} {name:20s} false {made.false_days / weeks:6.3f}/week  " + "  ".join(parts), flush=True)


if __name__ == "__main__":
    main()
