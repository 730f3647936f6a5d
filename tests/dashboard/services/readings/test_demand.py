from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from connectors.storage.rows import ForecastPoint, ForecastRow
from dashboard.services.readings import demand
from dashboard.services.readings.demand import Demand

START = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def _demand(*points: tuple[float, float, float], first: int = 0) -> Demand:
    rows = tuple(
        ForecastPoint(START + (first + i) * QUARTER, p10, p50, p90, p50 + 1) for i, (p10, p50, p90) in enumerate(points)
    )
    return demand.from_forecast(ForecastRow("q", "baseline", START, "m", 900, rows))


def test_independent_errors_add_in_squares_and_keep_their_skew() -> None:
    total = demand.independent_sum([_demand((97, 100, 104)), _demand((46, 50, 53))])
    assert total is not None
    assert total.p50.tolist() == [150]
    assert total.p10.tolist() == [145]
    assert total.p90.tolist() == [155]
    assert total.mean.tolist() == [152]


def test_what_one_cause_drives_adds_quantile_by_quantile() -> None:
    total = demand.common_sum([_demand((97, 100, 104)), _demand((46, 50, 53))])
    assert total is not None
    assert (total.p10[0], total.p50[0], total.p90[0]) == (143, 150, 157)


def test_medians_and_means_add_up_over_parts_of_different_length() -> None:
    total = demand.independent_sum([_demand((1, 2, 3), (1, 2, 3)), _demand((4, 5, 6), first=1)])
    assert total is not None
    assert total.p50.tolist() == [2, 7]
    assert total.times() == [START, START + QUARTER]


def test_a_range_never_goes_below_nothing() -> None:
    total = demand.independent_sum([_demand((0, 1, 9)), _demand((0, 1, 9))])
    assert total is not None
    assert total.p10[0] == pytest.approx(2 - np.hypot(1, 1))
    assert demand.independent_sum([_demand((0, 0.1, 9)), _demand((0, 0, 9))]).p10[0] == 0  # type: ignore[union-attr]


def test_no_parts_are_no_forecast() -> None:
    assert demand.independent_sum([]) is None
    assert demand.common_sum([]) is None


def test_the_half_open_cut_and_a_look_at_one_interval() -> None:
    found = _demand((1, 2, 3), (4, 5, 6), (7, 8, 9))
    assert found.between(START + QUARTER, START + 2 * QUARTER).p50.tolist() == [5]
    assert found.mean_at(START + QUARTER) == 6
    assert found.mean_at(START - QUARTER) is None
    assert found.mean_at(START + 9 * QUARTER) is None
