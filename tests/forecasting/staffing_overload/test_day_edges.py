"""Stated answers at the edges, and refusals that say what was got."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from forecasting.staffing import erlang_b
from forecasting.staffing.overload import METHODS, DayResult, solve_day

PLAIN: dict[str, Any] = {"interval_s": 900, "agents": 10, "aht_s": 300, "patience_s": 240}


def solved(offered: Any = (20, 20, 20, 20), **changes: Any) -> DayResult:
    return solve_day(offered, **{**PLAIN, **changes})


@pytest.mark.parametrize("method", METHODS)
def test_no_calls(method: Any) -> None:
    day = solved([0, 0], method=method)
    for name, value in asdict(day).items():
        expected = 1.0 if name == "service_level" else 0.0
        if name != "clear_s":
            np.testing.assert_array_equal(value, expected, err_msg=name)
    assert np.isnan(day.clear_s)


@pytest.mark.parametrize("method", METHODS)
def test_nobody_at_work(method: Any) -> None:
    day = solved(agents=0, method=method)
    np.testing.assert_allclose(day.service_level, 0, atol=1e-9)
    np.testing.assert_allclose(day.abandonment, 1, rtol=1e-9)
    np.testing.assert_allclose(day.mean_wait_s, 240, rtol=1e-9)


def test_nobody_at_work_and_endless_patience() -> None:
    day = solved(agents=0, patience_s=np.inf)
    assert np.isinf(day.mean_wait_s).all()
    np.testing.assert_allclose(day.queue_end, [20, 40, 60, 80], rtol=1e-6)
    assert np.isinf(day.clear_s)
    assert float(day.waiting_at_end) == pytest.approx(80)


def test_contacts_that_take_no_time() -> None:
    day = solved([24_000, 24_000], agents=3, aht_s=0)
    np.testing.assert_allclose(day.service_level, 1, atol=1e-6)
    np.testing.assert_allclose(day.unserved, 0, atol=1e-6)


def test_no_patience() -> None:
    """A loss system; far from normal, so that only the equilibria give its share exactly: B(10, 20 erlang)."""
    assert solved([60] * 8, patience_s=0).mean_wait_s.max() < 1
    steady = solved([60] * 8, patience_s=0, method="stationary")
    np.testing.assert_allclose(steady.abandonment, erlang_b(10, 20).p_blocked, rtol=0.01)


def test_flood_of_24000_calls_on_three_agents() -> None:
    day = solved([24_000] * 4, agents=3)
    assert day.unserved.sum() > 0.65 * 96_000
    assert day.service_level[1:].max() < 1e-6
    assert np.isinf(day.clear_s)
    assert day.mean_wait_s[-1] == pytest.approx(240, rel=0.01)


@pytest.mark.parametrize("interval_s", [1, 60, 86_400])
def test_any_interval(interval_s: float) -> None:
    day = solved([interval_s / 45] * 3, interval_s=interval_s)
    assert np.isfinite(day.queue_mean).all()
    assert day.attempts.sum() == pytest.approx(3 * interval_s / 45)


def test_who_is_busy_when_staff_falls_finishes() -> None:
    """Ten busy agents of whom all go home: their contacts are done, nobody new is answered."""
    day = solved([400, 0, 0, 0], agents=[100, 0, 0, 0], patience_s=np.inf)
    in_service_at_end = 400 - day.answered[0] - day.queue_end[0]
    assert in_service_at_end > 80
    assert day.answered[1:].sum() == pytest.approx(in_service_at_end, rel=0.1)
    assert day.queue_end[-1] == pytest.approx(day.queue_end[0], rel=0.1)


def test_closing_lets_nobody_in_and_those_inside_wait() -> None:
    day = solved([200, 50, 0], agents=[5, 5, 5], is_open=[True, False, False], redial_probability=0.5)
    np.testing.assert_allclose(day.attempts[1:], 0)
    assert day.unserved[1] > 50
    assert day.answered[1] > 5
    total = day.answered.sum() + day.unserved.sum() + day.waiting_at_end + day.redialling_at_end
    assert total == pytest.approx(250, rel=1e-9)


def test_the_backlog_clears_once() -> None:
    hours = np.concatenate([[80] * 4, [400] * 4, [80] * 8])
    day = solve_day(hours, interval_s=900, agents=35, aht_s=300, patience_s=600)
    assert 8 * 900 < day.clear_s < 12 * 900
    assert np.isnan(solved([5, 5]).clear_s)


def test_longer_handling_in_an_outage_delays_the_end() -> None:
    calls = [80] * 4 + [300] * 4 + [80] * 12
    slow = [300] * 4 + [480] * 8 + [300] * 8
    usual, rising = (
        solve_day(calls, interval_s=900, agents=35, aht_s=aht, patience_s=600) for aht in ([300] * 20, slow)
    )
    assert rising.clear_s > usual.clear_s + 900
    assert rising.unserved.sum() > usual.unserved.sum()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"agents": -1}, "agents must be at least 0, got -1.0"),
        ({"agents": np.nan}, "agents must be a number, got NaN"),
        ({"aht_s": np.inf}, "aht_s must be finite"),
        ({"interval_s": 0}, "interval_s must be greater than 0"),
        ({"redial_probability": 1}, r"redial_probability must be in \[0, 1\), got 1.0"),
        ({"offered": [[[1]]]}, "offered must have shape"),
        ({"offered": []}, "offered must have shape"),
        ({"offered": [1e14], "aht_s": 1e6}, "the offered load must be at most"),
        ({"agents": [1, 2, 3]}, "inputs must broadcast to the shape of offered"),
        ({"method": "guess"}, "method must be one of closure, fluid, stationary, got 'guess'"),
    ],
)
def test_refusals(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        solved(**changes)
