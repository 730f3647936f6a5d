"""Whatever happens after the moment of a forecast, it is the same to the bit; and the same input gives it again.

Property tests over every registered forecaster, the pooled one, the band's quantiles and the update inside the day.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from forecasting.evaluation.backtest import LEVELS, backtest
from forecasting.intervals import OpeningHours
from forecasting.volume import FORECASTERS, OpenCalendar, VolumeForecaster
from forecasting.volume.calendar import SpecialDays
from forecasting.volume.intraday import update_day
from forecasting.volume.past_days import PastDays
from forecasting.volume.pooled import PooledForecaster

INTERVAL_S = 7200
CALENDAR = OpenCalendar(
    OpeningHours.parse("Mon-Fri 08:00-18:00"),
    "Europe/Berlin",
    "DE",
    special=(SpecialDays("billing", tuple((date(2026, month, 2), 0.2) for month in (1, 2, 3, 4))),),
)
START, ORIGIN, END = (pd.Timestamp(day, tz="Europe/Berlin") for day in ("2026-01-12", "2026-03-09", "2026-03-30"))
INDEX = CALENDAR.open_index(START, END, INTERVAL_S)
AFTER = np.asarray(INDEX >= ORIGIN)


def counts(seed: int, scale: float) -> pd.Series:
    return pd.Series(np.random.default_rng(seed).poisson(scale, len(INDEX)).astype(float), index=INDEX)


class WithLikeQueues(PooledForecaster):
    """The pooled forecaster on two queues that go on after the origin."""

    def __init__(self) -> None:
        super().__init__({"a": LIKE[0], "b": LIKE[1]})


LIKE = [counts(1, 40.0), counts(2, 90.0)]
MAKERS: dict[str, Any] = {**FORECASTERS, "pooled": WithLikeQueues}


@st.composite
def later(draw: st.DrawFn) -> np.ndarray:
    """Other counts after the origin: shuffled, a surge, a silence, gaps, or anything."""
    n = int(AFTER.sum())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(["shuffled", "surge", "silent", "unknown", "any"]))
    if kind == "any":
        return np.floor(np.exp(rng.uniform(0, 13, n)))
    values = rng.permutation(counts(3, 50.0).to_numpy()[AFTER])
    factor = {"shuffled": 1.0, "surge": draw(st.floats(2, 1e4)), "silent": 0.0, "unknown": np.nan}[kind]
    return np.asarray(values * factor)


@pytest.mark.parametrize("name", list(MAKERS))
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a forecaster takes too long to shrink by
    suppress_health_check=[HealthCheck.too_slow],
)
@given(changed=later())
def test_nothing_after_the_origin_changes_a_forecast_and_it_comes_again(name: str, changed: np.ndarray) -> None:
    whole = counts(4, 50.0)
    other = whole.copy()
    other[AFTER] = changed
    if name == "pooled":
        LIKE[0] = counts(1, 40.0)
    first = forecast(name, whole)
    if name == "pooled":
        LIKE[0] = LIKE[0].where(~AFTER, pd.Series(changed, index=INDEX[AFTER]).reindex(INDEX))
    assert first.tobytes() == forecast(name, other).tobytes()


def forecast(name: str, history: pd.Series) -> np.ndarray:
    """What a forecaster says at the origin of a series that goes on, open intervals of a fortnight."""
    past = history[history.index < ORIGIN]
    index = CALENDAR.open_index(ORIGIN, END - pd.Timedelta(days=7), INTERVAL_S)
    made: VolumeForecaster = MAKERS[name]().fit(past, CALENDAR, interval_s=INTERVAL_S)
    mean, quantiles = made.predict_all(index, LEVELS)
    return np.column_stack([mean, quantiles])


@settings(max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate])
@given(changed=later())
def test_a_backtest_s_forecasts_do_not_see_what_they_are_judged_by(changed: np.ndarray) -> None:
    """The rolling origins cut by themselves: the series handed over holds what came."""
    whole = counts(4, 50.0)
    other = whole.copy()
    other[AFTER] = np.where(np.isnan(changed), 7.0, changed)
    said = [
        backtest(
            series,
            CALENDAR,
            interval_s=INTERVAL_S,
            forecasters={"two_way": FORECASTERS["two_way"]},
            origins=[ORIGIN],
            horizon=pd.Timedelta(days=7),
        ).drop(columns="actual")
        for series in (whole, other)
    ]
    pd.testing.assert_frame_equal(*said, check_exact=True)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    first=st.integers(0, 24),
    used=st.integers(0, 24),
    seed=st.integers(0, 99),
    factor=st.one_of(st.just(np.nan), st.floats(0, 1e6)),
)
def test_the_update_inside_the_day_sees_nothing_that_is_not_over(
    first: int, used: int, seed: int, factor: float
) -> None:
    rng = np.random.default_rng(seed)
    expected = 50.0 + 30.0 * np.sin(np.arange(24) / 4)
    past = PastDays(np.arange(40), np.tile(expected, (40, 1)), rng.poisson(expected, (40, 24)).astype(float))
    today = rng.poisson(expected).astype(float)
    other = np.where(np.arange(24) < min(first, used), today, factor)
    made = [update_day(past, expected, day, first=first, used=used, levels=(0.1, 0.5, 0.9)) for day in (today, other)]
    assert made[0] is not None
    assert made[1] is not None
    assert made[0].mean.tobytes() == made[1].mean.tobytes()
    assert made[0].quantiles.tobytes() == made[1].quantiles.tobytes()
