"""Measures the ordinary-day forecasters: ratios to the mean of four weekdays on real counts, and seconds a fit.

Run from the checkout: `python tests/bench/bench_volume.py [MODEL,MODEL…]`. Needs the folder `shared` beside it.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.evaluation.backtest import COLUMNS, LEVELS, backtest, scores
from forecasting.evaluation.probabilistic import pinball
from forecasting.intervals import OpeningHours
from forecasting.volume import FORECASTERS, OpenCalendar, complete, make_forecaster

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
PEER = "recent_weekdays"
_DRAWS = 2_000


@dataclass(frozen=True)
class Case:
    """One data set, horizon and range of origins."""

    title: str
    file: str
    calendar: OpenCalendar
    interval_s: int
    origins: tuple[str, str, int]
    days: int


OFFICE = OpenCalendar(OpeningHours.parse("Mon-Fri 07:00-21:00"))
CASES = (
    Case("bank, 1 day", "bank_calls_2003_mar_aug", OFFICE, 1800, ("2003-07-01", "2003-08-15", 1), 1),
    Case("bank, 14 days", "bank_calls_2003_mar_aug", OFFICE, 1800, ("2003-06-02", "2003-08-15", 3), 14),
    Case(
        "anonymous bank, 1 day", "anonymous_bank_1999_jan_sep", OpenCalendar(), 1800, ("1999-05-01", "1999-09-29", 2), 1
    ),
    Case(
        "anonymous bank, 14 days",
        "anonymous_bank_1999_jan_sep",
        OpenCalendar(),
        1800,
        ("1999-05-01", "1999-09-15", 7),
        14,
    ),
    Case("911 hourly, 1 day", "montgomery911_15min", OpenCalendar(), 3600, ("2016-03-01", "2016-08-20", 3), 1),
)


def counts(case: Case) -> pd.Series:
    """All queues of the file together, on the case's interval."""
    table = pd.read_csv(DATA / f"{case.file}.csv.gz", parse_dates=["interval_start"])
    start = table["interval_start"].dt.floor(pd.Timedelta(seconds=case.interval_s)).dt.tz_localize("UTC")
    summed = table["offered"].astype(float).groupby(start).sum().rename_axis("interval_start")
    end = summed.index[-1] + pd.Timedelta(seconds=case.interval_s)
    return complete(summed, case.calendar, interval_s=case.interval_s, end=end)


def interval_of_ratio(result: pd.DataFrame, model: str) -> tuple[float, float]:
    """95 % bootstrap interval of the ratio of pinball losses, drawn by origin."""
    actual = result["actual"].to_numpy(dtype=float)
    loss = pinball(actual, result[list(COLUMNS)].to_numpy(dtype=float), LEVELS)
    by_origin = pd.Series(loss).groupby([result["model"].to_numpy(), result["origin"].to_numpy()]).sum().unstack(0)
    rows = np.random.default_rng(0).integers(0, len(by_origin), size=(_DRAWS, len(by_origin)))
    ratios = by_origin[model].to_numpy()[rows].sum(axis=1) / by_origin[PEER].to_numpy()[rows].sum(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def judge(case: Case, models: list[str]) -> None:
    """Print one line a model."""
    first, last, every = case.origins
    result = backtest(
        counts(case),
        case.calendar,
        interval_s=case.interval_s,
        forecasters={name: FORECASTERS[name] for name in (PEER, *models)},
        origins=list(pd.date_range(first, last, freq=f"{every}D", tz="UTC")),
        horizon=timedelta(days=case.days),
    )
    judged = scores(result)
    for name, score in judged.items():
        low, high = interval_of_ratio(result, name)
        ratio = score.pinball / judged[PEER].pinball
        print(
            f"{case.title:24s} {name:16s} ratio {ratio:.3f} [{low:.3f}, {high:.3f}]  WAPE {100 * score.wape:5.2f} %  "
            f"80 % covers {100 * score.coverage_80:.1f} %",
            flush=True,
        )


def speed(models: list[str]) -> None:
    """Seconds for six queues of 26 weeks of quarter-hours, fitted and forecast 14 days ahead."""
    calendar = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-20:00; Sat 09:00-14:00"), "Europe/Berlin", "DE-NW")
    start = pd.Timestamp("2026-01-05", tz="Europe/Berlin")
    past = calendar.open_index(start, start + timedelta(weeks=26), 900)
    ahead = calendar.open_index(start + timedelta(weeks=26), start + timedelta(weeks=28), 900)
    for name in (PEER, *models):
        began = time.perf_counter()
        for seed in range(6):
            history = pd.Series(np.random.default_rng(seed).poisson(50.0, len(past)).astype(float), index=past)
            make_forecaster(name).fit(history, calendar, interval_s=900).predict_all(ahead, (0.1, 0.5, 0.9))
        print(
            f"six queues, 26 weeks of 15 min, 14 days ahead: {name:16s} {time.perf_counter() - began:.2f} s", flush=True
        )


if __name__ == "__main__":
    asked = sys.argv[1].split(",") if len(sys.argv) > 1 else ["seasonal_naive", "two_way", "svd", "two_way_svd"]
    speed(asked)
    for each in CASES:
        judge(each, asked)
