"""The learned forecasters on real counts: better than the mean of the last four weekdays, with bands that hold."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from forecasting.evaluation.backtest import Score, backtest, scores
from forecasting.intervals import OpeningHours
from forecasting.volume import FORECASTERS, OpenCalendar, complete

MODELS = {name: FORECASTERS[name] for name in ("recent_weekdays", "two_way", "two_way_svd")}


def judge(
    path: Path, calendar: OpenCalendar, *, interval_s: int, first: str, last: str, every: int, days: int
) -> dict[str, Score]:
    counts = pd.read_csv(path, parse_dates=["interval_start"])
    start = counts["interval_start"].dt.floor(pd.Timedelta(seconds=interval_s)).dt.tz_localize("UTC")
    summed = counts["offered"].astype(float).groupby(start).sum().rename_axis("interval_start")
    end = summed.index[-1] + pd.Timedelta(seconds=interval_s)
    history = complete(summed, calendar, interval_s=interval_s, end=end)
    origins = list(pd.date_range(first, last, freq=f"{every}D", tz="UTC"))
    result = backtest(
        history,
        calendar,
        interval_s=interval_s,
        forecasters=MODELS,
        origins=origins,
        horizon=timedelta(days=days),
    )
    return scores(result)


def ratio(judged: dict[str, Score], model: str) -> float:
    made = judged[model].pinball / judged["recent_weekdays"].pinball
    print(f"{model} ÷ recent_weekdays: {made:.3f}, 80 % band covers {judged[model].coverage_80:.3f}")  # noqa: T201
    return made


@pytest.mark.shared
@pytest.mark.parametrize(("days", "every", "limit"), [(1, 3, 0.85), (14, 8, 0.88)])
def test_weekday_counts_of_a_bank(shared: Path, days: int, every: int, limit: float) -> None:
    judged = judge(
        shared / "data" / "bank_calls_2003_mar_aug.csv.gz",
        OpenCalendar(OpeningHours.parse("Mon-Fri 07:00-21:00")),
        interval_s=1800,
        first="2003-07-01",
        last="2003-08-15",
        every=every,
        days=days,
    )
    assert ratio(judged, "two_way") < limit
    assert ratio(judged, "two_way_svd") < limit
    # Six origins a fortnight ahead are too few to hold the goal; over all months the band covers .79 to .82.
    highest = 0.84 if days == 1 else 0.88
    assert 0.77 <= judged["two_way_svd"].coverage_80 <= highest


@pytest.mark.shared
def test_round_the_clock_counts_with_unannounced_holidays(shared: Path) -> None:
    judged = judge(
        shared / "data" / "anonymous_bank_1999_jan_sep.csv.gz",
        OpenCalendar(),
        interval_s=3600,
        first="1999-06-01",
        last="1999-09-15",
        every=9,
        days=1,
    )
    assert ratio(judged, "two_way_svd") < 0.97
    assert 0.77 <= judged["two_way_svd"].coverage_80 <= 0.84
