"""The board as a whole: pages, navigation, live pages, and that it is warm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from dashboard import app as board
from dashboard.components.catalogue import catalogue
from dashboard.domain.people import Right
from tests.dashboard.board_client import PAGE, log_in, server_of
from tests.dashboard.board_fakes import FakeServices

HERE = Path(board.__file__).parent


@pytest.fixture(scope="module")
def server() -> Flask:
    return server_of(FakeServices())


def test_every_page_keeps_the_protocol() -> None:
    for page in board.PAGES:
        assert page.PATH.startswith("/")
        assert isinstance(page.RIGHT, Right)
        assert page.TITLE in catalogue("en")
        assert callable(page.layout)
        assert callable(page.register)


def test_no_two_pages_share_an_address_or_a_key() -> None:
    paths = [page.PATH for page in board.PAGES]
    keys = [page.NAV for page in board.PAGES if hasattr(page, "NAV")]
    assert len(set(paths)) == len(paths)
    assert len(set(keys)) == len(keys)


def test_the_situation_and_the_queues_live() -> None:
    assert {"situation", "queues"} <= board.live_pages().keys()


def test_the_navigation_shows_what_one_may_see(server: Flask) -> None:
    page = log_in(server.test_client(), "agent").get("/", headers=PAGE).text
    shown = set(re.findall(r'<a href="([^"]+)" data-nav', page))
    expected = {one.PATH for one in board.PAGES if hasattr(one, "NAV") and one.RIGHT in board_rights("agent")}
    assert shown == expected


def test_the_first_request_finds_everything_ready(server: Flask) -> None:
    assert len(server.config["SCRIPT_HASHES"]) >= 2


def test_no_page_writes_a_script_into_the_html() -> None:
    """An inline client-side function would need its own hash, and differ from one worker to the next."""
    sources = [path.read_text(encoding="utf-8") for path in (HERE / "pages").glob("*.py")]
    assert [source for source in sources if re.search(r"clientside_callback\(\s*[\"']", source)] == []


def test_every_literal_message_key_is_in_the_catalogue() -> None:
    known = catalogue("de").keys()
    missing = []
    for folder in ("components", "figures", "pages", "web"):
        for path in sorted((HERE / folder).rglob("*")):
            if path.suffix in (".py", ".html"):
                for key in re.findall(r'words\("([a-z0-9_.]+)"[,)]', path.read_text(encoding="utf-8")):
                    missing += [(path.name, key)] if key not in known else []
    assert missing == []


def board_rights(role: str) -> frozenset[Right]:
    from dashboard.domain.people import RIGHTS, Role

    return RIGHTS[Role(role)]
