"""Replies, users, audit, snapshots and settings come back as they were put."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError
from connectors.storage.read import (
    get_audit,
    get_replies,
    get_setting,
    get_snapshot,
    get_snapshot_etag,
    get_user,
    get_users,
)
from connectors.storage.rows import AuditRow, ReplyRow, SnapshotRow, UserRow
from connectors.storage.write import (
    add_audit,
    put_setting,
    put_snapshot,
    set_reply_status,
    upsert_replies,
    upsert_user,
)
from tests.connectors.storage.store_samples import at

Sessions = sessionmaker[Session]
REPLY = ReplyRow(
    key="login",
    version=1,
    language="de",
    channel="call",
    phases=("investigating", "identified"),
    title="Anmeldung gestört",
    body="Wir arbeiten daran.",
    tags=("login",),
    status="draft",
    author="jan",
    approver=None,
    changed_at=at(0),
)
USER = UserRow(name="mira", role="manager", password_hash="$argon2", language="de", theme="dark", active=True)


def test_replies(sessions: Sessions) -> None:
    english = replace(REPLY, language="en")
    with sessions.begin() as session:
        upsert_replies(session, [english, REPLY])
        upsert_replies(session, [replace(REPLY, title="Störung")])
        set_reply_status(session, "login", 1, language="en", status="approved", approver="mira", now=at(9))
    with sessions() as session:
        assert get_replies(session) == [
            replace(REPLY, title="Störung"),
            replace(english, status="approved", approver="mira", changed_at=at(9)),
        ]


def test_nobody_approves_a_reply_of_their_own(sessions: Sessions) -> None:
    with sessions.begin() as session:
        upsert_replies(session, [REPLY])
    with sessions() as session, pytest.raises(IntegrityError, match="four_eyes"):
        set_reply_status(session, "login", 1, language="de", status="approved", approver="jan", now=at(9))


def test_a_missing_version_cannot_change_its_status(sessions: Sessions) -> None:
    with sessions() as session, pytest.raises(ConfigError, match="version 7"):
        set_reply_status(session, "login", 7, language="de", status="approved", approver="mira", now=at(9))


def test_users(sessions: Sessions) -> None:
    with sessions.begin() as session:
        upsert_user(session, USER)
        upsert_user(session, replace(USER, name="jan"))
        upsert_user(session, replace(USER, active=False))
    with sessions() as session:
        assert get_user(session, "mira") == replace(USER, active=False)
        assert get_user(session, "nobody") is None
        assert [user.name for user in get_users(session)] == ["jan", "mira"]


def test_audit_is_read_newest_first(sessions: Sessions) -> None:
    entries = [AuditRow(at(k), "mira", "approve", f"reply {k}", "") for k in range(3)]
    with sessions.begin() as session:
        for entry in entries:
            add_audit(session, entry)
    with sessions() as session:
        assert get_audit(session, 2) == [entries[2], entries[1]]


def test_a_snapshot_is_replaced(sessions: Sessions) -> None:
    row = SnapshotRow("situation.de", '"1"', b"\x1f\x8b\x00", at(0))
    with sessions.begin() as session:
        put_snapshot(session, row)
        put_snapshot(session, replace(row, etag='"2"', made_at=at(1)))
    with sessions() as session:
        assert get_snapshot(session, "situation.de") == replace(row, etag='"2"', made_at=at(1))
        assert get_snapshot_etag(session, "situation.de") == '"2"'
        assert get_snapshot(session, "situation.en") is None
        assert get_snapshot_etag(session, "situation.en") is None


def test_a_setting_is_replaced(sessions: Sessions) -> None:
    with sessions.begin() as session:
        put_setting(session, "drill", "yes")
        put_setting(session, "drill", "no")
    with sessions() as session:
        assert get_setting(session, "drill") == "no"
        assert get_setting(session, "other") is None
