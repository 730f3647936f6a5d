"""The replies page without a browser: search, preview, steps, the form of a draft."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.domain.replies import Status
from dashboard.pages import replies
from dashboard.services.incidents.incident_desk import change_incident
from dashboard.services.incidents.incident_form import Desk
from dashboard.services.replies import reply_library
from tests.dashboard.pages.desk_board import StoreServices, call, client_of, desk_services
from tests.dashboard.services.desk_store import AGENT, BERLIN, MANAGER, NOW

CONFIRM = "callback-confirm-chat/de/1"
LIMITS = ("valid_from", "valid_until", "services", "regions")
SEARCH = ("children", "data-query", "role")


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StoreServices]:
    with desk_services(tmp_path) as services:
        yield services


def search(client: FlaskClient, query: str = "", *, selected: str | None = None) -> dict[str, Any]:
    """The answer to a query, or to a list that changed while `selected` was shown."""
    wanted = {"language": "de", "channel": "", "phase": "", "shelf": "approved"}
    return call(
        client,
        [*(("reply-results", prop) for prop in SEARCH), ("reply-count", "children"), ("reply-selected", "data")],
        inputs=[
            ("reply-query", "value", query),
            *((f"reply-{name}", "value", value) for name, value in wanted.items()),
            ("reply-stamp", "data", ""),
        ],
        state=[("reply-selected", "data", selected), ("reply-incident", "value", "1")],
        changed="reply-stamp.data" if selected else "reply-query.value",
    )


def show(
    client: FlaskClient,
    reply: str = CONFIRM,
    *,
    part: str = "reply-body",
    collected: list[str] | None = None,
    **typed: str,
) -> str:
    fields = [{"type": "agent-entry", "name": f"agent.{name}"} for name in typed]
    answer = call(
        client,
        [
            ("reply-head", "children"),
            ("reply-fields", "children"),
            ("reply-body", "children"),
            ("reply-shown", "data"),
            ("reply-entries", "data"),
        ],
        inputs=[
            ("reply-selected", "data", reply),
            ("reply-stamp", "data", ""),
            ("reply-incident", "value", "1"),
            [(one, "value", value) for one, value in zip(fields, typed.values(), strict=True)],
            ("reply-collected", "data", collected or []),
            ("reply-shown", "data", None),
        ],
        state=[[(one, "id", one) for one in fields], ("reply-entries", "data", {})],
        changed="reply-selected.data",
    )
    return str(answer[part]["children"])


def step(client: FlaskClient, name: str, *, reply: str = CONFIRM, seen: str = NOW.isoformat(), reason: str = "") -> str:
    identity = {"reply": reply, "seen": seen, "step": name, "type": "reply-step"}
    changed = f'{{"reply":"{reply}","seen":"{seen}","step":"{name}","type":"reply-step"}}.n_clicks'
    field = {"reply": reply, "type": "reply-reason"}
    answer = call(
        client,
        [("reply-notice", "children"), ("reply-stamp", "data")],
        inputs=[[(identity, "n_clicks", 1)]],
        state=[[(field, "value", reason)], [(field, "id", field)]],
        changed=changed,
    )
    return str(answer["reply-notice"]["children"])


def test_search_finds_and_selects_the_best(board: StoreServices) -> None:
    answer = search(client_of(board, "agent"), "rückruf bestä")
    assert answer["reply-selected"]["data"] == CONFIRM
    assert answer["reply-results"]["data-query"] == "rückruf bestä"
    assert answer["reply-count"]["children"].startswith("1 reply")


def test_nothing_found_says_what_to_do(board: StoreServices) -> None:
    answer = search(client_of(board, "agent"), "zebra")
    assert "Nothing found for “zebra”." in str(answer["reply-results"]["children"])
    assert answer["reply-results"]["role"] == "group"
    assert answer["reply-selected"]["data"] is None


def test_a_list_that_changes_by_itself_selects_nothing_else(board: StoreServices) -> None:
    client = client_of(board, "manager")
    step(client, "withdraw")
    answer = search(client, "rückruf", selected=CONFIRM)
    assert answer["reply-selected"]["data"] == CONFIRM
    assert CONFIRM not in str(answer["reply-results"]["children"])


def test_a_complete_text_is_carried_to_the_clipboard(board: StoreServices) -> None:
    body = show(client_of(board, "agent"), callback_time="heute um 16 Uhr", phone="0221 1234", ticket="T-1")
    assert "'data-copy': 'Ihr Rückruf ist eingetragen: heute um 16 Uhr, unter der Nummer 0221 1234." in body
    assert "data-refusal" not in body


def test_a_missing_value_refuses_the_copy(board: StoreServices) -> None:
    body = show(client_of(board, "agent"), callback_time="heute um 16 Uhr")
    assert "data-copy" not in body
    assert "Still missing: Number to call back, Case number" in body


def test_the_facts_are_filled_in(board: StoreServices) -> None:
    body = show(client_of(board, "agent"), "login-known-chat/de/1")
    assert "heute, 10:00 Uhr" in body
    assert "heute um 11:00 Uhr" in body
    assert "data-copy" in body


def test_markup_stays_text(board: StoreServices) -> None:
    body = show(
        client_of(board, "agent"), callback_time="<script>alert(1)</script>", phone="1", ticket="{{ agent.name }}"
    )
    assert "<script>alert(1)</script>" in body  # a string child, which React writes as text
    assert "{{ agent.name }}" in body


def follow(client: FlaskClient, *, phase: str, incident: str = "1") -> Any:
    return call(
        client,
        [("reply-incident-line", "children"), ("reply-phase", "value"), ("reply-preset", "data")],
        inputs=[("reply-stamp", "data", "another")],
        state=[
            ("reply-incident", "value", incident),
            ("reply-phase", "value", phase),
            ("reply-preset", "data", "investigating"),
        ],
        changed="reply-stamp.data",
    )


def test_an_untouched_filter_follows_the_phase(board: StoreServices) -> None:
    client = client_of(board, "agent")
    assert "reply-phase" not in follow(client, phase="investigating")
    form, desk = {"phase": "identified"}, Desk("en", BERLIN, board.now)
    change_incident(board.session, 1, form=form, expected_revision=1, by=MANAGER, desk=desk)
    board.session.commit()
    assert follow(client, phase="investigating")["reply-phase"]["value"] == "identified"
    assert "reply-phase" not in follow(client, phase="")
    assert "Anmeldung gestört" in str(follow(client, phase="", incident="7")["reply-incident-line"])


def test_steps(board: StoreServices) -> None:
    assert step(client_of(board, "agent"), "withdraw") == "This account lacks the right to do that."
    manager = client_of(board, "manager")
    assert step(manager, "withdraw") == "Withdrawn."
    assert step(manager, "withdraw") == "The text is not in use."
    assert "has been withdrawn" in show(client_of(board, "agent"), callback_time="1", phone="1", ticket="1")


def test_the_stamp_changes_with_the_library(board: StoreServices) -> None:
    client = client_of(board, "manager")
    before = client.get(replies.STAMP_ADDRESS).text
    assert client.get(replies.STAMP_ADDRESS).text == before
    step(client, "withdraw")
    assert client.get(replies.STAMP_ADDRESS).text != before


def save(client: FlaskClient, of: dict[str, Any] | None = None, **texts: Any) -> Any:
    entries = [{"type": "draft-entry", "name": name} for name in ("title", "body", "tags", *LIMITS)]
    errors = [{"type": "draft-error", "name": n} for n in ("title", "body", "phases", "tags", "status", *LIMITS)]
    values = {"title": "", "body": "", "tags": ""} | dict.fromkeys(LIMITS, "") | texts
    return call(
        client,
        [
            [(one, "children") for one in errors],
            ("draft-place", "href"),
            ("draft-conflict", "children"),
            ("draft-of", "data"),
        ],
        inputs=[("draft-save", "n_clicks", 1)],
        state=[
            [(one, "value", values[one["name"]]) for one in entries],
            [(one, "id", one) for one in entries],
            ("draft-language", "value", "de"),
            ("draft-channel", "value", "chat"),
            ("draft-phases", "value", texts.get("phases", [])),
            ("draft-incident", "value", texts.get("incident", "")),
            ("draft-reapprove", "value", texts.get("reapprove", [])),
            ("draft-of", "data", of or {"key": None, "seen_at": None}),
        ],
        changed="draft-save.n_clicks",
    )


def test_a_draft_is_saved_and_shown(board: StoreServices) -> None:
    answer = save(client_of(board, "agent"), title="Filiale zu", body="Bis {{ incident.eta }}.", phases=["identified"])
    address = answer["draft-place"]["href"]
    assert address.startswith("/replies?shelf=unfinished&reply=filiale-zu-")
    reply = reply_library.library(board.session).version(address.partition("reply=")[2])
    assert reply is not None
    assert (reply.status, reply.author) == (Status.DRAFT, "agent")


def test_every_mistake_is_said_beside_its_field(board: StoreServices) -> None:
    answer = save(client_of(board, "agent"), body="{{ incident.secret }}")
    said = {key: value["children"] for key, value in answer.items() if "draft-error" in key}
    assert said == {
        '{"name":"title","type":"draft-error"}': "Please fill this in.",
        '{"name":"body","type":"draft-error"}': "There is no such blank: incident.secret. Please choose from the list.",
        '{"name":"phases","type":"draft-error"}': "Please choose at least one phase.",
        '{"name":"tags","type":"draft-error"}': "",
        '{"name":"status","type":"draft-error"}': "",
        **{f'{{"name":"{name}","type":"draft-error"}}': "" for name in LIMITS},
    }


def read_over(client: FlaskClient, body: str, channel: str = "chat") -> str:
    answer = call(
        client,
        [("draft-notes", "children")],
        inputs=[
            ({"type": "draft-entry", "name": "body"}, "value", body),
            ("draft-language", "value", "de"),
            ("draft-channel", "value", channel),
            ("draft-phases", "value", ["identified"]),
        ],
        changed='{"name":"body","type":"draft-entry"}.value',
    )
    return str(answer["draft-notes"]["children"])


def test_a_second_reader_speaks_while_one_writes(board: StoreServices) -> None:
    client = client_of(board, "agent")
    assert read_over(client, "") == "[]"
    assert "Promises more than we can be sure to keep: garantieren" in read_over(client, "Wir garantieren das.")
    assert "The blank “Next update” is missing." in read_over(client, "Bis {{ incident.eta }}.")
    assert "Fits into one text message: up to 5 of 160" in read_over(client, "Kurz.", "sms")
    assert "Stands in the way of approval: Too long" in read_over(client, "x" * 500, "sms")
    assert "Stands in the way of approval: There is no such blank" in read_over(client, "{{ incident.x }}")


def test_whoever_approves_sees_the_doubts(board: StoreServices) -> None:
    address = save(client_of(board, "agent"), title="Zu viel", body="Wir garantieren das.", phases=["identified"])
    reply = address["draft-place"]["href"].partition("reply=")[2]
    shown = show(client_of(board, "manager"), reply, part="reply-head")
    assert "Promises more than we can be sure to keep: garantieren" in shown


def fetch(client: FlaskClient) -> Any:
    return call(
        client,
        [("reply-starter-place", "children")],
        inputs=[("reply-starter", "n_clicks", 1)],
        changed="reply-starter.n_clicks",
    )


def test_a_manager_fetches_what_is_missing_of_the_starter_set(tmp_path: Path) -> None:
    with desk_services(tmp_path) as services:
        services.session.execute(text("DELETE FROM reply_version WHERE key LIKE 'login-%'"))
        reply_library.mark_changed(services.session, services.now)
        services.session.commit()
        words = Words("en", timezone="Europe/Berlin")
        offered = str(replies.layout(Visit(words, MANAGER, services, {})).to_plotly_json())
        assert "Fetch 18 starter replies as drafts" in offered
        assert "Fetch 18" not in str(replies.layout(Visit(words, AGENT, services, {})).to_plotly_json())
        answer = fetch(client_of(services, "manager"))
        assert "18 starter replies are drafts now" in str(answer)
        found = [one for one in reply_library.library(services.session).versions if one.key.startswith("login-")]
        assert {one.status for one in found} == {Status.DRAFT}
        assert len(found) == 18


def test_an_agent_cannot_fetch_the_starter_set(board: StoreServices) -> None:
    board.session.execute(text("DELETE FROM reply_version"))
    board.session.commit()
    with pytest.raises(AssertionError):
        fetch(client_of(board, "agent"))
    assert board.session.execute(text("SELECT count(*) FROM reply_version")).scalar_one() == 0


@pytest.mark.parametrize("language", ["de", "en"])
def test_layouts_in_both_languages(board: StoreServices, language: str) -> None:
    words = Words(language, timezone="Europe/Berlin")
    for person in (AGENT, MANAGER):
        for parameters in ({}, {"edit": "new"}, {"edit": CONFIRM}, {"edit": "x/de/1"}, {"shelf": "unfinished"}):
            assert replies.layout(Visit(words, person, board, parameters)).to_plotly_json()
