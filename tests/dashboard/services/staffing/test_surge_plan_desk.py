"""The surge plan of an incident: made, held, taken out, kept; its levers; its files."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from connectors.storage.read import get_audit
from dashboard.domain.surge_plan import BUDGET, GOAL, UNREACHABLE, Aim, PlanRecord
from dashboard.services.accounts import ForbiddenError
from dashboard.services.staffing import surge_plan, surge_plan_export, surge_plan_levers
from dashboard.services.staffing.surge_plan import PlanError, Question
from dashboard.services.staffing.surge_plan_levers import LeverEntryError
from dashboard.services.surge import surge_outlook
from tests.dashboard.board_fakes import PEOPLE
from tests.dashboard.seeded_centre import Centre, make_ordinary

PLANNER = PEOPLE["planner"]


def strike(folder: Path) -> Centre:
    centre = make_ordinary(folder)
    centre.open_incident(queues=("login",), affected_low=8_000, affected_high=12_000)
    with centre.sessions.begin() as session:
        surge_outlook.refresh(session, settings=centre.settings, clock=centre.clock)
    return centre


def question_of(centre: Centre) -> Question:
    with centre.session() as session:
        asked = surge_plan.question(session, settings=centre.settings, clock=centre.clock)
    assert asked is not None
    return asked


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Question:
    return question_of(strike(tmp_path_factory.mktemp("plan")))


@pytest.fixture(scope="module")
def plan(asked: Question) -> PlanRecord:
    return surge_plan.solve(asked, Aim(), by=PLANNER)


def test_nothing_to_plan_without_an_incident(tmp_path: Path) -> None:
    centre = make_ordinary(tmp_path)
    with centre.session() as session:
        assert surge_plan.question(session, settings=centre.settings, clock=centre.clock) is None


def test_a_plan_lessens_what_is_missing_and_says_why(plan: PlanRecord, asked: Question) -> None:
    assert plan.lines
    assert plan.missing_after[0] < plan.missing_before[0]
    assert plan.missing_after[1] < plan.missing_before[1]
    assert 0 <= plan.gap <= 0.012
    assert plan.cost == pytest.approx(sum(line.cost for line in plan.lines))
    for line in plan.lines:
        assert line.why.startswith("why_")
        assert line.start >= plan.start
        assert line.start.minute in (0, 30)
        lever = next(one for one in asked.catalogue.levers if one.key == line.lever)
        assert line.start >= asked.now + timedelta(seconds=lever.lead_s)


def test_it_survives_the_store(plan: PlanRecord) -> None:
    held = plan.fixing(plan.lines[0].key).without("outsourcer")
    assert PlanRecord.from_json(json.loads(json.dumps(held.to_json()))) == held


def test_what_is_held_stays_and_what_is_taken_out_is_not_used(plan: PlanRecord, asked: Question) -> None:
    line = next(one for one in plan.lines if one.kind == "people")
    other = next(one.lever for one in plan.lines if one.lever != line.lever)
    held = plan.fixing(line.key).without(other)
    again = surge_plan.solve(asked, Aim(), held=held, by=PLANNER)
    assert other not in {one.lever for one in again.lines}
    assert again.removed == (other,)
    same = [one for one in again.lines if one.fixed]
    assert [(one.lever, one.start, one.end, one.people) for one in same] == [
        (line.lever, line.start, line.end, line.people)
    ]
    assert same[0].why == "why_fixed"
    assert "#" not in json.dumps(again.to_json())
    assert again.giving(other).removed == ()


def test_holding_everything_gives_the_same_plan_again(plan: PlanRecord, asked: Question) -> None:
    held = plan
    for line in plan.lines:
        held = held.fixing(line.key)
    again = surge_plan.solve(asked, Aim(BUDGET, plan.cost + 1), held=held, by=PLANNER)
    assert {one.key for one in again.lines if one.fixed} == {one.key for one in plan.lines if one.may_be_fixed}
    assert again.cost == pytest.approx(plan.cost, abs=1.5)


def test_a_held_line_that_is_over_is_let_go(plan: PlanRecord, asked: Question) -> None:
    line = next(one for one in plan.lines if one.kind == "people")
    past = replace(line, start=line.start - timedelta(days=2), end=line.end - timedelta(days=2), fixed=True)
    again = surge_plan.solve(asked, Aim(), held=replace(plan, lines=(past,)), by=PLANNER)
    assert not any(one.fixed for one in again.lines)


def test_held_lines_stay_where_they_are_a_quarter_later(plan: PlanRecord, asked: Question) -> None:
    """The plan's grid does not move with the quarter-hours."""
    line = next(one for one in plan.lines if one.kind == "people")
    later = replace(asked.inputs, now=asked.now + timedelta(minutes=15), first=asked.inputs.first + 1)
    moved = replace(asked, inputs=replace(later, counted=later.counted - 2), now=later.now)
    again = surge_plan.solve(moved, Aim(), held=plan.fixing(line.key), by=PLANNER)
    assert [(one.start, one.end) for one in again.lines if one.fixed] == [(line.start, line.end)]


