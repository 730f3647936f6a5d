"""Levers limited by working time: nobody works more, or sooner, than the windows let them."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from forecasting.staffing.levers import Lever, Shortage, SurgePlan, Window, solve_plan
from forecasting.staffing.levers.windows import MOST_WINDOWS
from tests.forecasting.staffing_overload.test_surge_plan import HOUR, hump, people

HIGH = 1e6  # so dear is a person missing that all come who may


def staying(*windows: Window, **more: Any) -> Lever:
    known = {"capacity": 99, "least_s": HOUR, "most_s": 3 * HOUR, "draws_on": "shift"}
    return people("overtime", **(known | more), windows=windows)


def called(*windows: Window, **more: Any) -> Lever:
    known = {"capacity": 99, "least_s": 4 * HOUR, "most_s": 8 * HOUR, "draws_on": "rest"}
    return people("on-call", **(known | more), windows=windows)


def lines(plan: SurgePlan) -> list[tuple[int, int, float]]:
    return [(one.first, one.last, one.people) for one in plan.lines]


def test_who_stays_on_begins_where_the_shift_ends_and_goes_when_the_day_is_full() -> None:
    plan = solve_plan(hump(40), [staying(Window(11, 13, 3), Window(11, 12, 2), Window(14, 20, 4))], penalty=HIGH)
    assert sorted(lines(plan)) == [(11, 12, 2), (11, 13, 3), (14, 17, 4)]


def test_who_is_called_in_comes_only_between_two_rests() -> None:
    plan = solve_plan(hump(60), [called(Window(0, 11, 2), Window(13, 24, 3), Window(10, 13, 50))], penalty=HIGH)
    assert sum(count for _, _, count in lines(plan)) == 5
    for first, last, _ in lines(plan):
        assert last <= 11 or first >= 13


def test_each_person_of_a_window_comes_once() -> None:
    """Against enumeration: how many of each shift can be worked by distinct people at all."""
    windows = (Window(0, 6, 1), Window(2, 8, 2))
    required = np.array([[[9.0] * 8]])
    shortage = Shortage.of(required, scheduled=0, interval_s=HOUR)
    lever = called(*windows, least_s=4 * HOUR, most_s=4 * HOUR, cost_per_hour=0.01)
    plan = solve_plan(shortage, [lever], penalty=HIGH)
    spans = [(first, first + 4) for first in range(5)]
    best = 0
    for choice in product([None, *spans], repeat=3):
        owner = (windows[0], windows[1], windows[1])
        fits = all(
            one is None or (w.first <= one[0] and one[1] <= w.last) for one, w in zip(choice, owner, strict=True)
        )
        best = max(best, 4 * sum(one is not None for one in choice)) if fits else best
    assert sum(line.hours for line in plan.lines) == best == 12


def test_many_windows_are_drawn_together_and_never_widened() -> None:
    rng = np.random.default_rng(5)
    starts = rng.integers(0, 60, 200)
    windows = tuple(Window(int(a), int(a) + int(rng.integers(9, 36)), 1) for a in starts)
    assert len({(one.first, one.last) for one in windows}) > MOST_WINDOWS
    required = np.full((1, 1, 96), 300.0)
    shortage = Shortage.of(required, scheduled=0, interval_s=900.0)
    lever = called(*windows, least_s=2 * HOUR, most_s=4 * HOUR, step_s=HOUR, capacity=500)
    plan = solve_plan(shortage, [lever], penalty=HIGH)
    assert plan.lines
    # Everybody who works has a window of their own.
    worked = [(first, last) for first, last, count in lines(plan) for _ in range(int(count))]
    fits = np.array([[one.first <= first and last <= one.last for one in windows] for first, last in worked])
    matched = maximum_bipartite_matching(csr_array(fits), perm_type="column")
    assert (matched >= 0).all()


def test_what_people_can_do_limits_where_they_help() -> None:
    shortage = hump(20, skills=("orders", "billing"))
    lever = staying(Window(10, 13, 4, ("billing",)), Window(10, 13, 2, ("orders", "billing")))
    plan = solve_plan(shortage, [lever], penalty=HIGH)
    gone = (np.maximum(shortage.required - 2.0, 0) - plan.missing)[0, :, 10:13]
    assert gone[0].max() <= 2 + 1e-6
    assert gone.sum(axis=0).max() <= 6 + 1e-6
    assert gone[1].max() > 2


def test_where_nobody_may_that_binds_and_another_line_says_so() -> None:
    plan = solve_plan(hump(20), [staying(), people("dear", cost_per_hour=99)])
    assert ("working_time", "overtime") in {(one.limit, one.lever) for one in plan.binding}
    rested = called(Window(0, 6, 5), cost_per_hour=1)
    plan = solve_plan(hump(20), [rested, people("dear", cost_per_hour=99)], penalty=HIGH)
    reasons = {one.lever: one.why for one in plan.lines}
    assert reasons["dear"] in ("why_cheaper_may_not", "why_cheaper_used_up")


def test_a_pool_that_is_used_up_binds() -> None:
    plan = solve_plan(hump(20), [staying(Window(11, 14, 2))], penalty=HIGH)
    assert plan.binding[0].limit == "working_time"


def test_without_windows_the_capacity_alone_limits() -> None:
    free = solve_plan(hump(20), [people("overtime", draws_on="shift")])
    assert free.lines == solve_plan(hump(20), [people("overtime")]).lines


@pytest.mark.parametrize("changes", [{"draws_on": "magic"}, {"draws_on": "rest", "kind": "demand"}])
def test_draws_that_make_no_sense(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="draws_on must be shift or rest"):
        Lever(**{"key": "a", "kind": "people", "capacity": 5.0, **changes})
