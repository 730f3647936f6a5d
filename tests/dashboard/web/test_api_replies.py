"""The API of replies: by token, only what is approved, filled or raw, described and tagged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Request as FlaskRequest
from flask.testing import FlaskClient
from openapi_core import OpenAPI
from openapi_core.contrib.flask import FlaskOpenAPIRequest, FlaskOpenAPIResponse
from werkzeug.test import TestResponse

from connectors.storage.read import get_audit, get_tokens
from dashboard.domain.replies import Step
from dashboard.services.replies import reply_feed, reply_tokens
from dashboard.services.replies.reply_library import library
from dashboard.services.replies.reply_review import take_step
from dashboard.web import api
from dashboard.web.api_description import DESCRIPTION
from tests.dashboard.pages.desk_board import StoreServices, desk_services
from tests.dashboard.services.desk_store import MANAGER, NOW

DESCRIBED = OpenAPI.from_dict(DESCRIPTION)


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StoreServices]:
    with desk_services(tmp_path) as services:
        yield services


@pytest.fixture
def secret(board: StoreServices) -> str:
    made = reply_tokens.make_token(board.session, "intranet", by="kim", now=NOW)
    board.session.commit()
    return made


def asked(board: StoreServices, address: str, secret: str | None, **headers: str) -> TestResponse:
    """The answer, which must be as the description says."""
    client: FlaskClient = board.server.test_client()
    shown = {"Authorization": f"Bearer {secret}"} if secret else {}
    response = client.get(address, headers={**shown, **headers})
    DESCRIBED.validate_response(
        FlaskOpenAPIRequest(FlaskRequest(response.request.environ)), FlaskOpenAPIResponse(response)
    )
    return response


def told(board: StoreServices, address: str, secret: str) -> Any:
    response = asked(board, address, secret)
    assert response.status_code == 200, response.text
    return response.get_json()


def test_all_approved_replies_come_in_pages(board: StoreServices, secret: str) -> None:
    keys: list[str] = []
    after: str | None = ""
    while after is not None:
        page = told(board, f"/api/replies?limit=60&after={after}", secret)
        keys += [f"{one['key']}/{one['language']}" for one in page["replies"]]
        after = page["next"]
    approved = [reply for reply, _ in library(board.session).approved.search("")]
    assert keys == sorted(f"{r.key}/{r.language}" for r in approved)
    assert page["total"] == len(keys) > 120


def test_texts_are_filled_with_the_facts_and_keep_the_agents_blanks(board: StoreServices, secret: str) -> None:
    filled = told(board, "/api/replies/login-known-email?language=de", secret)
    assert filled["incident"]["title"] == "Anmeldung gestört"
    one = filled["replies"][0]
    assert "{{ incident" not in one["text"]
    assert "{{ agent.customer }}" in one["text"]
    assert one["ask"]
    raw = told(board, "/api/replies/login-known-email?language=de&fill=raw", secret)
    assert raw["incident"] is None
    assert "{{ incident" in raw["replies"][0]["text"]


def test_a_text_whose_fact_is_missing_does_not_leave(board: StoreServices, secret: str) -> None:
    page = told(board, "/api/replies?incident=none&limit=500", secret)
    halves = [one for one in page["replies"] if one["missing"]]
    assert halves
    assert {one["text"] for one in halves} == {None}


def test_filters(board: StoreServices, secret: str) -> None:
    page = told(board, "/api/replies?channel=chat&language=en&phase=resolved&limit=500", secret)
    assert page["replies"]
    for one in page["replies"]:
        assert (one["channel"], one["language"]) == ("chat", "en")
        assert "resolved" in one["phases"]


def test_a_withdrawn_text_is_gone_at_once(board: StoreServices, secret: str) -> None:
    address = "/api/replies/login-known-chat?language=de"
    first = asked(board, address, secret)
    assert asked(board, address, secret, **{"If-None-Match": first.headers["ETag"]}).status_code == 304
    reply = library(board.session).in_use("login-known-chat", "de", now=NOW)
    assert reply is not None
    take_step(board.session, reply.id, step=Step.WITHDRAW, by=MANAGER, now=NOW)
    board.session.commit()
    assert asked(board, address, secret, **{"If-None-Match": first.headers["ETag"]}).status_code == 404


def test_the_tag_changes_with_the_clock_where_the_text_does(board: StoreServices, secret: str) -> None:
    address = "/api/replies/next-update-chat?language=de"
    first = asked(board, address, secret)
    assert first.get_json()["replies"][0]["text"]
    board.now = NOW + timedelta(hours=3)  # the promised update is past
    later = asked(board, address, secret, **{"If-None-Match": first.headers["ETag"]})
    assert later.status_code == 200
    assert later.get_json()["replies"][0]["missing"] == ["incident.next_update"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("channel=fax", "call, chat"),
        ("language=fr", "de, en"),
        ("phase=over", "investigating"),
        ("fill=half", "facts, raw"),
        ("incident=x", "number"),
        ("incident=77", "open"),
        ("limit=0", "500"),
        ("limit=99999", "500"),
        ("chanel=chat", "channel"),
    ],
)
def test_senseless_questions_are_told_what_may_stand_there(
    query: str, words: str, board: StoreServices, secret: str
) -> None:
    client = board.server.test_client()
    response = client.get(f"/api/replies?{query}", headers={"Authorization": f"Bearer {secret}"})
    assert response.status_code == 400
    assert words in response.get_json()["error"]


def test_without_a_valid_token_nothing_is_told(board: StoreServices, secret: str) -> None:
    for shown in (None, "andrang_wrong", secret + "x", "x" * 5000):
        response = asked(board, "/api/replies", shown)
        assert response.status_code == 401
        assert "Bearer" in response.headers["WWW-Authenticate"]
    reply_tokens.revoke_token(board.session, "intranet", by="kim", now=NOW)
    board.session.commit()
    assert asked(board, "/api/replies", secret).status_code == 401


def test_strangers_are_slowed_down(board: StoreServices) -> None:
    answers = [asked(board, "/api/replies", "andrang_guess").status_code for _ in range(api.PER_STRANGER.amount + 1)]
    assert answers[-2:] == [401, 429]


def test_a_token_may_not_come_too_often(board: StoreServices, secret: str) -> None:
    address = "/api/replies/greeting-call"
    client, headers = board.server.test_client(), {"Authorization": f"Bearer {secret}"}
    for _ in range(api.PER_TOKEN.amount):
        assert client.get(address, headers=headers).status_code == 200
    response = asked(board, address, secret)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0


def test_the_description_is_open_and_valid(board: StoreServices) -> None:
    response = board.server.test_client().get("/api/openapi.json")
    assert response.get_json() == DESCRIPTION
    assert "/api/replies/{key}" in response.get_json()["paths"]


def test_tokens_are_kept_as_hashes_and_audited(board: StoreServices, secret: str) -> None:
    row = get_tokens(board.session)[0]
    assert secret not in repr(row)
    assert row.used_at is None
    asked(board, "/api/replies", secret)
    assert get_tokens(board.session)[0].used_at == NOW
    newest = get_audit(board.session)[0]
    assert (newest.user, newest.action, newest.subject) == ("kim", "token.add", "intranet")
    with pytest.raises(reply_tokens.TokenError, match="revoke it first"):
        reply_tokens.make_token(board.session, "Intranet", by="kim", now=NOW)
    with pytest.raises(reply_tokens.TokenError, match="2 to 64"):
        reply_tokens.make_token(board.session, "../x y", by="kim", now=NOW)


def test_every_language_of_a_reply(board: StoreServices, secret: str) -> None:
    one = told(board, "/api/replies/login-known-chat", secret)
    assert [reply["language"] for reply in one["replies"]] == ["de", "en"]
    assert asked(board, "/api/replies/no-such-reply", secret).status_code == 404
    assert reply_feed.PAGE_MAX == 500
