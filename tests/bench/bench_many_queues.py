"""Seconds to learn and forecast many queues: 100 queues, two years of quarter-hours, 14 days ahead.

python -m tests.bench.bench_many_queues [QUEUES]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pandas as pd

from forecasting.intervals import OpeningHours
from forecasting.volume import OpenCalendar, make_forecaster

GOAL_S = 30.0
YEARS = 2
CALENDAR = OpenCalendar(OpeningHours.parse("Mon-Sat 07:00-21:00"), "Europe/Berlin", "DE-NW")
START = pd.Timestamp("2024-11-25", tz="Europe/Berlin")
END = START + timedelta(days=365 * YEARS)

Run = Callable[[Callable[[int], int], Iterable[int]], Iterable[int]]


def counts(seed: int) -> pd.Series:
    """A queue's two years: a day's shape, a trend, a yearly swing and Poisson noise."""
    index = CALENDAR.open_index(START, END, 900)
    hour = index.tz_convert("Europe/Berlin").hour.to_numpy()
    day = (index - index[0]).days.to_numpy()
    shape = np.exp(-(((hour - 11) / 4.0) ** 2)) * (1 + 0.0003 * day + 0.1 * np.sin(day / 58.0))
    return pd.Series(np.random.default_rng(seed).poisson(40 * shape + 2).astype(float), index=index)


def forecast(seed: int) -> int:
    """Learn one queue and forecast it; the number of intervals forecast."""
    history = counts(seed)
    ahead = CALENDAR.open_index(END, END + timedelta(days=14), 900)
    forecaster = make_forecaster("two_way_svd").fit(history, CALENDAR, interval_s=900)
    return len(forecaster.predict_all(ahead, (0.1, 0.5, 0.9))[0])


def measure(title: str, run: Run, n_queues: int) -> None:
    """Print the seconds of one way to spread the queues."""
    began = time.perf_counter()
    made = sum(run(forecast, range(n_queues)))
    took = time.perf_counter() - began
    print(f"{n_queues} queues, {YEARS} years: {title:12s} {took:6.1f} s (goal {GOAL_S:.0f}), {made} intervals forecast")


def main() -> None:
    n_queues = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    measure("one thread", map, n_queues)
    with ThreadPoolExecutor(2) as threads:
        measure("two threads", threads.map, n_queues)
    with ProcessPoolExecutor(2) as processes:
        measure("two workers", processes.map, n_queues)


if __name__ == "__main__":
    main()
