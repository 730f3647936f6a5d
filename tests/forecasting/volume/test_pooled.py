"""New queues borrow the days of like ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.evaluation.backtest import LEVELS
from forecasting.evaluation.probabilistic import pinball
from forecasting.intervals import OpeningHours
from forecasting.volume import OpenCalendar, complete, make_forecaster
from forecasting.volume.pooled import PooledForecaster, make_pool

CALENDAR = OpenCalendar(OpeningHours.parse("Mon-Fri 08:00-18:00"), "Europe/Berlin")
START, ORIGIN, END = (pd.Timestamp(day, tz="Europe/Berlin") for day in ("2026-01-05", "2026-03-30", "2026-04-04"))
WHOLE = CALENDAR.open_index(START, END, 3600)
LEVEL = np.array([1.5, 1.1, 1.0, 0.9, 0.8])


def queue(scale: float, *, peak: float = 11.0, seed: int = 1) -> pd.Series:
    local = CALENDAR.local(WHOLE)
    shape = 0.3 + np.exp(-0.5 * ((local.hour.to_numpy() - peak) / 2.5) ** 2)
    mean = scale * LEVEL[local.day_of_week] * shape
    return pd.Series(np.random.default_rng(seed).poisson(mean).astype(float), index=WHOLE)


def past(series: pd.Series, days: int | None = None) -> pd.Series:
    known = series[series.index < ORIGIN]
    return known if days is None else known[-10 * days :]


LIKE = {"a": past(queue(60.0, seed=2)), "b": past(queue(300.0, seed=3))}


def forecast(own: pd.Series) -> tuple[PooledForecaster, pd.Series, pd.DataFrame]:
    made = PooledForecaster(LIKE).fit(own, CALENDAR, interval_s=3600)
    return made, *made.predict_all(WHOLE[WHOLE >= ORIGIN], LEVELS)


def error(mean: pd.Series, truth: pd.Series) -> float:
    actual = truth[mean.index]
    return float((mean - actual).abs().sum() / actual.sum())


def test_two_hours_give_the_level_and_like_queues_the_rest() -> None:
    truth = queue(40.0, seed=4)
    _, mean, quantiles = forecast(past(truth)[-2:])
    assert error(mean, truth) < 0.35
    assert (quantiles[0.9] > quantiles[0.1]).all()


@pytest.mark.parametrize("days", [1, 3, 10, 21])
def test_like_queues_know_the_week_that_the_queue_has_not_seen(days: int) -> None:
    truth = queue(40.0, seed=4)
    made, mean, quantiles = forecast(past(truth, days))
    assert error(mean, truth) < 0.22
    monday, friday = mean.iloc[:10].sum(), mean.iloc[-10:].sum()
    assert monday > 1.3 * friday
    assert np.isfinite(quantiles.to_numpy()).all()
    assert made.own_share_ == pytest.approx(days / (days + 3))


def test_its_own_shape_comes_through_as_its_days_come() -> None:
    """The queue peaks at 16 h, its like ones at 11 h."""
    truth = queue(80.0, peak=16.0, seed=5)
    late = [float(forecast(past(truth, days))[1].iloc[[8, 18, 28]].sum()) for days in (1, 21)]
    wanted = float(truth[truth.index >= ORIGIN].iloc[[8, 18, 28]].sum())
    assert late[0] < late[1] < 1.15 * wanted
    assert late[1] > 0.75 * wanted


def test_no_count_at_all_stays_unknown() -> None:
    _, mean, _ = forecast(past(queue(40.0), 5) * np.nan)
    assert mean.isna().all()


def test_a_silent_start_is_next_to_nothing_without_an_error() -> None:
    _, mean, quantiles = forecast(past(queue(40.0), 3) * 0.0)
    assert mean.max() < 1
    assert np.isfinite(quantiles.to_numpy()).all()


def test_like_queues_too_young_themselves_are_said_to_be() -> None:
    made = PooledForecaster({"a": past(queue(60.0), 12)}).fit(past(queue(40.0), 3), CALENDAR, interval_s=3600)
    assert not made.usable
    assert np.isfinite(made.predict(WHOLE[WHOLE >= ORIGIN])).all()


def test_silent_queues_make_no_pool() -> None:
    silent = {"a": past(queue(60.0)) * 0.0, "b": past(queue(1.0))[:0]}
    assert make_pool(silent) is None
    made = PooledForecaster(silent).fit(past(queue(40.0), 3), CALENDAR, interval_s=3600)
    assert not made.usable
    assert np.isfinite(made.predict(WHOLE[WHOLE >= ORIGIN])).all()


@pytest.mark.shared
def test_short_histories_of_real_counts_gain_by_pooling(shared: Path) -> None:
    """Each type of emergency call as a new queue beside the other two, its history cut; a week ahead, hourly."""
    rows = pd.read_csv(shared / "data" / "montgomery911_15min.csv.gz")
    start = pd.to_datetime(rows["interval_start"], utc=True).dt.as_unit("us").dt.floor("h")
    counts = rows["offered"].astype(float).groupby([rows["queue"], start]).sum()
    always = OpenCalendar()
    known = {str(name): each.droplevel(0) for name, each in counts.groupby(level=0)}
    known = {name: complete(each, always, interval_s=3600, end=each.index[-1]) for name, each in known.items()}
    lost: dict[str, dict[int, float]] = {"pooled": {}, "two_way_svd": {}, "seasonal_naive": {}}
    for origin in pd.date_range("2016-03-15", "2016-07-31", freq="46D", tz="UTC"):
        for name, series in known.items():
            ahead = series[(series.index >= origin) & (series.index < origin + pd.Timedelta(days=7))]
            like = {other: each for other, each in known.items() if other != name}
            for days in (3, 10, 21):
                own = series[(series.index < origin) & (series.index >= origin - pd.Timedelta(days=days))]
                for model, scores in lost.items():
                    maker = PooledForecaster(like) if model == "pooled" else make_forecaster(model)
                    made = maker.fit(own, always, interval_s=3600)
                    said = made.predict_quantiles(pd.DatetimeIndex(ahead.index), LEVELS).to_numpy()
                    scores[days] = scores.get(days, 0.0) + float(pinball(ahead.to_numpy(), said, LEVELS).mean())
    for days, least in ((3, 0.97), (10, 0.85), (21, 0.82)):
        assert lost["pooled"][days] < least * lost["seasonal_naive"][days]
        assert lost["pooled"][days] < 1.01 * lost["two_way_svd"][days]
