"""The surge plan's view without a browser: states, words in both languages, buttons, files, who may see it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dash import no_update

from dashboard.components import surge_plan as shown
from dashboard.components import surge_plan_form
from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.domain.surge_plan import BUDGET, GOAL, WEIGH, Aim, Binding, Line, PlanRecord, Terms
from dashboard.pages import staffing, staffing_surge_plan
from dashboard.services.levers.lever_catalogue import Catalogue
from dashboard.services.staffing import surge_plan, surge_plan_levers
from forecasting.staffing.levers import Lever
from tests.dashboard.board_client import log_in, server_of
from tests.dashboard.board_fakes import PEOPLE, FakeServices

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
LIMITS = ("capacity", "least_people", "once", "delay", "working_time", "lead", "budget", "goal")
SHARES = (("share", 0.15), ("low", 0.05), ("high", 0.3), ("hours", 480.0), ("rate", 0.52))
TERMS = (
    Terms("overtime", "people", 15, 30, 60, 180, 45, 0, 1, 1, 1, "Assumption", ("capacity",)),
    Terms("callback", "defer", 0, 15, 60, 240, 0.5, 0, 0.1, 0.2, 0.35, "Assumption"),
    Terms("own", "demand", 0, 15, 60, 240, 0.5, 0, 0.1, 0.2, 0.35, "Ours"),
)


def plan_of(status: str = "planned") -> PlanRecord:
    late = "why_cheaper_too_late"
    values = (("people", 3.0), ("rate", 45.0), ("used", 0.9), ("others", "on-call, outsourcer"))
    lines = (
        Line("message", "demand", NOW, NOW + timedelta(hours=8), 0.0, 480.0, 250.0, "why_avoids", SHARES),
        Line("overtime", "people", NOW, NOW + timedelta(hours=3), 3.0, 9.0, 405.0, late, values, fixed=True),
        Line(
            "callback",
            "defer",
            NOW,
            NOW + timedelta(hours=1),
            2.0,
            2.0,
            1.0,
            "why_puts_off",
            (("hours", 2.0), ("people", 2.0)),
        ),
    )
    return PlanRecord(
        7, NOW, "planner", NOW, NOW + timedelta(hours=24), Aim(GOAL, 0.9), "EUR", status, 656.0, 0.004,
        (1000.0, 5000.0), (400.0, 3000.0), (0.6, 0.4), lines,
        tuple(Binding(one, "overtime:on-call" if one == "excludes" else "overtime", None) for one in LIMITS), ("sms",),
    )  # fmt: skip


class Desk:
    """Fake use cases around one plan."""

    def __init__(self, plan: PlanRecord | None, *, is_open: bool = True) -> None:
        self.kept: list[PlanRecord] = []
        asked = surge_plan.Question(7, NOW, None, None, plan) if is_open else None  # type: ignore[arg-type]
        self.services = FakeServices(
            answers={
                surge_plan.question: lambda **_: asked,
                surge_plan.keep: lambda record, **_: self.kept.append(record),
                surge_plan_levers.catalogue: (None, "shipped"),
                surge_plan_levers.terms: TERMS,
                surge_plan_levers.save: None,
            },
            now=NOW,
        )

    def visit(self, language: str = "en", **parameters: str) -> Visit:
        words = Words(language, timezone="Europe/Berlin")
        return Visit(words, PEOPLE["planner"], self.services, {"view": "plan"} | parameters)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("status", ["planned", "goal_unreachable"])
def test_everything_has_its_words(language: str, status: str) -> None:
    words = Words(language, timezone="Europe/Berlin")
    text = str(staffing.layout(Desk(plan_of(status)).visit(language)))
    assert words("levers.called.overtime") in text
    assert words("surge_plan.fixed") in text
    assert f"{words('levers.called.on-call')}, {words('levers.called.outsourcer')}" in text
    for limit in LIMITS:
        assert words(f"surge_plan.limit.{limit}", lever="").strip(": ") in text or limit == "excludes"


def test_states() -> None:
    assert Words("en")("surge_plan.calm") in str(staffing.layout(Desk(None, is_open=False).visit()))
    fresh = str(staffing.layout(Desk(None).visit()))
    assert Words("en")("surge_plan.none") in fresh
    assert "hidden=True" in fresh


def test_a_broken_catalogue_is_said() -> None:
    words = Words("de")
    text = str(surge_plan_form.levers(TERMS, words, whence="levers.toml: no levers"))
    assert words("surge_plan.whence.broken", problem="levers.toml: no levers") in text
    assert words("surge_plan.changed") in text
    assert "Ours" in text


def test_lines_that_have_no_one_time_cannot_be_held() -> None:
    buttons = str(shown.result(plan_of(), Words("en", timezone="Europe/Berlin")))
    assert buttons.count(f"'type': '{shown.FIX}'") == 2
    assert buttons.count(f"'type': '{shown.DROP}'") == 3
    assert buttons.count(f"'type': '{shown.GIVE}'") == 1


def test_buttons_change_the_kept_plan() -> None:
    desk, plan = Desk(plan_of()), plan_of()
    key = plan.lines[0].key
    for pressed, expected in (
        ({"type": shown.FIX, "key": key}, plan.fixing(key)),
        ({"type": shown.DROP, "lever": "overtime", "key": "x"}, plan.without("overtime")),
        ({"type": shown.GIVE, "lever": "sms"}, plan.giving("sms")),
    ):
        staffing_surge_plan._by_hand(desk.visit(), pressed)
        assert desk.kept[-1] == expected
    assert plan.fixing(plan.lines[2].key) == plan


@pytest.mark.parametrize(
    ("kind", "text", "aim"),
    [
        (WEIGH, "whatever", Aim()),
        (BUDGET, "20000", Aim(BUDGET, 20_000)),
        (BUDGET, "20.000 €", Aim(BUDGET, 20_000)),
        (BUDGET, "20,000", Aim(BUDGET, 20_000)),
        (BUDGET, "1234,5", Aim(BUDGET, 1234.5)),
        (BUDGET, "0", Aim(BUDGET, 0)),
        (BUDGET, "", None),
        (BUDGET, "-5", None),
        (BUDGET, "nan", None),
        (BUDGET, "9" * 14, None),
        (GOAL, "90 %", Aim(GOAL, 0.9)),
        (GOAL, "92,5", Aim(GOAL, 0.925)),
        (GOAL, "101", None),
        ("else", "1", None),
    ],
)
def test_aims(kind: str, text: str, aim: Aim | None) -> None:
    assert staffing_surge_plan.parse_aim(kind, text) == aim


def test_a_number_by_hand_holds_its_line_and_what_is_no_number_is_said() -> None:
    levers = Catalogue((Lever(key="overtime", kind="people", capacity=15.0),), "EUR")
    desk = Desk(plan_of())
    asked = surge_plan.Question(7, NOW, None, levers, plan_of())  # type: ignore[arg-type]
    desk.services.answers[surge_plan.question] = lambda **_: asked
    key = plan_of().lines[1].key
    for text in ("0", "16", "2,5", "many", ""):
        *_, error, _ = staffing_surge_plan._counted(desk.visit(), key, text)
        assert error == Words("en")("surge_plan.error.count", lever="Overtime", most="15")
    assert desk.kept == []
    assert set(staffing_surge_plan._counted(desk.visit(), key, " 3 ")) == {no_update}
    staffing_surge_plan._counted(desk.visit(), key, "6")
    line = desk.kept[-1].lines[1]
    assert (line.people, line.hours, line.cost, line.fixed) == (6.0, 18.0, 810.0, True)
    assert plan_of().setting(plan_of().lines[2].key, 9) == plan_of()  # contacts put off come in no numbers


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("excluded", {"lever": "overtime", "other": "on-call"}),
        ("held_budget", {"cost": 400.0, "budget": 1.0}),
        ("working_time", {"lever": "overtime", "held": 9.0, "most": 4.0}),
    ],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_cannot_be_held_together_is_said(what: str, values: dict[str, Any], language: str) -> None:
    desk = Desk(plan_of())
    wrong = surge_plan.PlanError("raw", what=what, values=values)
    said = staffing_surge_plan._refused(wrong, desk.visit(language))
    assert "raw" not in said
    assert "overtime" not in said  # its name, not its key
    assert "raw" in staffing_surge_plan._refused(surge_plan.PlanError("raw"), desk.visit(language))


def test_a_bad_aim_keeps_the_plan_and_says_so() -> None:
    desk = Desk(plan_of())
    children, hidden, error, _ = staffing_surge_plan._make(desk.visit(), BUDGET, "viel", entries={})
    assert children
    assert hidden is False
    assert error == Words("en")("surge_plan.error.budget")
    assert desk.kept == []


def test_a_bad_figure_of_a_lever_is_said() -> None:
    desk = Desk(plan_of())

    def refuse(*_: Any, **__: Any) -> None:
        raise surge_plan_levers.LeverEntryError({"overtime": "capacity: 'x'"})

    desk.services.answers[surge_plan_levers.save] = refuse
    *_, error, _ = staffing_surge_plan._make(desk.visit(), WEIGH, "", entries={})
    assert "Overtime – capacity: 'x'" in error


@pytest.mark.parametrize(("kind", "status"), [("csv", 200), ("xlsx", 200), ("ics", 200), ("exe", 404)])
def test_files(kind: str, status: int) -> None:
    client = log_in(server_of(Desk(plan_of()).services).test_client(), "planner")
    answer = client.get(f"/staffing/plan.{kind}")
    assert answer.status_code == status
    if status == 200:
        name = f"andrang-surge-plan-2026-11-24-0940.{kind}"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_no_plan_has_no_file_and_agents_have_no_access() -> None:
    assert log_in(server_of(Desk(None).services).test_client(), "planner").get("/staffing/plan.csv").status_code == 404
    client = log_in(server_of(Desk(plan_of()).services).test_client(), "agent")
    assert [client.get(path).status_code for path in ("/staffing/plan.csv", "/staffing?view=plan")] == [403, 403]


def test_a_plan_without_lines_says_that_there_is_nothing_to_do() -> None:
    words = Words("en", timezone="Europe/Berlin")
    assert words("surge_plan.nothing_to_do") in str(shown.result(replace(plan_of(), lines=(), binding=()), words))
