"""The page of assumptions without a browser: read, change, refuse, read only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.pages import surge_assumptions as page
from dashboard.services.surge import lever_assumptions, surge_assumptions
from forecasting.surge import SurgeAssumptions
from tests.dashboard.pages.desk_board import StoreServices, call, client_of, desk_services
from tests.dashboard.services.desk_store import AGENT, MANAGER

NAMES = tuple(SurgeAssumptions().ranges())
ENTRIES = [{"type": "assumption-entry", "name": name, "end": end} for name in NAMES for end in ("low", "high")]
ERRORS = [{"type": "assumption-error", "name": name} for name in NAMES]


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StoreServices]:
    with desk_services(tmp_path) as services:
        yield services


def save(board: StoreServices, name: str = "manager", **typed: tuple[str, str]) -> Any:
    texts = [typed.get(one["name"], ("", ""))[0 if one["end"] == "low" else 1] for one in ENTRIES]
    return call(
        client_of(board, name),
        [[(one, "children") for one in ERRORS], [(one, "value") for one in ENTRIES], ("assumption-notice", "children")],
        inputs=[("assumption-save", "n_clicks", 1)],
        state=[
            [(one, "value", text) for one, text in zip(ENTRIES, texts, strict=True)],
            [(one, "id", one) for one in ENTRIES],
        ],
        changed="assumption-save.n_clicks",
    )


def test_a_change_is_kept_and_shown(board: StoreServices) -> None:
    answer = save(board, contact_share=("5 %", "12,5"))
    assert answer["assumption-notice"]["children"] == "1 changed"
    shown = answer['{"end":"high","name":"contact_share","type":"assumption-entry"}']["value"]
    assert shown == "12.5"
    kept = {one.name: one for one in surge_assumptions.fields(board.session)}["contact_share"]
    assert (kept.low, kept.changed) == (pytest.approx(5), True)


def test_what_cannot_be_taken_is_said_beside_its_field(board: StoreServices) -> None:
    answer = save(board, rise=("3", "1"))
    said = answer['{"name":"rise","type":"assumption-error"}']["children"]
    assert said.startswith("Two numbers above 0")
    assert answer["assumption-notice"]["children"] == "Not saved"


@pytest.mark.parametrize(("person", "editable"), [(MANAGER, True), (AGENT, False)])
def test_every_range_has_its_source_and_a_field_for_those_who_may(
    board: StoreServices, person: Any, editable: bool
) -> None:
    text = str(page.layout(Visit(Words("de", timezone="Europe/Berlin"), person, board)))
    for one in SurgeAssumptions().ranges().values():
        assert Words("de")(f"assumed_from.{one.source}")[:20] in text
    assert ("assumption-entry" in text) is editable
    assert ("id='assumption-save'" in text) is editable


def test_levers_stand_in_the_same_form_with_what_was_measured(board: StoreServices) -> None:
    board.settings = board.settings.model_copy(update={"drill": True})
    text = str(page.layout(Visit(Words("de", timezone="Europe/Berlin"), MANAGER, board)))
    assert "SMS an Betroffene" in text
    assert "Für eine einzelne Meldung ist nichts veröffentlicht" in text
    assert "noch nie gemessen" in text
    entries = [{"type": "assumption-entry", "name": "lever.sms", "end": end} for end in ("low", "high")]
    error = {"type": "assumption-error", "name": "lever.sms"}
    for low, said in (("12", "1 changed"), ("99", "Not saved")):
        answer = call(
            client_of(board, "manager"),
            [[(error, "children")], [(one, "value") for one in entries], ("assumption-notice", "children")],
            inputs=[("assumption-save", "n_clicks", 1)],
            state=[[(entries[0], "value", low), (entries[1], "value", "33")], [(one, "id", one) for one in entries]],
            changed="assumption-save.n_clicks",
        )
        assert answer["assumption-notice"]["children"] == said
    assert "95 %" in answer['{"name":"lever.sms","type":"assumption-error"}']["children"]
    kept = {one.lever: one.field for one in board.ask(lever_assumptions.fields, board.settings)}
    assert (kept["sms"].low, kept["sms"].high) == (pytest.approx(12), pytest.approx(33))
