"""Who of a roster may stay on or be called in, and a surge plan that keeps to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.domain.surge_plan import BUDGET, Aim
from dashboard.services.staffing import roster_limits, surge_plan
from dashboard.services.staffing.roster_limits import Grid, Limits
from dashboard.services.staffing.surge_plan import PlanError, Question
from dashboard.services.surge import surge_outlook
from forecasting.staffing.levers import Window
from tests.dashboard.seeded_centre import Centre, make_ordinary
from tests.dashboard.services.staffing.roster_samples import PLANNER, day, take

START = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)  # 10:30 in Berlin
GRID = Grid(START, 1800, 48)
QUEUES = ("billing", "forms", "login")


def limits(centre: Centre, *lines: str) -> Limits:
    take(centre, *lines)
    asked = question(centre)
    return roster_limits.limits(asked.roster, [one.row for one in asked.inputs.queues], grid=GRID)


def question(centre: Centre) -> Question:
    with centre.session() as session:
        asked = surge_plan.question(session, settings=centre.settings, clock=centre.clock)
    assert asked is not None
    return asked


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    made = make_ordinary(tmp_path)
    made.open_incident(queues=("login",), affected_low=8_000, affected_high=12_000)
    with made.sessions.begin() as session:
        surge_outlook.refresh(session, settings=made.settings, clock=made.clock)
    return made


def test_staying_on_ends_with_the_longest_day(centre: Centre) -> None:
    found = limits(
        centre,
        day("Ann", "login", "08:00", "16:30", breaks="12:00-12:30"),  # 8 h: two more
        day("Bo", "login", "08:00", "18:45", breaks="12:00-12:45"),  # 10 h: none
        day("Team", "login|forms|billing", "10:00", "14:10", people=4),  # 4:10: until 20:00, from the next half-hour on
    )
    assert found.stay == (
        Window(8, 19, 4, QUEUES),
        Window(12, 16, 1, ("login",)),
    )


def test_staying_on_leaves_the_rest_before_the_next_day(centre: Centre) -> None:
    tomorrow = "Ann,1,login,2026-03-04 05:00,2026-03-04 09:00,,"
    found = limits(centre, day("Ann", "login", "12:00", "17:00"), tomorrow)
    assert found.stay == (Window(13, 15, 1, ("login",)), Window(45, 48, 1, ("login",)))


def test_those_on_call_come_only_rested_and_in_their_time(centre: Centre) -> None:
    yesterday = "Bo,1,login,2026-03-02 20:00,2026-03-03 04:00,,"
    found = limits(
        centre,
        yesterday,
        day("Bo", "login", "10:00", "22:00", duty="on_call"),  # rested from 15:00 on
        day("Cy", "login", "12:00", "20:00", duty="on_call"),
        day("Team", "billing", "11:00", "13:00", people=3, duty="on_call"),
        day("Dee", "login", "08:00", "12:00"),
    )
    assert found.called == (
        Window(1, 5, 3, ("billing",)),
        Window(3, 19, 1, ("login",)),
        Window(9, 23, 1, ("login",)),
    )


def test_nobody_on_call_on_two_days_is_called_twice(centre: Centre) -> None:
    tomorrow = "Team,5,login,2026-03-04 00:00,2026-03-05 00:00,,on_call"
    found = limits(centre, day("Team", "login", "00:00", "24:00", people=5, duty="on_call"), tomorrow)
    assert found.called == (Window(0, 27, 5, ("login",)),)


def test_without_anybody_on_call_those_off_duty_may_be_called(centre: Centre) -> None:
    tomorrow = "Ann,1,login,2026-03-04 14:00,2026-03-04 20:00,,"
    found = limits(centre, tomorrow, day("Bo", "login", "10:00", "18:00"))
    # Ann until 11 hours before 14:00, Bo from 11 hours behind 18:00.
    assert found.called == (Window(0, 33, 1, ("login",)), Window(37, 48, 1, ("login",)))


def test_groups_alone_tell_nothing_of_who_is_off_duty(centre: Centre) -> None:
    found = limits(centre, day("Team", "login", "10:00", "18:00", people=5))
    assert found.called is None


def test_without_a_roster_that_reaches_here_nothing_is_limited(centre: Centre) -> None:
    take(centre, "Ann,1,login,2025-03-03 08:00,2025-03-03 16:00,,")
    assert question(centre).roster is None
    assert roster_limits.limits(None, [], grid=GRID) == Limits()


@pytest.fixture
def asked(centre: Centre) -> Question:
    take(
        centre,
        *(day(f"P{i}", "login|billing", "08:00", "16:30", breaks="12:00-12:30") for i in range(4)),
        day("Cy", "login", "12:00", "20:00", duty="on_call"),
    )
    return question(centre)


def test_the_plan_prolongs_only_whom_the_rules_let_and_counts_who_is_there(asked: Question) -> None:
    plan = surge_plan.solve(asked, Aim(), by=PLANNER)
    overtime = [one for one in plan.lines if one.lever == "overtime"]
    assert sum(one.people for one in overtime) <= 4
    for one in overtime:
        assert one.start == START + timedelta(hours=6)
        assert one.end <= one.start + timedelta(hours=2)
    called = [one for one in plan.lines if one.lever == "on-call"]
    assert sum(one.people for one in called) <= 1
    assert all(one.start >= START + timedelta(hours=1.5) for one in called)
    bare = surge_plan.shortage_of(asked.inputs)
    pooled = [bare.skills.index(key) for key in ("login", "billing")]
    assert bare.scheduled[pooled, 0].sum() == pytest.approx(4 * 0.7)


def test_a_number_set_by_hand_is_kept_unless_the_rules_forbid_it(asked: Question) -> None:
    plan = surge_plan.solve(asked, Aim(), by=PLANNER)
    line = next(one for one in plan.lines if one.lever == "overtime")
    fewer = plan.setting(line.key, 1)
    assert [(one.people, one.fixed) for one in fewer.lines if one.key == line.key] == [(1.0, True)]
    again = surge_plan.solve(asked, Aim(), held=fewer, by=PLANNER)
    (held,) = [one for one in again.lines if one.fixed]
    assert (held.people, held.cost) == (1, pytest.approx(line.cost / line.people))
    assert sum(one.people for one in again.lines if one.lever == "overtime") <= 4
    with pytest.raises(PlanError) as wrong:
        surge_plan.solve(asked, Aim(), held=plan.setting(line.key, 9), by=PLANNER)
    assert (wrong.value.what, wrong.value.values["most"]) == ("working_time", 4)


def test_held_levers_that_exclude_each_other_are_said(asked: Question) -> None:
    pair = tuple(
        replace(one, excludes=("overtime",)) if one.key == "on-call" else one for one in asked.catalogue.levers
    )
    plan = surge_plan.solve(asked, Aim(), by=PLANNER)
    held = plan
    for line in plan.lines:
        held = held.fixing(line.key) if line.lever in ("overtime", "on-call") else held
    assert {one.lever for one in held.lines if one.fixed} == {"overtime", "on-call"}
    contrary = replace(asked, catalogue=replace(asked.catalogue, levers=pair))
    with pytest.raises(PlanError) as wrong:
        surge_plan.solve(contrary, Aim(), held=held, by=PLANNER)
    assert wrong.value.what == "excluded"
    one = next(line for line in plan.lines if line.lever == "overtime")
    single = surge_plan.solve(contrary, Aim(), held=plan.fixing(one.key), by=PLANNER)
    assert "on-call" not in {line.lever for line in single.lines}


def test_a_budget_of_nothing_with_something_held(asked: Question) -> None:
    plan = surge_plan.solve(asked, Aim(), by=PLANNER)
    line = next(one for one in plan.lines if one.lever == "overtime")
    with pytest.raises(PlanError) as wrong:
        surge_plan.solve(asked, Aim(BUDGET, 0.0), held=plan.fixing(line.key), by=PLANNER)
    assert (wrong.value.what, wrong.value.values["cost"]) == ("held_budget", pytest.approx(line.cost))
    free = surge_plan.solve(asked, Aim(BUDGET, 0.0), by=PLANNER)
    assert free.cost == 0
    assert {one.limit for one in free.binding} >= {"budget"}
