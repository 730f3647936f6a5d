"""Whatever comes after a time changes nothing of what the watch said at it, to the bit."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.evaluation.onset_backtest import watch_before, watched_days
from forecasting.evaluation.onset_series import flat_expected
from forecasting.surge.onset import watch_day
from forecasting.volume import OpenCalendar
from forecasting.volume.past_days import PastDays
from tests.forecasting.surge.test_onset_watch import EXPECTED, N_SLOTS, make, ordinary

WATCH = make()
DAYS = ordinary(60, seed=11)


@settings(max_examples=60, deadline=None)
@given(
    until=st.integers(1, N_SLOTS - 1),
    later=st.lists(st.floats(0, 1e6) | st.just(float("nan")), min_size=N_SLOTS, max_size=N_SLOTS),
    size=st.floats(0, 20),
    start=st.integers(0, N_SLOTS - 1),
)
def test_no_count_to_come_moves_an_alarm(until: int, later: list[float], size: float, start: int) -> None:
    counts = ordinary(1, seed=4).counts[0]
    counts[start:] += size * EXPECTED[start:]
    other = np.where(np.arange(N_SLOTS) < until, counts, later)
    seen = np.where(np.arange(N_SLOTS) < until, counts, np.nan)

    def said(of_day: np.ndarray) -> list[tuple[object, ...]]:
        known = [alarm for alarm in watch_day(WATCH, EXPECTED, of_day) if alarm.raised < until]
        return [
            (*astuple(alarm)[:2], alarm.over if alarm.over and alarm.over <= until else None, *astuple(alarm)[3:])
            for alarm in known
        ]

    assert said(counts) == said(other) == said(seen)


@settings(max_examples=15, deadline=None)
@given(row=st.integers(30, 58), factor=st.floats(0, 50), seed=st.integers(0, 1000))
def test_no_day_to_come_moves_how_a_watch_is_set(row: int, factor: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    counts, expected, day = DAYS.counts.copy(), DAYS.expected.copy(), DAYS.day.copy()
    counts[row:] = rng.poisson(factor * expected[row:])
    expected[row:] *= rng.random((len(day) - row, 1)) * 3
    day[row:] += 2
    one, other = (watch_before(past, row, rate_per_week=0.1) for past in (DAYS, PastDays(day, expected, counts)))
    assert one.threshold == other.threshold
    assert one.spread.tobytes() == other.spread.tobytes()


@settings(max_examples=5, deadline=None)
@given(row=st.integers(31, 43), factor=st.floats(0, 50))
def test_no_day_to_come_moves_what_a_backtest_says(row: int, factor: float) -> None:
    past = PastDays(DAYS.day[:44], DAYS.expected[:44], DAYS.counts[:44])
    counts = past.counts.copy()
    counts[row:] *= factor
    first, second = (
        watched_days(each, OpenCalendar(), interval_s=1800, rate_per_week=5.0, first=30)
        for each in (past, PastDays(past.day, past.expected, counts))
    )
    end = pd.Timestamp(int(past.day[row]) * 86_400, unit="s", tz="UTC")
    one, other = ([row for row in table.itertuples(index=False) if row.raised_at <= end] for table in (first, second))
    assert str(one) == str(other)


@given(until=st.integers(1, 40), later=st.lists(st.floats(0, 1e6), min_size=40, max_size=40))
@settings(max_examples=30, deadline=None)
def test_a_level_before_knows_nothing_after(until: int, later: list[float]) -> None:
    counts = np.random.default_rng(1).poisson(5.0, 40).astype(float)
    other = np.where(np.arange(40) < until, counts, later)
    assert flat_expected(counts)[: until + 1].tobytes() == flat_expected(other)[: until + 1].tobytes()
