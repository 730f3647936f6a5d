"""Looking back over HTTP: who may, from when, and what of nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from dashboard.services.board import live_snapshot, moments
from dashboard.services.board.moments import Past
from tests.dashboard.board_fakes import NOW, FakeServices

AT = NOW - timedelta(minutes=40)


@pytest.fixture
def services() -> FakeServices:
    row = live_snapshot.encode("situation.en", {"texts": {"a": "b"}}, now=AT)
    answers = {
        moments.look_back: Past(AT, row.body, AT - timedelta(minutes=5), None),
        moments.course: [(AT, 3.0), (NOW, None)],
    }
    return FakeServices(answers=answers)


def test_a_page_as_it_was_with_the_way_back_and_forth(manager: FlaskClient, services: FakeServices) -> None:
    answer = manager.get(f"/past/situation?at={AT.timestamp()}")
    found = answer.get_json()
    assert (found["kept"], found["at"], found["before"]) == (True, AT.timestamp(), AT.timestamp() - 300)
    assert found["after"] is None
    assert found["snapshot"]["texts"] == {"a": "b"}
    assert answer.headers["Andrang-Now"] == f"{NOW.timestamp():.2f}"
    assert ("look_back", ("situation",), {"language": "en", "at": AT}) in services.asked


@pytest.mark.parametrize("asked", ["", "?at=", "?at=yesterday", "?at=-5", "?at=nan", "?at=inf", "?at=9e99"])
def test_a_moment_that_cannot_be_is_now(manager: FlaskClient, services: FakeServices, asked: str) -> None:
    assert manager.get(f"/past/situation{asked}").status_code == 200
    assert services.asked[-1] == ("look_back", ("situation",), {"language": "en", "at": NOW})


def test_where_nothing_is_kept_it_says_so(manager: FlaskClient, services: FakeServices) -> None:
    services.answers[moments.look_back] = None
    answer = manager.get("/past/situation")
    assert (answer.status_code, answer.get_json()) == (404, {"kept": False})


def test_a_figure_and_its_hours(manager: FlaskClient, services: FakeServices) -> None:
    answer = manager.get("/past/figure/waiting?hours=2")
    assert answer.get_json() == {"points": [[AT.timestamp(), 3.0], [NOW.timestamp(), None]]}
    assert services.asked[-1][2] == {"since": NOW - timedelta(hours=2), "until": NOW}
    assert manager.get("/past/figure/waiting?hours=1e9").status_code == 200
    assert services.asked[-1][2]["since"] == NOW - timedelta(hours=24)


@pytest.mark.parametrize("path", ["/past/secrets", "/past/figure/password", "/past/figure/"])
def test_what_is_no_page_or_figure_is_not_found(manager: FlaskClient, path: str) -> None:
    assert manager.get(path).status_code == 404


def test_nobody_looks_back_without_a_login_or_the_right(stranger: FlaskClient) -> None:
    assert stranger.get("/past/situation").status_code in (302, 401)
    assert stranger.get("/past/figure/waiting").status_code in (302, 401)
