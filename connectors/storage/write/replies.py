"""Replies and their versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from connectors.errors import ConfigError
from connectors.storage import schema
from connectors.storage.rows import ReplyRow
from connectors.storage.write.upsert import upsert


def upsert_replies(session: Session, rows: Iterable[ReplyRow]) -> None:
    """Insert or replace replies by key, version and language."""
    upsert(session, schema.reply_version, [_values(row) for row in rows])


def set_reply_status(
    session: Session, key: str, version: int, *, language: str, status: str, approver: str | None, now: datetime
) -> None:
    """Move one version to another status; ConfigError where it does not exist."""
    table = schema.reply_version
    changed = session.execute(
        update(table)
        .where(table.c.key == key, table.c.version == version, table.c.language == language)
        .values(status=status, approver=approver, changed_at=now)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        raise ConfigError(f"there is no version {version} of the reply {key!r} in language {language!r}")


def _values(row: ReplyRow) -> dict[str, Any]:
    return {**asdict(row), "phases": list(row.phases), "tags": list(row.tags)}
