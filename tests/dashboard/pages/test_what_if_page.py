"""The what-if view without a browser: the address, the fields, the figures and what they follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dash import no_update

from dashboard.components import what_if as panel
from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.domain.board import Range
from dashboard.domain.what_if import CLEARED, NO_BACKLOG, OPEN_AT_END, Changes, Clearing, Outcome, Standing, WhatIf
from dashboard.domain.what_if_entries import FIELDS
from dashboard.figures.staffing_what_if import waiting
from dashboard.pages import staffing, staffing_what_if
from dashboard.services.staffing import what_if
from tests.dashboard.board_client import log_in, server_of
from tests.dashboard.board_fakes import PEOPLE, FakeServices

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
NONE = Changes()
NAMES = [one.name for one in FIELDS]
STANDING = Standing(
    (300.0, 300.0), (180.0, 240.0), (0.3, 0.3), (0.8, 0.9), (20.0, 20.0), 40.0, (1_800_000, 2_000_000), NOW
)


def outcome(level: float = 0.87) -> Outcome:
    clear = Clearing(CLEARED, NOW + timedelta(hours=5), NO_BACKLOG, None, OPEN_AT_END, None)
    return Outcome(
        level,
        Range(10.0, 1234.0, 5678.0),
        clear,
        321.0,
        NOW + timedelta(hours=1),
        262.0,
        Range(40.0, 55.0, 88.0),
        NOW,
        tuple((NOW + i * timedelta(minutes=15), 10.0 * i) for i in range(96)),
    )


def whatif_of(changes: Changes = NONE, *, incident: str = "Login") -> WhatIf:
    after = outcome(0.62) if any(True for _ in changes.given()) else outcome()
    return WhatIf(
        NOW,
        NOW + timedelta(hours=24),
        NOW + timedelta(hours=48),
        "Europe/Berlin",
        2,
        incident,
        STANDING,
        outcome(),
        after,
        ("few_agents",),
    )


def visit(language: str = "en", *, answer: Callable[..., WhatIf] | None = None, **parameters: str) -> Visit:
    services = FakeServices(answers={what_if.ask: answer or (lambda changes, **_: whatif_of(changes))}, now=NOW)
    return Visit(Words(language, timezone="Europe/Berlin"), PEOPLE["planner"], services, parameters)


def spoken(component: Any) -> str:
    return str(component).replace("\\u202f", "\u202f")


def test_the_address_says_what_is_moved() -> None:
    seen = visit(view="whatif", aht="1.2", deflection="20", day="3")
    text = spoken(staffing.layout(seen))
    assert seen.services.asked[-1][1] == (Changes(aht=1.2, deflection=0.2),)  # type: ignore[attr-defined]
    assert "/staffing?view=whatif&aht=1.2&deflection=20" in text
    assert f"{Words('en').percent(0.62)}" in text
    assert "6:00" in text  # 1.2 × 5 minutes


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_field_and_measure_has_its_words(language: str) -> None:
    text = spoken(staffing.layout(visit(language, view="whatif", aht="2")))
    words = Words(language)
    for name in NAMES:
        assert words(f"whatif.field.{name}") in text
    assert words("whatif.caution.few_agents") in text
    assert words("whatif.row.clear") in text


@pytest.mark.parametrize("view", ["", "none", "<b>"])
def test_any_other_view_is_the_need(view: str) -> None:
    from dashboard.services.staffing import staffing_plan
    from tests.dashboard.pages import staffing_samples

    seen = visit(view=view)
    seen.services.answers[staffing_plan.view] = lambda **_: staffing_samples.view()  # type: ignore[attr-defined]
    assert "staffing-body" in str(staffing.layout(seen))


def test_without_an_incident_nothing_of_one_is_asked() -> None:
    text = str(staffing.layout(visit(view="whatif", answer=lambda changes, **_: whatif_of(changes, incident=""))))
    assert "'name': 'affected'" not in text
    assert "'name': 'aht'" in text


@pytest.mark.parametrize(("entry", "code"), [("99", "range"), ("x", "number")])
def test_a_bad_entry_is_kept_and_said(entry: str, code: str) -> None:
    words = Words("en")
    text = spoken(staffing.layout(visit(view="whatif", aht=entry)))
    assert words(f"whatif.error.{code}", low="× 0.5", high="× 3") in text
    assert f"value='{entry}'" in text


def moved(texts: dict[str, str], *, language: str = "de") -> Any:
    known = dict.fromkeys(NAMES, "") | texts if texts else {}
    return staffing_what_if._moved(visit(language), NAMES, known)


def test_a_field_moves_its_slider_and_a_bad_one_does_not() -> None:
    _, address, sliders, entries, errors, notes = moved({"people": "2", "aht": "viel", "patience": "0,5"})
    assert address == "/staffing?view=whatif&people=2&patience=0.5"
    assert sliders[NAMES.index("people")] == "2.0|2"
    assert sliders[0] is no_update
    assert "keine Zahl" in errors[0]
    assert all(entry is no_update for entry in entries)
    assert notes[NAMES.index("patience")] == "1:30–2:00"


def test_an_answer_says_which_text_it_answers() -> None:
    _, address, sliders, *_ = moved({"aht": "1,25"})
    assert address == "/staffing?view=whatif&aht=1.25"
    assert sliders[:2] == ["1.25|1,25", "1.0|"]


def test_reset_empties_everything() -> None:
    _, address, sliders, entries, errors, _ = moved({})
    assert address == "/staffing?view=whatif"
    assert set(entries) == {""}
    assert set(errors) == {""}
    assert sliders[NAMES.index("shrinkage")] == "30|"


def test_figures_say_before_after_and_whether_it_is_worse() -> None:
    words = Words("en", timezone="Europe/Berlin")
    text = spoken(panel.figures(whatif_of(Changes(aht=1.2)), words, changes=Changes(aht=1.2), course={}))
    assert "−25.0 points" in text
    assert words("whatif.worse") in text
    assert "no backlog – after Thu 10:40" in text
    assert words("whatif.worse") not in spoken(panel.figures(whatif_of(), words, changes=Changes(), course={}))


def test_nobody_waiting_is_said() -> None:
    words = Words("en", timezone="Europe/Berlin")
    nobody = Outcome(None, None, None, None, None, None, Range(1.0, 2.0, 3.0), NOW, ())
    text = spoken(panel.figures(replace(whatif_of(), before=nobody, after=nobody), words, changes=Changes(), course={}))
    assert words("whatif.nobody_waits") in text


def test_the_chart_has_a_second_line_only_with_a_change() -> None:
    words = Words("en", timezone="Europe/Berlin")
    assert len(waiting(whatif_of(), words, changed=False)["data"]) == 1
    both = waiting(whatif_of(), words, changed=True)["data"]
    assert [line["name"] for line in both] == ["as things stand", "with the change"]


def test_who_may_not_plan_sees_nothing() -> None:
    services = FakeServices(answers={what_if.ask: lambda changes, **_: whatif_of(changes)}, now=NOW)
    assert log_in(server_of(services).test_client(), "agent").get("/staffing?view=whatif").status_code == 403
