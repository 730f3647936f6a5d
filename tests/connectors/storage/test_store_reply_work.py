"""Tokens, publications, copies and searches in vain, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.read import (
    get_first_uses,
    get_published,
    get_token,
    get_tokens,
    get_unanswered,
    get_use_counts,
)
from connectors.storage.reply_rows import PublishedRow, TokenRow, UseRow
from connectors.storage.write import (
    add_use,
    count_unanswered,
    note_token_use,
    remove_published,
    remove_unanswered,
    thin_uses,
    upsert_published,
    upsert_token,
)

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)


def test_tokens(sessions: sessionmaker[Session]) -> None:
    row = TokenRow("intranet", "ab" * 32, NOW, "kim")
    with sessions.begin() as session:
        upsert_token(session, row)
        note_token_use(session, "intranet", NOW + timedelta(hours=1))
    with sessions() as session:
        found = get_token(session, "ab" * 32)
        assert found is not None
        assert (found.name, found.used_at, found.revoked_at) == ("intranet", NOW + timedelta(hours=1), None)
        assert get_tokens(session) == [found]
        assert get_token(session, "cd" * 32) is None


def test_publications(sessions: sessionmaker[Session]) -> None:
    row = PublishedRow("help", "login", "de", 2, "17", "d" * 64, NOW)
    failed = PublishedRow("help", "login", "en", 0, None, "", error="no", failures=3, retry_at=NOW)
    with sessions.begin() as session:
        for one in (row, failed, PublishedRow("rt", "login", "de", 1, "4", "e" * 64, NOW)):
            upsert_published(session, one)
        upsert_published(session, row)
    with sessions.begin() as session:
        assert get_published(session, "help") == [row, failed]
        assert len(get_published(session)) == 3
        remove_published(session, row)
    with sessions() as session:
        assert get_published(session, "help") == [failed]


def test_copies(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for minute in range(3):
            add_use(session, UseRow(NOW + timedelta(minutes=minute), "login", "de", 1, "chat", "agent"))
        add_use(session, UseRow(NOW, "login", "de", 1, "chat", "manager", phase="resolved"))
        add_use(session, UseRow(NOW - timedelta(days=9), "old", "de", 1, "call", "agent"))
    with sessions.begin() as session:
        counts = {(row.key, row.role, row.phase): row.uses for row in get_use_counts(session, since=NOW)}
        assert counts == {("login", "agent", None): 3, ("login", "manager", "resolved"): 1}
        assert get_first_uses(session, since=NOW) == {"chat": NOW}
        thin_uses(session, before=NOW)
    with sessions() as session:
        assert get_first_uses(session, since=NOW - timedelta(days=30)) == {"chat": NOW}


def test_searches_in_vain(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        for hours in range(3):
            count_unanswered(session, "zebra", language="de", now=NOW + timedelta(hours=hours))
        count_unanswered(session, "zebra", language="en", now=NOW)
    with sessions.begin() as session:
        first, second = get_unanswered(session)
        assert (first.language, first.searches, first.first_at, first.last_at) == (
            "de",
            3,
            NOW,
            NOW + timedelta(hours=2),
        )
        assert (second.language, second.searches) == ("en", 1)
        assert get_unanswered(session, limit=1) == [first]
        remove_unanswered(session, "zebra", language="de")
    with sessions() as session:
        assert [row.language for row in get_unanswered(session)] == ["en"]
