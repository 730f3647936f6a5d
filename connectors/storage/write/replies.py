"""Replies and their versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from connectors.errors import ConfigError
from connectors.storage import schema
from connectors.storage.rows import ReplyHistoryRow, ReplyRow
from connectors.storage.staging import is_sqlite
from connectors.storage.write.upsert import upsert

_LOCK = 4_172_043  # any number, so long as all agree on it


def lock_replies(session: Session) -> None:
    """Keep whoever else changes a reply out until the commit; what is read after this stays true until then."""
    if is_sqlite(session):
        # The driver takes the write lock with the first changing statement, so make one.
        session.execute(text("UPDATE reply_version SET version = version WHERE version = -1"))
    else:
        session.execute(select(text(f"pg_advisory_xact_lock({_LOCK})")))


def upsert_replies(session: Session, rows: Iterable[ReplyRow]) -> None:
    """Insert or replace replies by key, version and language."""
    upsert(session, schema.reply_version, [_values(row) for row in rows])


def set_reply_status(
    session: Session,
    key: str,
    version: int,
    *,
    language: str,
    status: str,
    approver: str | None,
    now: datetime,
    override_reason: str | None = None,
) -> None:
    """Move one version to another status; ConfigError where it does not exist."""
    table = schema.reply_version
    changed = session.execute(
        update(table)
        .where(table.c.key == key, table.c.version == version, table.c.language == language)
        .values(status=status, approver=approver, changed_at=now, override_reason=override_reason)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        raise ConfigError(f"there is no version {version} of the reply {key!r} in language {language!r}")


def add_reply_history(session: Session, row: ReplyHistoryRow) -> None:
    """Write down what was done to a reply."""
    session.execute(insert(schema.reply_history).values(asdict(row)))


def _values(row: ReplyRow) -> dict[str, Any]:
    return {**asdict(row), "phases": list(row.phases), "tags": list(row.tags), "terms": dict(row.terms)}
