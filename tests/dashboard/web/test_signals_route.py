"""Answers to proposals: a manager's are taken, everybody else's and every forged one are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from connectors.records import OutageSignal, SignalStatus
from connectors.storage.read import get_signals
from connectors.storage.write import upsert_signals
from tests.dashboard.pages.desk_board import StoreServices, client_of, desk_services


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StoreServices]:
    with desk_services(tmp_path) as services:
        signal = OutageSignal("a", "Backup is full", services.now, SignalStatus.FIRING)
        upsert_signals(services.session, [signal], source="monitor", now=services.now)
        services.session.commit()
        yield services


def decide(client: FlaskClient, **form: str) -> Any:
    token = client.get_cookie("_csrf_token")
    assert token is not None
    return client.post("/signals/decide", data=form, headers={"X-CSRFToken": token.value})


def disposition(board: StoreServices) -> tuple[str, int | None]:
    (row,) = get_signals(board.session, since=board.now)
    return row.disposition, row.incident_id


def signal_id(board: StoreServices) -> str:
    return str(get_signals(board.session, since=board.now)[0].id)


def test_a_manager_joins_and_dismisses_and_the_second_answer_is_late(board: StoreServices) -> None:
    manager = client_of(board, "manager")
    assert decide(manager, act="join", signals=signal_id(board), incident="1").status_code == 204
    assert disposition(board) == ("joined", 1)
    late = decide(manager, act="dismiss", signals=signal_id(board), incident="")
    assert (late.status_code, disposition(board)) == (409, ("joined", 1))


def test_an_agent_may_not(board: StoreServices) -> None:
    answer = decide(client_of(board, "agent"), act="dismiss", signals=signal_id(board))
    assert (answer.status_code, disposition(board)) == (403, ("proposed", None))


def test_without_login_or_token_nothing_is_decided(board: StoreServices) -> None:
    form = {"act": "dismiss", "signals": signal_id(board)}
    assert board.server.test_client().post("/signals/decide", data=form).status_code == 401
    assert client_of(board, "manager").post("/signals/decide", data=form).status_code == 400
    assert disposition(board) == ("proposed", None)


@pytest.mark.parametrize(
    "form",
    [
        {"act": "open", "signals": "1"},
        {"act": "dismiss", "signals": ""},
        {"act": "dismiss", "signals": "1,x"},
        {"act": "dismiss", "signals": "1" * 10},
        {"act": "join", "signals": "1", "incident": ""},
        {"act": "watch", "incident": "-1"},
    ],
)
def test_senseless_answers_are_refused(form: dict[str, str], board: StoreServices) -> None:
    assert decide(client_of(board, "manager"), **form).status_code == 400
