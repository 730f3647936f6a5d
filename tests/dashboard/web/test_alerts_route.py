"""POST /alerts/acknowledge: by those who may, with a token, and whatever else is sent is refused."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from dashboard.domain.people import Right
from dashboard.services.board import alert_desk
from tests.dashboard.board_client import log_in, server_of, token_of
from tests.dashboard.board_fakes import FakeServices


@pytest.fixture
def services() -> FakeServices:
    def acknowledge(number: int, *, by: object, now: object) -> bool:
        by.require(Right.RUN_INCIDENT)  # type: ignore[attr-defined]
        return True

    return FakeServices(answers={alert_desk.acknowledge: acknowledge})


def _post(client: FlaskClient, alerts: str) -> int:
    token = token_of(client, "/incident/none")
    return client.post("/alerts/acknowledge", data={"alerts": alerts, "csrf_token": token}).status_code


def test_a_manager_acknowledges_one_or_several(manager: FlaskClient, services: FakeServices) -> None:
    assert [_post(manager, "7"), _post(manager, "8,9")] == [204, 204]
    assert [args[0] for name, args, _ in services.asked if name == "acknowledge"] == [7, 8, 9]


@pytest.mark.parametrize("role", ["agent", "planner"])
def test_others_may_not(services: FakeServices, role: str) -> None:
    assert _post(log_in(server_of(services).test_client(), role), "7") == 403


@pytest.mark.parametrize("alerts", ["", "x", "-1", "1,", "²", "1" * 10, ",".join(["1"] * 501)])
def test_what_is_no_number_is_refused(manager: FlaskClient, services: FakeServices, alerts: str) -> None:
    assert _post(manager, alerts) == 400
    assert [name for name, _, _ in services.asked if name == "acknowledge"] == []


def test_without_a_token_or_a_login_nothing_happens(manager: FlaskClient, stranger: FlaskClient) -> None:
    assert manager.post("/alerts/acknowledge", data={"alerts": "1"}).status_code == 400
    assert stranger.post("/alerts/acknowledge", data={"alerts": "1"}).status_code in (400, 401)
