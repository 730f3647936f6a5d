"""Language and theme, and the two health routes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from dashboard.services.board import live_snapshot
from dashboard.web.memory import Memory
from tests.dashboard.board_client import PAGE, log_in, server_of, token_of
from tests.dashboard.board_fakes import NOW, FakeServices


def test_the_language_is_kept_in_session_and_account(manager: FlaskClient, services: FakeServices) -> None:
    assert '<html lang="en"' in manager.get("/", headers=PAGE).text
    form = {"csrf_token": token_of(manager, "/"), "language": "de", "next": "/queues?queue=a"}
    answer = manager.post("/preferences", data=form)
    assert (answer.status_code, answer.location) == (303, "/queues?queue=a")
    assert '<html lang="de"' in manager.get("/", headers=PAGE).text
    assert ("set_preferences", ("manager",), {"now": NOW, "language": "de", "theme": None}) in services.asked


def test_a_stranger_can_choose_the_language_of_the_login(stranger: FlaskClient) -> None:
    form = {"csrf_token": token_of(stranger), "language": "en", "next": "/login"}
    assert stranger.post("/preferences", data=form).location == "/login"
    assert "Log in" in stranger.get("/login").text


def test_the_login_page_speaks_the_browsers_language(stranger: FlaskClient) -> None:
    assert '<html lang="en"' in stranger.get("/login", headers={"Accept-Language": "en-GB,en;q=0.8"}).text
    assert '<html lang="de"' in stranger.get("/login", headers={"Accept-Language": "fr"}).text


def test_a_choice_at_the_door_holds_over_the_accounts(stranger: FlaskClient) -> None:
    form = {"csrf_token": token_of(stranger), "language": "de", "next": "/login"}
    stranger.post("/preferences", data=form)
    assert '<html lang="de"' in log_in(stranger, "manager").get("/", headers=PAGE).text


def test_a_language_left_by_somebody_else_does_not(manager: FlaskClient) -> None:
    manager.post("/preferences", data={"csrf_token": token_of(manager, "/"), "language": "de"})
    manager.post("/logout", data={"csrf_token": token_of(manager, "/")})
    assert '<html lang="en"' in log_in(manager, "manager").get("/", headers=PAGE).text


@pytest.mark.parametrize("form", [{"language": "fr"}, {"theme": "pink"}])
def test_an_unknown_choice_is_refused(manager: FlaskClient, form: dict[str, str]) -> None:
    assert manager.post("/preferences", data={"csrf_token": token_of(manager, "/"), **form}).status_code == 400


def test_the_theme_stands_in_the_page(manager: FlaskClient) -> None:
    manager.post("/preferences", data={"csrf_token": token_of(manager, "/"), "theme": "dark"})
    assert 'data-theme="dark"' in manager.get("/", headers=PAGE).text


def test_alive_asks_nothing_of_the_store(stranger: FlaskClient, services: FakeServices) -> None:
    services.asked.clear()
    assert stranger.get("/healthz").json == {"process": "ok"}
    assert services.asked == []


def test_ready_says_whether_the_worker_works(stranger: FlaskClient, services: FakeServices) -> None:
    assert stranger.get("/readyz").json == {"store": "ok", "worker": "ok"}
    services.answers[live_snapshot.last_beat] = NOW - timedelta(minutes=5)
    assert stranger.get("/readyz").json == {"store": "ok", "worker": "silent"}


def test_not_ready_without_the_store(services: FakeServices) -> None:
    def gone() -> None:
        raise OperationalError("select", {}, ConnectionError("refused"))

    services.answers[live_snapshot.last_beat] = gone
    answer = server_of(services).test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"store": "unreachable", "worker": "unknown"})


def test_a_memory_forgets_after_its_time() -> None:
    now = [0.0]
    memory: Memory[int] = Memory(5.0, timer=lambda: now[0])
    answers = iter(range(10))

    def ask() -> int:
        return memory.recall("a", lambda: next(answers))

    first = [ask(), ask()]
    now[0] = 5.1
    assert [*first, ask()] == [0, 0, 1]
