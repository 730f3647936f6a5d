"""Rolling-origin backtests and the choice of a forecaster."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from forecasting.evaluation.backtest import COLUMNS, LEVELS, backtest, choose, scores
from forecasting.intervals import OpeningHours
from forecasting.volume import FORECASTERS, OpenCalendar

CALENDAR = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-18:00"), "Europe/Berlin")
QUICK = {name: FORECASTERS[name] for name in ("seasonal_naive", "recent_weekdays", "two_way")}


@pytest.fixture(scope="module")
def counts() -> pd.Series:
    start, end = (pd.Timestamp(t, tz="Europe/Berlin") for t in ("2026-01-12", "2026-04-27"))
    index = CALENDAR.open_index(start, end, 3600)
    local = CALENDAR.local(index)
    mean = 80 * np.array([1.4, 1.1, 1.0, 1.0, 0.8])[local.day_of_week] * (1 + 0.1 * (local.hour - 8))
    return pd.Series(np.random.default_rng(8).poisson(mean).astype(float), index=index)


def origins(*days: str) -> list[pd.Timestamp]:
    return [pd.Timestamp(day, tz="Europe/Berlin") for day in days]


def run(counts: pd.Series, *days: str, horizon: timedelta = timedelta(days=1)) -> pd.DataFrame:
    return backtest(counts, CALENDAR, interval_s=3600, forecasters=QUICK, origins=origins(*days), horizon=horizon)


def test_the_dump_has_a_row_for_each_open_interval_with_a_known_count(counts: pd.Series) -> None:
    result = run(counts, "2026-04-13", "2026-04-18", "2026-04-20")
    assert list(result.columns) == ["model", "origin", "interval_start", *COLUMNS, "mean", "actual"]
    assert len(result) == 3 * 2 * 10  # three models, two Mondays; nothing on a Saturday
    assert len(LEVELS) == 19
    assert (COLUMNS[0], COLUMNS[1], COLUMNS[-1]) == ("p05", "p10", "p95")


def test_counts_after_the_origin_change_the_actuals_and_no_forecast(counts: pd.Series) -> None:
    later = counts.copy()
    after = later.index >= pd.Timestamp("2026-04-13", tz="Europe/Berlin")
    later[after] = later[after].to_numpy()[::-1] + 1000
    before, changed = run(counts, "2026-04-13"), run(later, "2026-04-13")
    pd.testing.assert_frame_equal(before.drop(columns="actual"), changed.drop(columns="actual"))
    assert (before["actual"] != changed["actual"]).all()


def test_an_origin_within_a_day_uses_no_interval_that_is_not_over(counts: pd.Series) -> None:
    noon = backtest(
        counts,
        CALENDAR,
        interval_s=3600,
        forecasters={"recent_weekdays": FORECASTERS["recent_weekdays"]},
        origins=[pd.Timestamp("2026-04-13T12:30", tz="Europe/Berlin")],
        horizon=timedelta(hours=6),
    )
    assert [t.hour for t in CALENDAR.local(pd.DatetimeIndex(noon["interval_start"]))] == [13, 14, 15, 16, 17]


def test_scores_rank_the_truth_first(counts: pd.Series) -> None:
    judged = scores(run(counts, *[str(day.date()) for day in pd.date_range("2026-04-06", periods=14)]))
    assert judged["two_way"].pinball < judged["recent_weekdays"].pinball < judged["seasonal_naive"].pinball
    assert judged["two_way"].wape < 0.15
    assert abs(judged["two_way"].bias) < 0.05
    assert judged["two_way"].n_intervals == 100


def test_the_choice_is_the_one_with_the_least_loss_and_says_why(counts: pd.Series) -> None:
    choice = choose(counts, CALENDAR, interval_s=3600, forecasters=QUICK)
    assert choice.name == min(choice.scores, key=lambda name: choice.scores[name].pinball)
    assert "lowest pinball loss" in choice.why
    assert set(choice.scores) == set(QUICK)


def test_the_preferred_one_is_kept_while_it_is_near_the_best(counts: pd.Series) -> None:
    near = choose(counts, CALENDAR, interval_s=3600, forecasters=FORECASTERS)
    lowest = min(score.pinball for score in near.scores.values())
    assert near.scores[near.name].pinball <= 1.03 * lowest
    far = choose(counts, CALENDAR, interval_s=3600, forecasters=QUICK, preferred="seasonal_naive")
    assert far.name != "seasonal_naive"


def test_what_is_used_by_name_only_is_not_judged(counts: pd.Series) -> None:
    judged = set(choose(counts, CALENDAR, interval_s=3600, forecasters=FORECASTERS).scores)
    assert judged == {name for name, make in FORECASTERS.items() if not make.by_name_only}


def test_a_short_history_takes_the_fallback_and_says_so(counts: pd.Series) -> None:
    choice = choose(counts.iloc[:100], CALENDAR, interval_s=3600, forecasters=QUICK)
    assert (choice.name, choice.scores) == ("recent_weekdays", {})
    assert "too short" in choice.why


def test_no_history_takes_the_fallback(counts: pd.Series) -> None:
    assert choose(counts.iloc[:0], CALENDAR, interval_s=3600, forecasters=QUICK).name == "recent_weekdays"


def test_no_origin_gives_an_empty_table_with_all_columns(counts: pd.Series) -> None:
    result = run(counts)
    assert result.empty
    assert "p95" in result.columns
