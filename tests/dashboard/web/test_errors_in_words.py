"""Errors as a person can read them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.domain.people import Right
from dashboard.services.accounts import ForbiddenError
from dashboard.web.guard import Door
from tests.dashboard.board_client import PAGE, log_in, server_of
from tests.dashboard.board_fakes import FakeServices


def test_an_unknown_page_is_404_and_says_what_to_do(manager: FlaskClient) -> None:
    answer = manager.get("/no-such-page", headers=PAGE)
    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "<html" in answer.text


@pytest.mark.parametrize(
    ("path", "address", "fits"),
    [
        ("/", "/", True),
        ("/", "/queues", False),
        ("/queues", "/queues", True),
        ("/queues", "/queues/x", False),
        ("/incident/<incident_id>", "/incident/3", True),
        ("/incident/<incident_id>", "/incident/", False),
        ("/incident/<incident_id>", "/incident/3/x", False),
    ],
)
def test_a_door_fits_its_address_alone(path: str, address: str, fits: bool) -> None:
    assert Door(path, Right.SEE_BOARD).fits(address) is fits


def test_an_unexpected_error_shows_no_traceback(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    server = server_of(services)
    server.config["TESTING"] = False
    server.config["PROPAGATE_EXCEPTIONS"] = False
    _break(server, RuntimeError("the secret detail"))
    answer = log_in(server.test_client(), "agent").get("/login", headers=PAGE)
    assert answer.status_code == 500
    assert "the secret detail" not in answer.text
    assert "Something went wrong" in answer.text


def test_a_missing_right_is_403_in_words(services: FakeServices) -> None:
    server = server_of(services)
    _break(server, ForbiddenError(Right.APPROVE_REPLY))
    client = log_in(server.test_client(), "agent")
    assert client.get("/login", headers=PAGE).status_code == 403
    assert "A manager or administrator can grant it" in client.get("/login", headers=PAGE).text


def test_errors_of_the_live_route_are_json(manager: FlaskClient) -> None:
    answer = manager.get("/live/none", headers=PAGE)
    assert answer.is_json
    assert set(answer.json) == {"error", "advice"}


def _break(server: Flask, error: Exception) -> None:
    """Make the login page fail, once somebody is in."""
    view = server.view_functions["login"]

    def broken() -> object:
        from flask import request
        from flask_login import current_user

        if request.method == "GET" and current_user.is_authenticated:
            raise error
        return view()

    server.view_functions["login"] = broken
