"""The live figures: who may fetch them, and that an unchanged snapshot costs nothing."""

from __future__ import annotations

import gzip
from datetime import timedelta

import orjson
import pytest
from flask.testing import FlaskClient

from dashboard.components.visit import ServicesLike
from dashboard.services.board import live_snapshot
from tests.dashboard.board_client import log_in, server_of
from tests.dashboard.board_fakes import NOW, FakeServices


@pytest.fixture
def services() -> FakeServices:
    row = live_snapshot.encode("situation.en", {"texts": {"a": "b"}}, now=NOW)
    answers = {live_snapshot.current: row, live_snapshot.last_beat: NOW - timedelta(seconds=3)}
    return FakeServices(answers=answers)


def test_the_snapshot_is_served_as_it_was_stored(manager: FlaskClient) -> None:
    answer = manager.get("/live/situation", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert orjson.loads(gzip.decompress(answer.data))["texts"] == {"a": "b"}
    assert (answer.headers["Andrang-Now"], answer.headers["Andrang-Beat"]) == ("1795515600.00", "1795515597")


def test_a_client_that_cannot_unpack_gets_it_plain(manager: FlaskClient) -> None:
    answer = manager.get("/live/situation", headers={"Accept-Encoding": "identity"})
    assert orjson.loads(answer.data)["texts"] == {"a": "b"}


def test_an_unchanged_snapshot_is_304_with_the_time(manager: FlaskClient) -> None:
    etag = manager.get("/live/situation").headers["ETag"]
    again = manager.get("/live/situation", headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["Andrang-Now"]) == (304, b"", "1795515600.00")


def test_it_is_asked_for_in_the_viewers_language(manager: FlaskClient, services: FakeServices) -> None:
    manager.get("/live/situation")
    assert ("current", ("situation", "en"), {}) in services.asked


def test_many_viewers_ask_the_store_once(manager: FlaskClient, services: FakeServices) -> None:
    for _ in range(20):
        manager.get("/live/situation")
    assert sum(name == "current" for name, _, _ in services.asked) == 1


def test_before_the_first_snapshot_there_is_no_content(services: FakeServices) -> None:
    services.answers[live_snapshot.current] = None
    services.answers[live_snapshot.last_beat] = None
    answer = log_in(server_of(services).test_client(), "agent").get("/live/queues")
    assert answer.status_code == 204
    assert "Andrang-Beat" not in answer.headers


def test_a_page_that_does_not_live_is_404(manager: FlaskClient) -> None:
    answer = manager.get("/live/staff")
    assert (answer.status_code, answer.json["error"]) == (404, "There is no such page")


def test_the_look_up_comes_after_the_right(stranger: FlaskClient, services: FakeServices) -> None:
    assert stranger.get("/live/situation").status_code == 401
    assert [name for name, _, _ in services.asked if name == "current"] == []


def test_the_fakes_are_the_services(services: FakeServices) -> None:
    kept: ServicesLike = services
    assert kept.clock() == NOW
