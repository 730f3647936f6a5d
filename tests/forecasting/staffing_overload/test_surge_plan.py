"""The surge plan: as cheap as enumeration finds, within its limits, and honest where a goal is out of reach."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from forecasting.staffing.levers import Lever, Shortage, SurgePlan, solve_plan

HOUR = 3600.0
ONE_DAY = 24


def people(key: str, **changes: Any) -> Lever:
    plain = {"capacity": 5.0, "least_s": 2 * HOUR, "most_s": 4 * HOUR, "cost_per_hour": 30.0}
    return Lever(key=key, kind="people", **{**plain, **changes})


def hump(height: float = 8.0, *, skills: tuple[str, ...] = ("all",), scheduled: float = 2.0) -> Shortage:
    """Return a day by the hour whose need rises to a height at noon, at three levels."""
    hours = np.arange(ONE_DAY) + 0.5
    need = height * np.exp(-(((hours - 12) / 3) ** 2))
    required = np.stack([np.tile(need * factor, (len(skills), 1)) for factor in (1.0, 1.2, 1.5)])
    return Shortage.of(required, scheduled=scheduled, interval_s=HOUR, levels=(0.5, 0.8, 0.95), skills=skills)


def calls_in(plan: SurgePlan, lever: str) -> float:
    return sum(line.people for line in plan.lines if line.lever == lever)


CATALOGUE = (
    people("overtime", capacity=3, cost_per_hour=45, lead_s=HOUR),
    people("on-call", capacity=4, cost_per_hour=30, cost_once=40, lead_s=8 * HOUR),
    people("outsourcer", capacity=20, cost_per_hour=40, least_people=6, effect=(0.6, 0.8, 1.0), lead_s=4 * HOUR),
    Lever(key="message", kind="demand", effect=(0.05, 0.15, 0.3), cost_once=100, lead_s=HOUR, most_s=12 * HOUR),
    Lever(key="callback", kind="defer", effect=(0.1, 0.2, 0.3), cost_per_hour=1, lead_s=HOUR, most_s=3 * HOUR),
)


def test_as_cheap_as_enumeration() -> None:
    required = np.array([[[0, 3, 5, 4, 1, 0.0]]])
    shortage = Shortage.of(required, scheduled=0, interval_s=HOUR)
    lever = people("a", capacity=3, least_s=2 * HOUR, most_s=3 * HOUR, cost_per_hour=20, cost_once=15)
    plan = solve_plan(shortage, [lever], penalty=25)
    options = [(start, start + length) for start in range(6) for length in (2, 3) if start + length <= 6]
    best = np.inf
    for counts in product(range(4), repeat=len(options)):
        if sum(counts) > 3:
            continue
        there, money = np.zeros(6), 0.0
        for count, (a, b) in zip(counts, options, strict=True):
            there[a:b] += count
            money += count * (15 + 20 * (b - a))
        best = min(best, money + 25 * np.maximum(required[0, 0] - there, 0).sum())
    assert plan.objective == pytest.approx(best)
    assert plan.bound <= best + 1e-9


def test_the_plan_keeps_to_its_levers() -> None:
    plan = solve_plan(hump(), CATALOGUE)
    assert plan.status == "planned"
    assert 0 <= plan.gap <= 0.012
    assert plan.bound <= plan.objective + 1e-6
    known = {lever.key: lever for lever in CATALOGUE}
    for line in plan.lines:
        lever = known[line.lever]
        assert line.first * HOUR >= lever.lead_s
        if line.kind == "people":
            assert lever.least_s <= (line.last - line.first) * HOUR <= lever.most_s
            assert line.people >= max(lever.least_people, 1)
            assert calls_in(plan, line.lever) <= lever.capacity
    assert plan.cost == pytest.approx(sum(line.cost for line in plan.lines))
    assert plan.cost + 100 * plan.missing_hours @ hump().weights == pytest.approx(plan.objective, rel=1e-5)
    assert (plan.missing_hours <= plan.missing_before_hours + 1e-9).all()


def test_what_is_missing_follows_from_the_lines() -> None:
    shortage = hump()
    plan = solve_plan(shortage, CATALOGUE[:2])
    there = np.full(ONE_DAY, 2.0)
    for line in plan.lines:
        there[line.first : line.last] += line.people
    expected = np.maximum(shortage.required[:, 0] - there, 0)
    np.testing.assert_allclose(plan.missing[:, 0], expected, atol=1e-6)


def test_a_budget_is_kept_and_more_of_it_never_harms() -> None:
    missing = []
    for budget in (0.0, 200.0, 800.0, 5000.0):
        plan = solve_plan(hump(), CATALOGUE, budget=budget)
        assert plan.cost <= budget + 1e-6
        missing.append(plan.missing_hours @ hump().weights)
    assert missing == sorted(missing, reverse=True)
    assert missing[0] > missing[-1]


def test_a_budget_of_nothing_pulls_what_is_free() -> None:
    free = Lever(key="free", kind="demand", effect=(0.1, 0.2, 0.3))
    plan = solve_plan(hump(), [*CATALOGUE, free], budget=0)
    assert {line.lever for line in plan.lines} == {"free"}
    assert solve_plan(hump(), CATALOGUE, budget=0).lines == ()


def test_a_goal_in_reach_is_met_cheaply() -> None:
    plan = solve_plan(hump(), CATALOGUE, goal=0.9, goal_level=0.8)
    assert plan.status == "planned"
    assert plan.covered[1] >= 0.9 - 1e-6
    assert plan.cost < solve_plan(hump(), CATALOGUE, goal=0.95, goal_level=0.8).cost


def test_a_goal_out_of_reach_is_answered_with_the_nearest() -> None:
    shortage = hump(40)
    plan = solve_plan(shortage, CATALOGUE, goal=0.99)
    assert plan.status == "goal_unreachable"
    assert plan.covered[0] < 0.99
    most = solve_plan(shortage, CATALOGUE, penalty=1e6)
    assert plan.missing_hours[0] <= most.missing_hours[0] * 1.005
    limits = {(one.limit, one.lever) for one in plan.binding}
    assert ("capacity", "overtime") in limits
    assert ("capacity", "on-call") in limits


def test_the_smallest_block_is_ordered_whole_or_not_at_all() -> None:
    only = [people("outsourcer", capacity=20, least_people=6)]
    assert solve_plan(hump(2.5), only).lines == ()
    plan = solve_plan(hump(12), only)
    assert all(line.people >= 6 for line in plan.lines)
    assert plan.lines


def test_levers_that_exclude_each_other() -> None:
    pair = [people("a", excludes=("b",)), people("b", cost_per_hour=31)]
    used = {line.lever for line in solve_plan(hump(20), pair).lines}
    assert used == {"a"}
    assert {line.lever for line in solve_plan(hump(20), [people("a"), pair[1]]).lines} == {"a", "b"}


def test_people_help_only_where_they_can() -> None:
    shortage = hump(6, skills=("orders", "billing"))
    plan = solve_plan(shortage, [people("billers", capacity=9, skills=("billing",))])
    before = np.maximum(shortage.required - 2.0, 0)
    np.testing.assert_allclose(plan.missing[:, 0], before[:, 0], atol=1e-9)
    assert plan.missing[0, 1].sum() < before[0, 1].sum()


def test_call_back_moves_contacts_and_loses_none() -> None:
    required = np.array([[[5, 1, 1, 1, 1, 1.0]]])
    shortage = Shortage.of(required, scheduled=2, interval_s=HOUR)
    later = Lever(key="later", kind="defer", effect=(0.4, 0.4, 0.4), most_s=3 * HOUR)
    plan = solve_plan(shortage, [later])
    assert plan.missing[0, 0].tolist() == pytest.approx([1, 0, 0, 0, 0, 0])
    quick = Lever(key="later", kind="defer", effect=(0.4, 0.4, 0.4), most_s=HOUR)
    # In the second hour one person is free, and 0.4 of its own contacts make room for those put off in the first.
    assert solve_plan(shortage, [quick]).missing_hours[0] == pytest.approx(1.6)


def test_the_cautious_effect_needs_more_money() -> None:
    low, high = (solve_plan(hump(), CATALOGUE, goal=0.9, effect=k).cost for k in (0, 2))
    assert low > high


def test_every_line_has_its_reason() -> None:
    plan = solve_plan(hump(20), CATALOGUE)
    reasons = {line.lever: line.why for line in plan.lines}
    assert reasons["callback"] == "why_puts_off"
    assert reasons["message"] == "why_avoids"
    assert reasons["overtime"] in ("why_cheaper_too_late", "why_cheaper_used_up", "why_fits_better")


def test_nothing_short_nothing_done() -> None:
    plan = solve_plan(hump(1), CATALOGUE)
    assert plan.lines == ()
    assert (plan.cost, plan.gap, plan.covered.tolist()) == (0, 0, [1, 1, 1])
    assert solve_plan(hump(), []).missing_hours.tolist() == pytest.approx(
        solve_plan(hump(), []).missing_before_hours.tolist()
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"key": ""}, "needs a key"),
        ({"kind": "magic"}, "kind must be one of people, demand, defer, got 'magic'"),
        ({"capacity": -1}, "capacity must be at least 0"),
        ({"lead_s": float("nan")}, "lead_s must be at least 0"),
        ({"least_s": 5 * HOUR, "most_s": HOUR}, "0 < least_s ≤ most_s"),
        ({"least_people": 9}, "least_people 9 exceeds capacity 5"),
        ({"effect": (0.5, 0.4, 0.6)}, "effect must be 0 ≤ low ≤ expected"),
        ({"excludes": ("a",)}, "excludes itself"),
    ],
)
def test_levers_that_make_no_sense(changes: dict[str, Any], said: str) -> None:
    plain = {"key": "a", "kind": "people", "capacity": 5.0}
    with pytest.raises(ValueError, match=said):
        Lever(**{**plain, **changes})


@pytest.mark.parametrize(
    ("levers", "limits", "said"),
    [
        ([people("a"), people("a")], {}, "keys of their own, got a more than once"),
        ([people("a", skills=("chat",))], {}, "unknown skill chat; the demand has all"),
        ([people("a", excludes=("z",))], {}, "excludes unknown lever z"),
        ([], {"budget": -1}, "budget must be at least 0"),
        ([], {"goal": 90}, r"goal must be in \[0, 1\], got 90; write 90 % as 0.9"),
        ([], {"goal": 0.9, "goal_level": 0.9}, "goal_level must be one of"),
        ([], {"penalty": float("inf")}, "penalty must be at least 0"),
    ],
)
def test_refusals(levers: list[Lever], limits: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        solve_plan(hump(), levers, **limits)  # type: ignore[arg-type]


def test_shortages_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="required must have shape"):
        Shortage.of([[1.0]], scheduled=0, interval_s=900)
    with pytest.raises(ValueError, match="levels must rise"):
        Shortage.of([[[1.0]], [[2.0]]], scheduled=0, interval_s=900, levels=(0.8, 0.5))
    with pytest.raises(ValueError, match="scheduled must be a number, got NaN"):
        Shortage.of([[[1.0]]], scheduled=np.nan, interval_s=900)
