"""Pulling levers: a manager's wish is taken, everybody else's and every forged one is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from connectors.storage.read import get_actions
from tests.dashboard.pages.desk_board import StoreServices, client_of, desk_services


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StoreServices]:
    with desk_services(tmp_path) as services:
        services.settings = services.settings.model_copy(update={"drill": True})
        yield services


def act(client: FlaskClient, **form: str) -> Any:
    token = client.get_cookie("_csrf_token")
    assert token is not None
    return client.post("/levers/act", data=form, headers={"X-CSRFToken": token.value})


def done(board: StoreServices) -> list[tuple[str, bool, bool]]:
    rows = get_actions(board.session)
    return [(row.lever, row.undone_at is not None, row.ended_at is not None) for row in rows]


def test_a_manager_pulls_takes_back_and_ends(board: StoreServices) -> None:
    manager = client_of(board, "manager")
    assert act(manager, act="do", incident="1", lever="sms").status_code == 204
    late = act(manager, act="do", incident="1", lever="sms")
    assert (late.status_code, "on already" in late.get_json()["error"]) == (409, True)
    assert act(manager, act="undo", action="1").status_code == 204
    assert act(manager, act="undo", action="1").status_code == 409
    assert act(manager, act="do", incident="1", lever="message").status_code == 204
    assert act(manager, act="end", action=str(get_actions(board.session)[-1].id)).status_code == 204
    assert done(board) == [("sms", True, False), ("message", False, True)]


@pytest.mark.parametrize("role", ["agent", "planner"])
def test_others_may_not(board: StoreServices, role: str) -> None:
    assert act(client_of(board, role), act="do", incident="1", lever="sms").status_code == 403
    assert done(board) == []


def test_without_login_or_token_nothing_is_done(board: StoreServices) -> None:
    form = {"act": "do", "incident": "1", "lever": "sms"}
    assert board.server.test_client().post("/levers/act", data=form).status_code == 401
    assert client_of(board, "manager").post("/levers/act", data=form).status_code == 400
    assert done(board) == []


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"act": "dance", "incident": "1", "lever": "sms"}, 400),
        ({"act": "do", "incident": "x", "lever": "sms"}, 400),
        ({"act": "do", "incident": "1", "lever": ""}, 400),
        ({"act": "do", "incident": "1", "lever": "s" * 201}, 400),
        ({"act": "undo", "action": "-1"}, 400),
        ({"act": "end", "action": "1" * 10}, 400),
        ({"act": "do", "incident": "1", "lever": "magic"}, 409),
        ({"act": "do", "incident": "7", "lever": "sms"}, 409),
        ({"act": "end", "action": "7"}, 409),
    ],
)
def test_senseless_wishes_are_refused(form: dict[str, str], status: int, board: StoreServices) -> None:
    assert act(client_of(board, "manager"), **form).status_code == status
