"""POST /notes: a manager's note goes to the newest open outage; what cannot be taken is said in words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

from dashboard.services.incidents import incident_actions, incident_desk
from tests.dashboard.board_client import log_in, server_of, token_of
from tests.dashboard.board_fakes import FakeServices


@pytest.fixture
def services() -> FakeServices:
    running = [SimpleNamespace(incident_id=5), SimpleNamespace(incident_id=2)]
    return FakeServices(answers={incident_desk.open_incidents: lambda: running, incident_actions.note: 11})


def _post(client: FlaskClient, text: str) -> tuple[int, str]:
    token = token_of(client, "/incident/none")
    answer = client.post("/notes", data={"text": text, "csrf_token": token}, headers={"X-CSRFToken": token})
    return answer.status_code, answer.get_json()["advice"] if answer.data else ""


def test_it_is_noted_on_the_newest_open_outage(manager: FlaskClient, services: FakeServices) -> None:
    assert _post(manager, " Radio hat berichtet ") == (204, "")
    (args, given), *_ = [(args, given) for name, args, given in services.asked if name == "note"]
    assert (args, given["text"], given["by"].name) == ((5,), "Radio hat berichtet", "manager")


@pytest.mark.parametrize("text", ["", "   ", "x" * 201])
def test_its_length_is_bounded(manager: FlaskClient, text: str) -> None:
    assert _post(manager, text) == (422, "One to 200 characters, please.")


def test_without_an_open_outage_it_says_so(services: FakeServices) -> None:
    services.answers[incident_desk.open_incidents] = list
    status, said = _post(log_in(server_of(services).test_client(), "manager"), "a note")
    assert (status, said) == (409, "No outage is open that the note could stand with.")


@pytest.mark.parametrize("role", ["agent", "planner"])
def test_others_may_not(services: FakeServices, role: str) -> None:
    assert _post(log_in(server_of(services).test_client(), role), "a note")[0] == 403
