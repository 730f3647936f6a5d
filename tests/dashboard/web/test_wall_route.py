"""The wall: a shell without data for everybody, figures for a token that holds, and nothing else for that token."""

from __future__ import annotations

import gzip
from datetime import timedelta

import orjson
import pytest
from flask.testing import FlaskClient

from dashboard.services.board import live_snapshot, wall_links
from dashboard.web.frame import ASSETS
from tests.dashboard.board_client import server_of
from tests.dashboard.board_fakes import NOW, FakeServices, drill_settings

TOKEN = "t" * wall_links.TOKEN_LENGTH
FIGURES = ("/live/situation", "/live/wall", "/live/queues", "/wall/links", "/", "/queues", "/incident/1")


@pytest.fixture
def services() -> FakeServices:
    row = live_snapshot.encode("wall.de", {"texts": {"waiting.value": "12"}}, now=NOW)
    answers = {
        live_snapshot.current: row,
        live_snapshot.last_beat: NOW - timedelta(seconds=3),
        wall_links.opens: lambda token, *, now: token == TOKEN,
    }
    return FakeServices(answers=answers)


def test_the_shell_opens_without_a_session_and_holds_no_figure(stranger: FlaskClient, services: FakeServices) -> None:
    answer = stranger.get("/wall?lang=en&theme=light")
    assert answer.status_code == 200
    assert ('<html lang="en" data-theme="light"' in answer.text, "Times normal" in answer.text) == (True, True)
    assert [name for name, _, _ in services.asked if name == "current"] == []
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("query", ["?lang=xx&theme=pink", "?lang=", "?lang=de&lang=en", "?theme=%00", ""])
def test_mangled_parameters_fall_back(stranger: FlaskClient, query: str) -> None:
    answer = stranger.get(f"/wall{query}")
    assert '<html lang="de" data-theme="dark"' in answer.text


def test_a_drill_says_so_in_the_shell() -> None:
    shell = server_of(FakeServices(settings=drill_settings())).test_client().get("/wall?lang=de").text
    assert (shell.count("<strong>ÜBUNG</strong>"), "<title>[ÜBUNG]" in shell) == (1, True)
    calm = server_of(FakeServices()).test_client().get("/wall?lang=de").text
    assert "ÜBUNG" not in calm


def test_figures_come_for_the_token_alone(stranger: FlaskClient, services: FakeServices) -> None:
    for headers in ({}, {"Andrang-Wall": "wrong"}, {"Andrang-Wall": TOKEN[:-1] + "u"}):
        assert stranger.get("/wall/live?lang=de", headers=headers).status_code == 401
    assert [name for name, _, _ in services.asked if name == "current"] == []
    answer = stranger.get("/wall/live?lang=de", headers={"Andrang-Wall": TOKEN, "Accept-Encoding": "gzip"})
    assert orjson.loads(gzip.decompress(answer.data))["texts"] == {"waiting.value": "12"}
    assert (answer.headers["Andrang-Now"], answer.headers["Andrang-Beat"]) == ("1795515600.00", "1795515597")
    assert answer.headers["Andrang-Build"]
    assert ("current", ("wall", "de"), {}) in services.asked


def test_unchanged_figures_are_304(stranger: FlaskClient) -> None:
    key = {"Andrang-Wall": TOKEN}
    etag = stranger.get("/wall/live", headers=key).headers["ETag"]
    again = stranger.get("/wall/live", headers={**key, "If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", FIGURES)
def test_the_token_opens_nothing_else(stranger: FlaskClient, path: str) -> None:
    answer = stranger.get(path, headers={"Andrang-Wall": TOKEN})
    assert answer.status_code in (303, 401)


def test_the_wall_takes_no_orders(stranger: FlaskClient) -> None:
    for path in ("/wall", "/wall/live"):
        assert stranger.post(path, headers={"Andrang-Wall": TOKEN}).status_code in (400, 401, 405)


def test_the_script_of_the_wall_is_no_part_of_the_board(manager: FlaskClient) -> None:
    assert "wall/wall.js" not in manager.get("/incident/none").text
    assert (ASSETS / "wall" / "wall.js").exists()
