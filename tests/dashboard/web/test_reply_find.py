"""Finding by post: what was typed, what a pasted message asks for, and who may ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.domain.replies import Step
from dashboard.services.replies.reply_review import take_step
from dashboard.web import reply_find
from tests.dashboard.pages.desk_board import StoreServices, client_of, desk_services
from tests.dashboard.services.desk_store import MANAGER, NOW


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StoreServices]:
    with desk_services(tmp_path) as services:
        yield services


def find(client: FlaskClient, **form: str) -> Any:
    token = client.get_cookie("_csrf_token")
    assert token is not None
    return client.post("/replies/find", data={"language": "de", **form}, headers={"X-CSRFToken": token.value})


def test_what_was_typed_is_found(board: StoreServices) -> None:
    answer = find(client_of(board, "agent"), q="passwort", channel="chat")
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = answer.get_json()
    assert told["replies"][0]["key"] == "login-no-reset-chat"
    assert {one["channel"] for one in told["replies"]} == {"chat"}
    assert told["total"] == len(told["replies"])
    assert told["asked"] == []


def test_a_message_is_told_what_it_asks(board: StoreServices) -> None:
    told = find(client_of(board, "agent"), q="Wann geht das wieder, und sind meine Daten sicher?", limit="0").get_json()
    assert told["replies"] == []
    assert [(one["label"], one["value"]) for one in told["asked"]] == [
        ("When is it fixed?", "not among the facts"),
        ("Are data safe?", "in no fact; use approved texts only"),
    ]


@pytest.mark.parametrize(
    "form",
    [{"language": "fr"}, {"channel": "fax"}, {"phase": "x"}, {"limit": "99"}, {"limit": "-1"}, {"incident": "x"}],
)
def test_senseless_questions_are_refused(form: dict[str, str], board: StoreServices) -> None:
    assert find(client_of(board, "agent"), **form).status_code == 400


def test_who_is_not_logged_in_or_forged_learns_nothing(board: StoreServices) -> None:
    assert board.server.test_client().post("/replies/find", data={"language": "de"}).status_code == 401
    assert client_of(board, "agent").post("/replies/find", data={"language": "de"}).status_code == 400


def test_a_withdrawn_text_is_found_no_more_though_answers_are_kept(
    board: StoreServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply_find, "STAMP_S", 0.0)
    agent = client_of(board, "agent")
    first = find(agent, q="passwort", channel="chat").get_json()["replies"][0]
    take_step(board.session, first["id"], step=Step.WITHDRAW, by=MANAGER, now=NOW)
    board.session.commit()
    assert first["id"] not in [one["id"] for one in find(agent, q="passwort", channel="chat").get_json()["replies"]]
