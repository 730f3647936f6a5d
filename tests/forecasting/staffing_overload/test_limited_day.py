"""Limited lines and call-backs in the day model: exact where exactness exists, conserved, answered at the edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dashboard.services.staffing.day_model import run_day
from dashboard.services.staffing.day_simulation import DayTable
from forecasting.staffing import erlang_b
from forecasting.staffing.overload import METHODS, DayResult, solve_day

PLAIN: dict[str, Any] = {"interval_s": 900, "agents": 30, "aht_s": 300, "patience_s": 240}
FLOOD = np.array([80.0] * 4 + [400] * 6 + [80] * 10)


def steady(load: float, *, lines: int) -> tuple[float, float]:
    """Blocking and mean queue of Erlang A with a last line, from its birth-and-death probabilities."""
    k = np.arange(1, lines + 1)
    leave = np.minimum(k, 30) / 300 + np.maximum(k - 30, 0) / 240
    odds = np.exp(np.concatenate([[0], np.cumsum(np.log(load / 300) - np.log(leave))]))
    share = odds / odds.sum()
    return share[-1], float((share * np.maximum(np.arange(lines + 1) - 30, 0)).sum())


def table(**changes: Any) -> DayTable:
    n = len(FLOOD)
    inputs: dict[str, Any] = {
        "offered": FLOOD,
        "interval_s": 900.0,
        "agents": 30.0,
        "aht_s": 300.0,
        "patience_s": 240.0,
    }
    inputs |= {"redial_probability": 0.4, "redial_delay_s": 300.0, "answer_within_s": 20.0} | changes
    columns = {name: np.broadcast_to(np.asarray(value, dtype=float), n).copy() for name, value in inputs.items()}
    return DayTable(**columns, is_open=np.ones(n, dtype=bool))


def total(day: DayResult) -> float:
    ends = float(day.waiting_at_end) + float(day.redialling_at_end) + float(day.callbacks_open[-1])
    return float(day.answered.sum() + day.unserved.sum()) + ends


@pytest.mark.parametrize("lines", [33, 40, 60])
@pytest.mark.parametrize("load", [24, 30, 39, 60, 240])
def test_equilibrium_is_erlang_a_with_a_last_line(load: float, lines: int) -> None:
    day = solve_day([3.0 * load] * 20, **PLAIN, lines=lines)
    blocked, queue = steady(load, lines=lines)
    assert day.blocked[-1] / (3 * load) == pytest.approx(blocked, abs=0.002)
    assert day.queue_mean[-1] == pytest.approx(queue, rel=0.03, abs=0.03)


@pytest.mark.parametrize("load", [16, 26, 60, 600])
def test_fewer_lines_than_people_are_erlang_b(load: float) -> None:
    day = solve_day([3.0 * load] * 20, **PLAIN, lines=20)
    assert day.blocked[-1] / (3 * load) == pytest.approx(float(erlang_b(20, load).p_blocked), abs=0.003)
    assert day.queue_end.max() == 0
    assert day.mean_wait_s.max() == 0


@pytest.mark.parametrize("limits", [{"lines": 50}, {"callback_share": 0.3}, {"lines": 45, "callback_share": 0.5}])
def test_a_flood_beside_its_simulation(limits: dict[str, float]) -> None:
    day = table(**limits)
    ours, true = run_day(day), run_day(day, method="simulation", runs=60, seed=4)
    assert total(ours) == pytest.approx(FLOOD.sum(), rel=1e-9)
    assert total(true) == pytest.approx(FLOOD.sum(), rel=0.01)
    assert np.abs(ours.queue_mean - true.queue_mean).max() < 0.06 * true.queue_mean.max()
    assert ours.unserved.sum() == pytest.approx(true.unserved.sum(), rel=0.03)
    assert ours.blocked.sum() == pytest.approx(true.blocked.sum(), rel=0.03, abs=1)
    assert ours.callbacks.sum() == pytest.approx(true.callbacks.sum(), rel=0.1, abs=1)
    assert np.abs(ours.callbacks_open - true.callbacks_open).max() < 0.06 * max(true.callbacks_open.max(), 1)


def test_lines_nobody_reaches_and_call_backs_nobody_wants_change_nothing() -> None:
    plain = solve_day(FLOOD, **PLAIN)
    same = solve_day(FLOOD, **PLAIN, lines=np.inf, callback_share=0.0)
    many = solve_day(FLOOD, **PLAIN, lines=1e9)
    for name in ("queue_mean", "service_level", "unserved", "attempts"):
        assert (getattr(plain, name) == getattr(same, name)).all()
        np.testing.assert_allclose(getattr(many, name), getattr(plain, name), rtol=1e-6, atol=1e-6)
    assert not plain.blocked.any()


def test_no_lines_block_everybody() -> None:
    day = solve_day(FLOOD, **PLAIN, lines=0, redial_probability=0.5)
    assert day.answered.sum() == pytest.approx(0, abs=1e-6)
    np.testing.assert_allclose(day.blocked, day.attempts)
    np.testing.assert_allclose(day.service_level, 0, atol=1e-9)
    assert total(day) == pytest.approx(FLOOD.sum())


def test_lines_taken_away_are_used_to_the_end() -> None:
    day = solve_day(FLOOD, **PLAIN, lines=np.where(np.arange(len(FLOOD)) < 8, 60, 20))
    assert total(day) == pytest.approx(FLOOD.sum())
    assert day.queue_end[7] > 20
    assert day.queue_end[-1] < 0.01


def test_call_backs_are_held_to_their_people() -> None:
    few, all_free = (solve_day(FLOOD, **PLAIN, callback_share=0.4, callback_agents=n) for n in (2, np.inf))
    assert few.callbacks_open[-1] > all_free.callbacks_open[-1] + 50
    none = solve_day(FLOOD, **PLAIN, callback_share=0.4, callback_agents=0)
    assert none.callbacks_open[-1] == pytest.approx(none.callbacks.sum())


@pytest.mark.parametrize("calls", [0.0, 1e6])
def test_nothing_and_everything(calls: float) -> None:
    day = solve_day([calls] * 4, **PLAIN, lines=40, callback_share=1.0, redial_probability=0.9)
    assert total(day) == pytest.approx(4 * calls, rel=1e-6)
    for name in ("queue_mean", "mean_wait_s", "abandonment", "service_level", "blocked", "callbacks_open"):
        assert np.isfinite(getattr(day, name)).all(), name


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lines": -1}, "lines must be at least 0"),
        ({"lines": np.nan}, "lines must be a number, got NaN"),
        ({"callback_share": 1.2}, r"callback_share must be in \[0, 1\], got 1.2"),
        ({"callback_share": np.nan}, "callback_share must be a number, got NaN"),
        ({"callback_agents": -2}, "callback_agents must be at least 0"),
    ],
)
def test_refusals(changes: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        solve_day(FLOOD, **PLAIN, **changes)


@pytest.mark.parametrize("method", [one for one in METHODS if one != "closure"])
def test_other_methods_say_that_they_know_no_lines(method: Any) -> None:
    with pytest.raises(ValueError, match="knows neither lines nor call-backs"):
        solve_day(FLOOD, **PLAIN, lines=40, method=method)
