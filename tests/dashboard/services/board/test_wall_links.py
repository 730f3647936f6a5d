"""Links that open the wall: made once, kept as a hash, revoked for good."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from connectors.storage.read import get_audit
from dashboard.services.accounts import ForbiddenError
from dashboard.services.board import wall_links
from dashboard.services.board.wall_links import WallError
from tests.dashboard.services.desk_store import ADMINISTRATOR, AGENT, MANAGER, NOW, PLANNER, store


@pytest.mark.parametrize("person", [MANAGER, ADMINISTRATOR])
def test_a_manager_and_an_administrator_make_a_link_that_opens(tmp_path: Path, person: object) -> None:
    with store(tmp_path) as session:
        token = wall_links.make(session, "  Wand   links ", by=person, now=NOW)  # type: ignore[arg-type]
        assert wall_links.opens(session, token, now=NOW)
        assert [row.name for row in wall_links.links(session)] == ["Wand links"]
        assert wall_links.address("https://b.example/", token, language="de", theme="dark") == (
            f"https://b.example/wall?lang=de&theme=dark#{token}"
        )


@pytest.mark.parametrize("person", [AGENT, PLANNER])
def test_others_may_not(tmp_path: Path, person: object) -> None:
    with store(tmp_path) as session, pytest.raises(ForbiddenError):
        wall_links.make(session, "Wand", by=person, now=NOW)  # type: ignore[arg-type]


def test_the_store_never_holds_the_token(tmp_path: Path) -> None:
    with store(tmp_path) as session:
        token = wall_links.make(session, "Wand", by=MANAGER, now=NOW)
        session.commit()
        kept = str(session.execute(text("SELECT * FROM wall_link")).all()) + str(get_audit(session))
        assert token not in kept
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert not any(token.encode() in content for content in files)


def test_a_revoked_link_opens_nothing_and_stays_in_the_list(tmp_path: Path) -> None:
    with store(tmp_path) as session:
        token = wall_links.make(session, "Wand", by=MANAGER, now=NOW)
        link = wall_links.links(session)[0]
        wall_links.revoke(session, link.id, by=MANAGER, now=NOW)
        assert not wall_links.opens(session, token, now=NOW)
        assert wall_links.links(session)[0].revoked_by == MANAGER.name
        with pytest.raises(WallError) as again:
            wall_links.revoke(session, link.id, by=MANAGER, now=NOW)
        assert again.value.problem == "unknown"
        assert [row.action for row in get_audit(session)] == ["wall.revoke", "wall.add"]


@pytest.mark.parametrize(("name", "problem"), [("", "name"), (" \t\x00", "name"), ("x" * 61, "length")])
def test_a_link_needs_a_name_that_can_be_read(tmp_path: Path, name: str, problem: str) -> None:
    with store(tmp_path) as session, pytest.raises(WallError) as refused:
        wall_links.make(session, name, by=MANAGER, now=NOW)
    assert refused.value.problem == problem


def test_when_a_wall_last_asked_is_kept_to_the_minute(tmp_path: Path) -> None:
    with store(tmp_path) as session:
        token = wall_links.make(session, "Wand", by=MANAGER, now=NOW)
        for seconds in (0, 30, 59):
            wall_links.opens(session, token, now=NOW + timedelta(seconds=seconds))
        assert wall_links.links(session)[0].seen_at == NOW
        wall_links.opens(session, token, now=NOW + timedelta(seconds=61))
        assert wall_links.links(session)[0].seen_at == NOW + timedelta(seconds=61)


@pytest.mark.parametrize("token", ["", "x", "t" * 43, "ü" * 43, "t" * 10_000])
def test_a_wrong_token_opens_nothing(tmp_path: Path, token: str) -> None:
    with store(tmp_path) as session:
        assert not wall_links.opens(session, token, now=NOW)
