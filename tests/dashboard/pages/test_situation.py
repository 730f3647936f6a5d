"""The situation's layout and snapshot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.domain.board import Assumption, Figure
from dashboard.domain.incidents import Phase
from dashboard.pages import situation
from forecasting.surge.assumptions import SurgeAssumptions
from tests.dashboard import board_samples as samples
from tests.dashboard.board_fakes import PEOPLE, FakeServices

DE = Words("de", timezone="Europe/Berlin")
EN = Words("en", timezone="Europe/Berlin")


def _places(component: Any, name: str) -> set[str]:
    if not hasattr(component, "to_plotly_json"):
        return set()
    props = component.to_plotly_json()["props"]
    found = {props[name]} if name in props else set()
    children = props.get("children")
    for child in children if isinstance(children, list) else [children]:
        found |= _places(child, name)
    return found


def _layout(role: str) -> Any:
    return situation.layout(Visit(DE, PEOPLE[role], FakeServices()))


@pytest.fixture
def surge() -> dict[str, Any]:
    return situation.snapshot(samples.situation(), DE)


def test_the_snapshot_is_json(surge: dict[str, Any]) -> None:
    assert orjson.loads(orjson.dumps(surge)) == surge


def test_every_place_of_the_layout_is_filled(surge: dict[str, Any]) -> None:
    layout = _layout("manager")
    hidden = {key for key, state in surge["states"].items() if state == "hidden"}

    def missing(attribute: str, kind: str) -> set[str]:
        keys = _places(layout, attribute) - surge[kind].keys()
        return {key for key in keys if not any(key.startswith(f"{one}.") for one in hidden)}

    assert missing("data-live-text", "texts") == set()
    assert missing("data-live-clock", "clocks") == set()
    assert missing("data-live-figure", "figures") == set()
    assert missing("data-live-rows", "rows") == set()


def test_nothing_is_sent_that_no_place_shows(surge: dict[str, Any]) -> None:
    layout = _layout("manager")
    places = set.union(*(_places(layout, f"data-live-{kind}") for kind in ("text", "link", "width")))
    assert surge["texts"].keys() - places == set()


def test_the_incident_is_the_top_line(surge: dict[str, Any]) -> None:
    texts = surge["texts"]
    assert texts["incident.0.title"] == "Anmeldung und Bestellungen nach Datenbankfehler gestört"
    assert (texts["incident.0.affected"], texts["incident.0.phase"]) == ("1,8–2,2 Mio.", "Ursache gefunden")
    assert surge["clocks"]["incident.0.update"] == {
        "epoch": round((samples.NOW + timedelta(minutes=12, seconds=30)).timestamp()),
        "mode": "countdown",
    }
    assert (surge["states"]["incident.0"], surge["states"]["incident.1"], surge["states"]["calm"]) == (
        "critical",
        "hidden",
        "hidden",
    )


def test_five_figures_with_target_and_age(surge: dict[str, Any]) -> None:
    shown = [surge["texts"][f"{key}.value"] for key in situation.TILES]
    assert shown == ["11,4\u202f×", "2.318", "41:24", "6\u202f%", "61\u202f%"]
    assert surge["texts"]["service_level.target"] == "Ziel 80\u202f%"
    assert surge["clocks"]["waiting.age"]["mode"] == "age"


def test_the_chart_is_said_in_a_sentence(surge: dict[str, Any]) -> None:
    sentence = surge["texts"]["fan.0.figure.summary"]
    assert sentence.startswith("Anrufe: zuletzt ")
    assert "Spitze 12:00: 6.800 (4.600–9.500)" in sentence
    assert sentence.endswith("Wieder normal 16:30 – 19:45")


def test_what_the_surge_rests_on(surge: dict[str, Any]) -> None:
    texts = surge["texts"]
    assert texts["basis.shares"].startswith("37\u202f% Vorannahme, 63\u202f% Daten")
    first = surge["rows"]["basis.assumptions"][0]["cells"]
    assert first["range"] == {"text": "8,0\u202f% – 25\u202f%", "sub": "geändert"}
    assert len(surge["rows"]["basis.assumptions"]) + len(surge["rows"]["basis.further"]) == 6


@pytest.mark.parametrize("words", [DE, EN], ids=["de", "en"])
def test_every_assumption_of_the_model_has_words_and_a_source(words: Words) -> None:
    strip = samples.strip()
    assert strip.basis
    ranges = SurgeAssumptions().ranges().items()
    assumed = tuple(Assumption(key, one.low, one.high, one.source) for key, one in ranges)
    view = replace(samples.situation(), incidents=(replace(strip, basis=replace(strip.basis, assumptions=assumed)),))
    rows = situation.snapshot(view, words)["rows"]
    assert len(rows["basis.assumptions"]) + len(rows["basis.further"]) == len(assumed)


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_has_its_word(phase: Phase) -> None:
    strip = samples.strip()
    view = replace(samples.situation(), incidents=(replace(strip, facts=strip.facts.changed(phase=phase)),))
    assert situation.snapshot(view, EN)["texts"]["incident.0.phase"]


def test_without_an_incident_it_is_the_ordinary_day() -> None:
    made = situation.snapshot(samples.situation(incident=False), EN)
    assert (made["states"]["calm"], made["states"]["incident.0"], made["states"]["basis"]) == ("ok", "hidden", "hidden")
    assert made["texts"]["calm.line"] == "Tue 24 Nov: the ordinary day."


def test_incidents_beyond_the_third_are_counted() -> None:
    view = replace(samples.situation(), incidents=(samples.strip(),) * 5)
    made = situation.snapshot(view, EN)
    assert (made["states"]["more"], made["texts"]["more.line"]) == ("ok", "and 2 more")


def test_an_unknown_figure_is_a_dash() -> None:
    made = situation.snapshot(replace(samples.situation(), waiting=Figure(None, None)), EN)
    assert (made["texts"]["waiting.value"], made["states"]["waiting"]) == ("–", "unknown")
    assert made["clocks"]["waiting.age"]["epoch"] is None


def test_a_silent_source_greys_chart_and_figure() -> None:
    made = situation.snapshot(samples.stale(samples.situation()), EN)
    assert (made["states"]["waiting"], made["states"]["fan.0"]) == ("stale", "stale")


def test_an_empty_store_is_a_board_without_figures() -> None:
    nothing = Figure(None, None)
    view = replace(
        samples.situation(incident=False),
        times_normal=nothing,
        waiting=nothing,
        longest_wait_s=nothing,
        service_level=nothing,
        abandonment=nothing,
        fans=(),
        queues=(),
    )
    made = situation.snapshot(view, DE)
    assert made["rows"]["queues"] == []
    assert made["states"]["fan.0"] == "hidden"


def test_only_who_runs_incidents_is_offered_to_open_one() -> None:
    assert "/incident/new" in _places(_layout("manager"), "href")
    assert "/incident/new" not in _places(_layout("agent"), "href")
    assert "incident.0.edit" not in _places(_layout("planner"), "data-live-link")


def test_the_centres_clock_counts_not_the_words() -> None:
    made = situation.snapshot(samples.situation(), Words("en", timezone="UTC"))
    assert made["texts"]["incident.0.started"] == "10:40"


def test_only_who_runs_incidents_gets_the_buttons_of_the_levers() -> None:
    for role, acts in (("manager", True), ("planner", False), ("agent", False)):
        places = _places(_layout(role), "data-lever-act")
        assert bool(places) is acts
        assert "lever.0.brings" in _places(_layout(role), "data-live-text")


def test_what_the_forecast_counts_with_and_the_next_four_hours_are_said(surge: dict[str, Any]) -> None:
    assert surge["texts"]["basis.soon"] == "52 Tsd."
    assert surge["texts"]["basis.levers"].startswith("Eingerechnet: Ansage und Hinweis auf der Website ab 11:15 (5")
