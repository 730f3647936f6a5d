"""POST /in/NAME on a real store: what is answered, what is stored, and what the sources page then says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from connectors.sources.webhook.signature import sign
from connectors.storage.engine import make_engine, session_factory, upgrade
from connectors.storage.read import get_rejected, get_runs, get_signals, get_sources, get_volumes
from connectors.storage.write import upsert_sources
from connectors.storage.write.runs import SHARED
from dashboard.services.sources import inbound, source_health
from dashboard.services.sources.source_setup import prepare_sources
from dashboard.settings import Settings
from dashboard.web.inbound import MOST_BYTES, PER_SOURCE, PER_STRANGER
from tests.dashboard.board_client import server_of
from tests.dashboard.board_fakes import NOW
from tests.dashboard.pages.desk_board import StoreServices

SECRET = "a secret of thirty-two characters"
SOURCES = {
    "hook": {"kind": "webhook", "secret_env": "HOOK_SECRET"},
    "am": {"kind": "alertmanager_webhook", "token_env": "AM_TOKEN"},
}
SETTINGS = {"web": {"secure_cookies": False}, "sources": SOURCES}
EVENT = {"id": "c1", "queue": "hotline", "channel": "call", "arrived_at": NOW.isoformat(), "outcome": "waiting"}
SIGNAL = {"id": "a1", "title": "Checkout is down", "started_at": NOW.isoformat(), "status": "firing"}


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreServices]:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("AM_TOKEN", "t0ken")
    engine = make_engine(f"sqlite:///{tmp_path / 'andrang.db'}")
    upgrade(engine)
    with session_factory(engine)() as session:
        upsert_sources(session, [(name, block["kind"], "live") for name, block in SOURCES.items()])
        session.commit()
        yield StoreServices(settings=Settings.model_validate(SETTINGS), session=session, now=NOW)
    engine.dispose()


@pytest.fixture
def sender(board: StoreServices) -> FlaskClient:
    """A client that has never logged in."""
    return server_of(board).test_client()


def post(sender: FlaskClient, said: Any, *, secret: str = SECRET, early_s: int = 0, name: str = "hook") -> Any:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    timestamp = int(NOW.timestamp()) - early_s
    headers = {
        "Andrang-Timestamp": str(timestamp),
        "Andrang-Signature": sign(body, secret=secret, timestamp=timestamp),
    }
    return sender.post(f"/in/{name}", data=body, headers=headers)


def test_what_was_stored_and_what_was_not_is_answered(sender: FlaskClient, board: StoreServices) -> None:
    answer = post(sender, {"events": [EVENT, {"id": "c2"}], "signals": [SIGNAL]})
    assert answer.status_code == 202
    assert answer.get_json() == {
        "received": {"events": 1, "intervals": 0, "states": 0, "signals": 1},
        "stored": {"events": 1, "intervals": 0, "states": 0, "signals": 1},
        "rejected": 1,
        "rejected_rows": [{"row": "events:c2", "reason": "the key queue, channel, arrived_at, outcome is missing"}],
    }
    day = {"start": NOW - timedelta(days=1), "end": NOW + timedelta(days=1)}
    assert get_volumes(board.session, **day)["offered"].tolist() == [1]
    assert [row.external_id for row in get_signals(board.session, since=NOW)] == ["a1"]
    assert [row.reason for row in get_rejected(board.session)] == [answer.get_json()["rejected_rows"][0]["reason"]]


def test_the_same_contacts_signed_anew_are_taken_and_change_nothing(sender: FlaskClient, board: StoreServices) -> None:
    post(sender, {"events": [EVENT]})
    again = post(sender, {"events": [EVENT]}, early_s=1)
    assert (again.status_code, again.get_json()["stored"]["events"]) == (202, 0)
    repeated = post(sender, {"events": [EVENT]})
    assert repeated.status_code == 409
    assert "taken already" in repeated.get_json()["error"]
    assert get_sources(board.session)[1].last_error is None  # a repetition is no fault


@pytest.mark.parametrize(
    ("said", "status", "says"),
    [
        (b"{", 400, "no JSON"),
        ({"contacts": []}, 400, "unknown key contacts"),
        ({"events": [{}] * 5001}, 413, "at most 5000"),
        (b" " * (MOST_BYTES + 1), 413, "1000000 bytes"),
        (b" " * 2_500_000, 413, "1000000 bytes"),
    ],
)
def test_what_cannot_be_taken_is_said_in_plain_words(
    said: Any, status: int, says: str, sender: FlaskClient, board: StoreServices
) -> None:
    answer = post(sender, said)
    assert (answer.status_code, answer.is_json) == (status, True)
    assert says in answer.get_json()["error"]
    source = next(row for row in get_sources(board.session) if row.name == "hook")
    assert "a delivery was refused" in str(source.last_error)


def test_a_stranger_gets_nothing_and_the_sources_page_says_so_until_the_next_good_one(
    sender: FlaskClient, board: StoreServices
) -> None:
    assert post(sender, {"events": [EVENT]}, secret="another").status_code == 401
    assert sender.post("/in/hook", data=b"{}").status_code == 401
    assert get_volumes(board.session, start=NOW - timedelta(days=1), end=NOW + timedelta(days=1)).empty

    def health() -> tuple[str, str | None]:
        view = source_health.view(board.session, settings=board.settings, clock=board.clock)
        found = next(one for one in view.sources if one.name == "hook")
        return found.state, found.error

    state, error = health()
    assert state == "failing"
    assert "signature does not fit" in str(error)
    post(sender, {"events": [EVENT]})
    assert health() == ("ok", None)
    board.now += timedelta(hours=3)
    assert health() == ("ok", None)  # nobody said how often something comes


def test_a_name_that_is_no_webhook(sender: FlaskClient) -> None:
    answer = sender.post("/in/nobody", data=b"{}")
    assert (answer.status_code, answer.is_json) == (404, True)
    assert "nobody" in answer.get_json()["error"]


def test_the_schema_is_open_to_all(sender: FlaskClient) -> None:
    answer = sender.get("/in/schema.json")
    assert (answer.status_code, answer.get_json()["type"]) == (200, "object")


def test_guessing_secrets_is_slowed_down(sender: FlaskClient) -> None:
    statuses = [sender.post("/in/hook", data=b"{}").status_code for _ in range(PER_STRANGER.amount + 1)]
    assert statuses == [401] * PER_STRANGER.amount + [429]
    answer = post(sender, {})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")


def test_too_many_deliveries_are_asked_to_come_in_parts(sender: FlaskClient) -> None:
    statuses = [post(sender, {}, early_s=n).status_code for n in range(PER_SOURCE.amount + 1)]
    assert statuses == [202] * PER_SOURCE.amount + [429]


def test_deliveries_of_a_few_minutes_share_a_line_of_the_log(sender: FlaskClient, board: StoreServices) -> None:
    for n in range(3):
        post(sender, {"events": [EVENT | {"id": f"c{n}"}]})
    board.now += SHARED
    post(sender, {"events": [EVENT | {"id": "c9"}]}, early_s=-300)
    assert [(run.events, run.status) for run in get_runs(board.session)] == [(1, "done"), (3, "done")]


def test_a_locked_store_is_no_reason_to_wait_long_or_to_lose_anything(
    sender: FlaskClient, board: StoreServices, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbound, "WAIT_FOR_STORE_S", 0.05)
    other = make_engine(f"sqlite:///{tmp_path / 'andrang.db'}")
    with Session(other) as holder:
        holder.execute(text("UPDATE source SET watermark = watermark"))
        answer = post(sender, {"events": [EVENT]})
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "send the same again" in answer.get_json()["error"]
    board.session.rollback()
    other.dispose()
    assert post(sender, {"events": [EVENT]}).status_code == 202
    assert board.session.execute(text("PRAGMA busy_timeout")).scalar_one() == 30_000


def test_before_the_worker_has_entered_the_source_it_is_asked_again(sender: FlaskClient, board: StoreServices) -> None:
    board.session.execute(text("DELETE FROM source"))
    board.session.commit()
    answer = post(sender, {"events": [EVENT]})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_a_board_whose_own_secret_is_missing_says_whose_fault_it_is(
    sender: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK_SECRET")
    answer = post(sender, {"events": [EVENT]})
    assert answer.status_code == 503
    assert "HOOK_SECRET" not in answer.text


def test_alertmanager_comes_in_by_its_token(sender: FlaskClient, board: StoreServices) -> None:
    alert = {
        "status": "firing",
        "labels": {"alertname": "Down", "service": "shop"},
        "annotations": {},
        "startsAt": NOW.isoformat(),
        "fingerprint": "f1",
    }
    body = json.dumps({"alerts": [alert]}).encode()
    assert sender.post("/in/am", data=body, headers={"Authorization": "Bearer wrong"}).status_code == 401
    answer = sender.post("/in/am", data=body, headers={"Authorization": "Bearer t0ken"})
    assert (answer.status_code, answer.get_json()["stored"]["signals"]) == (202, 1)
    assert [(row.source, row.title) for row in get_signals(board.session, since=NOW)] == [("am", "Down")]


def test_a_delivery_carries_no_session_and_sets_no_cookie(sender: FlaskClient) -> None:
    assert "Set-Cookie" not in post(sender, {"events": [EVENT]}).headers


def test_the_worker_does_not_poll_what_comes_by_itself(board: StoreServices, tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'andrang.db'}")
    table = tmp_path / "calls.csv"
    table.write_text("queue,interval_start,offered\n", encoding="utf-8")
    sources = {**SOURCES, "file": {"kind": "example", "path": str(table)}}
    settings = Settings.model_validate({**SETTINGS, "sources": sources})
    sessions = session_factory(engine)
    assert [source.config.name for source in prepare_sources(settings, sessions)] == ["file"]
    with sessions() as session:
        assert [row.name for row in get_sources(session)] == ["am", "file", "hook"]
    engine.dispose()
