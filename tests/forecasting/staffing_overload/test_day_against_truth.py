"""The closure against exact probabilities, and against days simulated 2,000 times."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecasting.staffing.overload import DayResult, solve_day
from tests.forecasting.staffing_overload.exact_day import exact_day, random_days

SIMULATED = json.loads((Path(__file__).parent / "simulated_days.json").read_text())
DAYS: dict[str, Any] = SIMULATED["days"]


def closure(name: str) -> DayResult:
    inputs = {key: np.array(value) for key, value in DAYS[name]["inputs"].items()}
    return solve_day(inputs.pop("offered"), **inputs)


def truth(name: str, measure: str) -> Any:
    return np.array(DAYS[name]["measures"][measure])


def test_the_surge_is_followed_to_a_ten_thousandth() -> None:
    """The mean error of the queue is below 0.1 % of its peak; as many are unserved, and wait as long."""
    day = closure("surge")
    peak = truth("surge", "queue_mean").max()
    assert peak == pytest.approx(569, abs=1)
    assert np.abs(day.queue_mean - truth("surge", "queue_mean")).mean() < 0.0001 * peak
    assert day.queue_mean.max() == pytest.approx(peak, rel=0.001)
    busy = slice(40, 52)
    wait, true_wait = (
        np.average(one[0][busy], weights=one[1][busy])
        for one in ((day.mean_wait_s, day.attempts), (truth("surge", "mean_wait_s"), truth("surge", "attempts")))
    )
    assert true_wait == pytest.approx(183.0, abs=0.1)
    assert wait == pytest.approx(true_wait, rel=0.01)


def test_simulated_often_enough() -> None:
    assert SIMULATED["runs"] >= 2000


@pytest.mark.parametrize("name", ["surge", "outage"])
def test_overload(name: str) -> None:
    day = closure(name)
    peak = truth(name, "queue_end").max()
    assert np.abs(day.queue_end - truth(name, "queue_end")).max() < 0.02 * peak
    assert np.abs(day.queue_mean - truth(name, "queue_mean")).mean() < 0.002 * peak
    assert day.unserved.sum() == pytest.approx(truth(name, "unserved").sum(), rel=0.003)
    waits = np.dot(day.mean_wait_s, day.attempts)
    assert waits == pytest.approx(np.dot(truth(name, "mean_wait_s"), truth(name, "attempts")), rel=0.02)
    assert float(day.clear_s) == pytest.approx(truth(name, "clear_s"), abs=120)


@pytest.mark.parametrize("name", [name for name in DAYS if name.startswith("near")])
def test_near_critical_days_with_redials_and_falling_staff(name: str) -> None:
    day = closure(name)
    calls = truth(name, "attempts")
    level = np.average(day.service_level, weights=calls)
    assert level == pytest.approx(np.average(truth(name, "service_level"), weights=calls), abs=0.02)
    assert day.unserved.sum() == pytest.approx(truth(name, "unserved").sum(), rel=0.035)


def test_random_days_against_exact_probabilities() -> None:
    days = random_days(11, days=10, intervals=10, least=15, most=60)
    fixed: dict[str, Any] = {"interval_s": 900.0, "answer_within_s": 20.0}
    columns = {name: days[name] for name in ("offered", "agents", "aht_s", "patience_s")}
    exact = exact_day(columns.pop("offered"), **columns, **fixed, states=140, step_s=0.8)
    by_queue = {name: days[name][:, None] for name in ("aht_s", "patience_s")}
    day = solve_day(days["offered"], agents=days["agents"], **by_queue, **fixed)
    calls = days["offered"].sum(axis=1)
    error = ((day.service_level - exact.service_level) * days["offered"]).sum(axis=1) / calls
    assert np.abs(error).max() < 0.025
    assert np.abs(error).mean() < 0.012
    lost = (day.abandonment * days["offered"]).sum(axis=1) / (exact.abandonment * days["offered"]).sum(axis=1)
    assert np.median(np.abs(lost - 1)) < 0.03
    assert np.abs(lost - 1).max() < 0.12
