"""Levers that are decided already: the plan is made around them."""

from __future__ import annotations

import pytest

from forecasting.staffing.levers import Lever, solve_plan
from tests.forecasting.staffing_overload.test_surge_plan import CATALOGUE, HOUR, calls_in, hump, people

HELD = people("held", capacity=3, least_s=4 * HOUR, most_s=4 * HOUR, lead_s=2 * HOUR, step_s=24 * HOUR)
NIGHT = people("night", capacity=2, least_s=2 * HOUR, most_s=2 * HOUR, lead_s=0.0, step_s=24 * HOUR, cost_per_hour=500)


def test_all_of_what_is_held_comes_however_little_it_helps() -> None:
    free = solve_plan(hump(), [*CATALOGUE, NIGHT])
    held = solve_plan(hump(), [*CATALOGUE, NIGHT], fixed=["night"])
    assert calls_in(free, "night") == 0
    assert calls_in(held, "night") == 2
    assert held.cost == pytest.approx(free.cost + 2 * 2 * 500, abs=1)


def test_the_rest_is_planned_around_it() -> None:
    noon = people("noon", capacity=8, least_s=8 * HOUR, most_s=8 * HOUR, lead_s=8 * HOUR, step_s=24 * HOUR)
    assert calls_in(solve_plan(hump(), [*CATALOGUE, noon], fixed=["noon"]), "outsourcer") == 0


def test_a_message_can_be_held() -> None:
    message = Lever(
        key="m", kind="demand", effect=(0, 0, 0), cost_once=100, least_s=HOUR, most_s=HOUR, step_s=24 * HOUR
    )
    assert [line.lever for line in solve_plan(hump(), [message]).lines] == []
    assert [line.lever for line in solve_plan(hump(), [message], fixed=["m"]).lines] == ["m"]


def test_a_budget_below_what_is_held_is_refused() -> None:
    with pytest.raises(ValueError, match="fixed costs 360, more than the budget of 100"):
        solve_plan(hump(), [HELD], fixed=["held"], budget=100)
    assert solve_plan(hump(), [HELD], fixed=["held"], budget=360).cost == 360


@pytest.mark.parametrize("key", ["overtime", "callback", "nobody"])
def test_only_what_has_one_time_can_be_held(key: str) -> None:
    with pytest.raises(ValueError, match="exactly one possible time"):
        solve_plan(hump(), CATALOGUE, fixed=[key])