def test_levers_of_queues_that_are_not_here_are_left_out(asked: Question) -> None:
    elsewhere = tuple(replace(one, skills=("harbour",)) for one in asked.catalogue.levers)
    bare = replace(asked, catalogue=replace(asked.catalogue, levers=elsewhere))
    assert surge_plan.solve(bare, Aim(), by=PLANNER).lines == ()
    here = tuple(replace(one, skills=("login", "harbour")) for one in asked.catalogue.levers)
    bare = replace(asked, catalogue=replace(asked.catalogue, levers=here))
    assert surge_plan.solve(bare, Aim(), by=PLANNER).lines


def test_a_budget_is_kept(plan: PlanRecord, asked: Question) -> None:
    some = surge_plan.solve(asked, Aim(BUDGET, plan.cost / 3), by=PLANNER)
    assert some.cost <= plan.cost / 3 + 1e-6
    none = surge_plan.solve(asked, Aim(BUDGET, 0.0), by=PLANNER)
    assert none.cost == 0


def test_a_budget_below_what_is_held_is_said(plan: PlanRecord, asked: Question) -> None:
    dear = max(plan.lines, key=lambda line: line.cost)
    with pytest.raises(PlanError, match="held_budget"):
        surge_plan.solve(asked, Aim(BUDGET, 1.0), held=plan.fixing(dear.key), by=PLANNER)


def test_a_goal_out_of_reach_is_answered_with_the_nearest_and_what_binds(asked: Question) -> None:
    bare = replace(asked.catalogue, levers=asked.catalogue.levers[:1])
    best = surge_plan.solve(replace(asked, catalogue=bare), Aim(GOAL, 0.99), by=PLANNER)
    assert best.status == UNREACHABLE
    assert best.binding


def test_keeping_is_audited_and_agents_may_not(plan: PlanRecord, tmp_path: Path) -> None:
    centre = strike(tmp_path)
    mine = replace(plan, incident_id=question_of(centre).incident_id)
    with centre.sessions.begin() as session:
        surge_plan.keep(session, mine, by=PLANNER, now=centre.clock())
        assert [row.action for row in get_audit(session)][:1] == ["surge_plan"]
    assert question_of(centre).before == mine
    with centre.sessions.begin() as session, pytest.raises(ForbiddenError):
        surge_plan.keep(session, mine, by=PEOPLE["agent"], now=centre.clock())


def test_figures_of_levers_are_changed_and_given_back(tmp_path: Path) -> None:
    centre = make_ordinary(tmp_path)

    def save(**fields: str) -> None:
        with centre.sessions.begin() as session:
            surge_plan_levers.save(
                session, {"overtime": fields}, settings=centre.settings, by=PLANNER, now=centre.clock()
            )

    def overtime() -> tuple[float, float, float, tuple[str, ...]]:
        with centre.session() as session:
            one = next(t for t in surge_plan_levers.terms(session, centre.settings) if t.key == "overtime")
        return one.capacity, one.lead_min, one.effect, one.changed

    base = overtime()
    save(capacity="40", lead_min="90", effect="85 %")
    assert overtime() == (40.0, 90.0, 0.85, ("capacity", "lead_min", "effect"))
    save(capacity="", lead_min="90", effect="100")
    assert overtime() == (base[0], 90.0, 1.0, ("lead_min",))
    for bad in ({"capacity": "many"}, {"capacity": "-3"}, {"effect": "900"}, {"least_min": "600"}, {"lead_min": "inf"}):
        with pytest.raises(LeverEntryError) as wrong:
            save(**bad)
        assert "overtime" in wrong.value.problems
    assert overtime()[1] == 90.0


def test_a_broken_catalogue_is_said_and_the_shipped_one_stands_in(tmp_path: Path) -> None:
    centre = make_ordinary(tmp_path)
    (tmp_path / "levers.toml").write_text("[[lever]]\nkey = 3\n")
    with centre.session() as session:
        levers, whence = surge_plan_levers.catalogue(session, centre.settings)
    assert levers.levers
    assert "levers.toml" in whence


def test_files(plan: PlanRecord) -> None:
    def name(line: object) -> str:
        return "=Überstunden"

    def why(line: object) -> str:
        return "weil; es, nötig ist\nund lang " + "ä" * 90

    text = surge_plan_export.plan_csv(plan, timezone="Europe/Berlin", language="de", name=name, why=why)
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(rows) == len(plan.lines)
    assert rows[0]["lever"] == "'=Überstunden"
    assert rows[0]["start"].endswith("+01:00")
    heads = list(surge_plan_export.COLUMNS)
    book = surge_plan_export.plan_xlsx(plan, timezone="Europe/Berlin", heads=heads, title="Plan", name=name, why=why)
    sheet = load_workbook(io.BytesIO(book)).active
    assert sheet is not None
    assert sheet.max_row == len(plan.lines) + 1
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=Überstunden", "s")
    assert sheet["G2"].value == pytest.approx(plan.lines[0].cost, abs=0.01)
    ics = surge_plan_export.plan_ics(plan, title=name, why=why)
    assert ics.count("BEGIN:VEVENT") == len(plan.lines)
    assert all(len(line.encode()) <= 75 for line in ics.split("\r\n"))
    assert r"weil\; es\, nötig ist und" in ics.replace("\r\n ", "")
    assert len({one for one in ics.split("\r\n") if one.startswith("UID:")}) == len(plan.lines)
