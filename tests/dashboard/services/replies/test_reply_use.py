"""The use of replies: counted without names, searches in vain, and who calls again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from connectors.storage.read import get_unanswered
from connectors.storage.reply_rows import CallRow
from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.pages import reply_use as page
from dashboard.services.replies import reply_use, reply_use_memory
from dashboard.services.replies.reply_library import library, mark_changed
from dashboard.services.replies.reply_use_repeat import LEAST, count_repeats
from tests.dashboard.pages.desk_board import StoreServices, client_of, desk_services
from tests.dashboard.services.desk_store import AGENT, MANAGER, NOW

REPLY = "login-known-chat/de/1"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StoreServices]:
    with desk_services(tmp_path) as services:
        yield services


def post(client: FlaskClient, address: str, **form: object) -> int:
    token = client.get_cookie("_csrf_token")
    assert token is not None
    return client.post(address, data=form, headers={"X-CSRFToken": token.value}).status_code


def test_copies_are_counted_by_role_and_phase(board: StoreServices) -> None:
    session = board.session
    for _ in range(3):
        assert reply_use.record(session, REPLY, by=AGENT, now=NOW, incident_id=1)
    assert reply_use.record(session, REPLY, by=MANAGER, now=NOW + timedelta(minutes=5))
    assert reply_use.record(session, "login-eta-call/en/1", by=AGENT, now=NOW)
    assert not reply_use.record(session, "no-such/de/1", by=AGENT, now=NOW)
    found = reply_use.uses(session, now=NOW + timedelta(hours=1))
    one = found["login-known-chat", "de"]
    assert (one.uses, dict(one.by_role), dict(one.by_phase)) == (
        4,
        {"agent": 3, "manager": 1},
        {"investigating": 3, "": 1},
    )
    assert one.last_at == NOW + timedelta(minutes=5)
    assert reply_use.top(found, 1)[0][0] == ("login-known-chat", "de")
    assert reply_use.shares(session, now=NOW) == {("login-known-chat", "de"): 1.0, ("login-eta-call", "en"): 0.25}
    assert reply_use.uses(session, now=NOW + timedelta(days=40)) == {}


def test_no_name_is_stored(board: StoreServices) -> None:
    reply_use.record(board.session, REPLY, by=AGENT, now=NOW, incident_id=1)
    (row,) = board.session.execute(text("SELECT * FROM reply_use")).mappings()
    assert AGENT.name not in map(str, row.values())


def test_shares_are_read_once_a_minute_for_each_store(board: StoreServices) -> None:
    session = board.session
    assert reply_use_memory.use_shares(session, now=NOW) == {}
    reply_use.record(session, REPLY, by=AGENT, now=NOW)
    assert reply_use_memory.use_shares(session, now=NOW + timedelta(seconds=30)) == {}
    assert reply_use_memory.use_shares(session, now=NOW + timedelta(minutes=2)) == {("login-known-chat", "de"): 1.0}


@pytest.mark.parametrize(
    "query",
    ["ab", "x" * 70, "zebra 4711", "mia@example.com zebra", "sieben ganz besondere zebras im alten zoo dort", "login"],
)
def test_what_is_no_search_or_is_answered_is_not_kept(query: str, board: StoreServices) -> None:
    assert not reply_use.note_unanswered(board.session, query, language="de", by=AGENT, now=NOW)
    assert get_unanswered(board.session) == []


def test_searches_in_vain_become_texts_to_write(board: StoreServices) -> None:
    session = board.session
    for minute in range(3):
        reply_use.note_unanswered(session, " Xylophon ", language="de", by=AGENT, now=NOW + timedelta(minutes=minute))
    reply_use.note_unanswered(session, "quokka", language="en", by=AGENT, now=NOW)
    found = reply_use.texts_to_write(session)
    assert [(one.query, one.language, one.searches) for one in found] == [("xylophon", "de", 3), ("quokka", "en", 1)]
    assert found[0].last_at == NOW + timedelta(minutes=2)


def test_a_text_that_is_written_leaves_the_list(board: StoreServices) -> None:
    session = board.session
    reply_use.note_unanswered(session, "xylophon", language="de", by=AGENT, now=NOW)
    session.execute(
        text("UPDATE reply_version SET title = 'Xylophon' WHERE key = 'login-known-chat' AND language = 'de'")
    )
    mark_changed(session, NOW)
    assert library(session).approved.search("xylophon", language="de")
    assert reply_use.texts_to_write(session) == []
    assert get_unanswered(session) == []


def test_old_copies_are_forgotten(board: StoreServices) -> None:
    reply_use.record(board.session, REPLY, by=AGENT, now=NOW)
    reply_use.forget_old(board.session, now=NOW + timedelta(days=399))
    assert reply_use.uses(board.session, now=NOW)
    reply_use.forget_old(board.session, now=NOW + timedelta(days=401))
    assert reply_use.uses(board.session, now=NOW) == {}


def test_the_page_tells_by_post(board: StoreServices) -> None:
    agent = client_of(board, "agent")
    assert post(agent, "/replies/used", reply=[REPLY, "login-eta-call/en/1"], incident="1") == 204
    assert len(reply_use.uses(board.session, now=NOW)) == 2
    assert post(agent, "/replies/used", reply="no-such/de/1") == 404
    assert post(agent, "/replies/used", reply=[]) == 400
    assert post(agent, "/replies/used", reply=["x"] * 13) == 400
    assert post(agent, "/replies/unanswered", query="xylophon", language="de") == 204
    assert post(agent, "/replies/unanswered", query="", language="de") == 400
    assert post(agent, "/replies/unanswered", query="xylophon", language="fr") == 204
    assert [row.language for row in get_unanswered(board.session)] == ["de"]
    assert agent.post("/replies/used", data={"reply": REPLY}).status_code == 400  # no CSRF token
    assert board.server.test_client().post("/replies/used", data={"reply": REPLY}).status_code == 401


def test_the_approval_page_shows_it_to_managers_only(board: StoreServices) -> None:
    reply_use.record(board.session, REPLY, by=AGENT, now=NOW, incident_id=1)
    reply_use.note_unanswered(board.session, "xylophon", language="de", by=AGENT, now=NOW)
    shown = str(page.parts(Visit(Words("en"), MANAGER, board)))
    assert "Agent 1" in shown
    assert "xylophon" in shown
    assert "Not to be said yet" in shown
    assert page.parts(Visit(Words("en"), AGENT, board)) == []


def call(hours: float, caller: str, *, channel: str = "call") -> CallRow:
    return CallRow("support", channel, caller, NOW + timedelta(hours=hours))


def test_repeats_are_counted_before_and_since_by_hand() -> None:
    calls = [
        *(call(-100, "a"), call(-90, "a"), call(-60, "b"), call(-20, "c")),  # -20: its day reaches into the second span
        *(call(1, "d"), call(10, "d"), call(2, "e"), call(30, "e"), call(29, "f"), call(200, "g")),
    ]
    (at, before, after) = count_repeats(calls, first={"call": NOW}, until=NOW + timedelta(hours=60))["support"]
    assert at == NOW
    assert (before.hits, before.n) == (1, 3)  # a's first; not a's second, nor b
    assert (after.hits, after.n) == (1, 5)  # d's first; e came again after 28 hours; f and the rest did not
    assert count_repeats([call(1, "a", channel="chat")], first={"call": NOW}, until=NOW + timedelta(hours=60)) == {}
    assert LEAST == 30
