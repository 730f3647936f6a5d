"""The incident page without a browser: open, mend, conflict, take back, read only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.pages import incident
from dashboard.services.incidents import incident_actions, incident_desk, incident_form
from dashboard.services.incidents.incident_form import FIELDS, Desk
from tests.dashboard.pages.desk_board import StoreServices, call, client_of, desk_services
from tests.dashboard.services.desk_store import AGENT, BERLIN, MANAGER

ENTRIES = [{"type": "incident-entry", "name": name} for name in FIELDS]
ERRORS = [{"type": "incident-error", "name": name} for name in FIELDS]
PLACES = ("incident-conflict", "incident-versions", "incident-notice")


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StoreServices]:
    with desk_services(tmp_path) as services:
        yield services


def save(client: FlaskClient, form: dict[str, str], *, of: dict[str, int] | None = None, revert: int = 0) -> Any:
    reverts = [({"type": "incident-revert", "revision": revert}, "n_clicks", 1)] if revert else []
    values = [[] if name == "queues" else form.get(name, "") for name in FIELDS]
    return call(
        client,
        [
            [(one, "children") for one in ERRORS],
            [(one, "value") for one in ENTRIES],
            *((place, "children") for place in PLACES),
            ("incident-of", "data"),
            ("incident-place", "href"),
        ],
        inputs=[("incident-save", "n_clicks", 0 if revert else 1), reverts],
        state=[
            [(one, "value", value) for one, value in zip(ENTRIES, values, strict=True)],
            [(one, "id", one) for one in ENTRIES],
            ("incident-of", "data", of or {}),
        ],
        changed=f'{{"revision":{revert},"type":"incident-revert"}}.n_clicks' if revert else "incident-save.n_clicks",
    )


def said(answer: Any, field: str) -> str:
    return str(answer[f'{{"name":"{field}","type":"incident-error"}}']["children"])


def form_of(board: StoreServices, **changes: str) -> dict[str, str]:
    """The form as the page showed it, with what a person typed."""
    desk = Desk("en", BERLIN, board.now)
    return incident_form.form_of(incident_desk.incident(board.session, 1).facts, desk) | changes


NEW = {
    "title": "Card payments down",
    "affected": "40,000",
    "started_at": "10:20",
    "phase": "investigating",
    "severity": "major",
}


def test_opening_leads_to_the_situation(board: StoreServices) -> None:
    answer = save(client_of(board, "manager"), NEW)
    assert answer["incident-place"]["href"] == "/"
    assert [one.facts.title for one in incident_desk.open_incidents(board.session)] == [
        "Card payments down",
        "Anmeldung gestört",
    ]


def test_what_is_wrong_stands_beside_its_field(board: StoreServices) -> None:
    answer = save(client_of(board, "manager"), NEW | {"title": "", "affected": "many"})
    assert said(answer, "title") == "Please say in a few words what has failed."
    assert said(answer, "affected").startswith("Not readable as a number.")
    assert said(answer, "started_at") == ""
    assert "incident-place" not in answer
    assert len(incident_desk.open_incidents(board.session)) == 1


def test_a_change_shows_in_the_history(board: StoreServices) -> None:
    answer = save(client_of(board, "manager"), form_of(board, eta="14:30"), of={"id": 1, "revision": 1})
    assert answer["incident-notice"]["children"] == "Saved as version 2."
    assert answer["incident-of"]["data"] == {"id": 1, "revision": 2}
    assert "Expected end: – → 14:30" in str(answer["incident-versions"]["children"])
    assert answer['{"name":"eta","type":"incident-entry"}']["value"] == "24/11/2026 14:30"


def test_a_stale_save_keeps_what_was_typed(board: StoreServices) -> None:
    client, before = client_of(board, "manager"), form_of(board)
    save(client, before | {"region": "Nord", "eta": "15:00"}, of={"id": 1, "revision": 1})
    answer = save(client, before | {"eta": "14:30"}, of={"id": 1, "revision": 1})
    assert "Region: – → Nord" in str(answer["incident-conflict"]["children"])
    assert answer['{"name":"eta","type":"incident-entry"}']["value"] == "14:30"
    assert answer['{"name":"region","type":"incident-entry"}']["value"] == "Nord"
    assert answer["incident-of"]["data"]["revision"] == 2
    assert incident_desk.incident(board.session, 1).revision == 2


def test_taking_back(board: StoreServices) -> None:
    client = client_of(board, "manager")
    save(client, form_of(board, cause="Update"), of={"id": 1, "revision": 1})
    answer = save(client, form_of(board), of={"id": 1, "revision": 2}, revert=1)
    assert answer["incident-notice"]["children"] == "Saved as version 3."
    assert incident_desk.incident(board.session, 1).facts.cause == ""


def test_an_agent_cannot_save(board: StoreServices) -> None:
    with pytest.raises(AssertionError, match="lacks the right"):
        save(client_of(board, "agent"), NEW)
    assert len(incident_desk.open_incidents(board.session)) == 1


def test_an_entry_is_echoed_as_understood(board: StoreServices) -> None:
    names = ("affected", "started_at", "contact_share", "eta", "title")
    values = ("1.8–2 million", "20 min ago", "20–40 %", "soon", "x")
    entries = [{"type": "incident-entry", "name": name} for name in names]
    answer = call(
        client_of(board, "manager"),
        [[({"type": "incident-echo", "name": name}, "children") for name in names]],
        inputs=[[(one, "value", value) for one, value in zip(entries, values, strict=True)]],
        state=[[(one, "id", one) for one in entries]],
        changed='{"name":"affected","type":"incident-entry"}.value',
    )
    assert [answer[f'{{"name":"{name}","type":"incident-echo"}}']["children"] for name in names] == [
        "1,800,000 to 2,000,000 customers",
        "10:20, 20\u202fmin ago",
        "20\u202f% to 40\u202f%",
        "",
        "",
    ]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("wanted", ["new", "1", "2", "x", "99999999999"])
def test_layouts_in_both_languages(board: StoreServices, language: str, wanted: str) -> None:
    words = Words(language, timezone="Europe/Berlin")
    for person in (AGENT, MANAGER):
        shown = str(incident.layout(Visit(words, person, board, {"incident_id": wanted})).to_plotly_json())
        assert ("incident-save" in shown) == (person is MANAGER and wanted in ("new", "1"))


def test_what_was_done_is_listed_with_what_was_taken_back(board: StoreServices) -> None:
    known = {"by": MANAGER, "now": board.now}
    drill = board.settings.model_copy(update={"drill": True})
    board.ask(incident_actions.note, 1, text="Vendor called", **known)
    pulled = board.ask(incident_actions.pull, 1, lever="sms", settings=drill, **known)
    board.ask(incident_actions.undo, pulled, **known)
    text = str(incident.layout(Visit(Words("de", timezone="Europe/Berlin"), MANAGER, board, {"incident_id": "1"})))
    assert "Vendor called" in text
    assert "SMS an Betroffene" in text
    assert text.count("zurückgenommen") == 1
