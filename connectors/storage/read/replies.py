"""Replies as they stand, and how they came to stand so."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import ReplyHistoryRow, ReplyRow

_REPLY = schema.reply_version
_HISTORY = schema.reply_history


def get_replies(session: Session, *, ending: bool = False) -> list[ReplyRow]:
    """All versions of all replies, by key, language and version; `ending`: those in use that have an end."""
    statement = select(_REPLY).order_by(_REPLY.c.key, _REPLY.c.language, _REPLY.c.version)
    if ending:
        statement = statement.where(_REPLY.c.status == "approved", _REPLY.c.valid_until.is_not(None))
    found = session.execute(statement)
    return [ReplyRow(**{**row._mapping, "phases": tuple(row.phases), "tags": tuple(row.tags)}) for row in found]


def get_reply_history(session: Session, key: str, *, language: str) -> list[ReplyHistoryRow]:
    """What was done to a reply, first to last."""
    columns = [column for column in _HISTORY.c if column.name != "id"]
    statement = select(*columns).where(_HISTORY.c.key == key, _HISTORY.c.language == language).order_by(_HISTORY.c.id)
    return [ReplyHistoryRow(**row._mapping) for row in session.execute(statement)]


def get_reply_marks(session: Session, action: str) -> set[tuple[str, str, int]]:
    """Key, language and version of all replies to which something was done."""
    statement = select(_HISTORY.c.key, _HISTORY.c.language, _HISTORY.c.version).where(_HISTORY.c.action == action)
    return {(row.key, row.language, row.version) for row in session.execute(statement)}
