"""Days that people enter: an entry is added, withdrawn and given back, never altered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from connectors.errors import ConfigError
from connectors.storage import schema
from connectors.storage.rows import CalendarEntryRow

_ENTRY, _QUEUE = schema.calendar_entry, schema.queue


def add_calendar(session: Session, entries: Iterable[CalendarEntryRow]) -> list[int]:
    """Add entries and return their ids; ConfigError where a queue is not known, and then none is added."""
    ids = {str(key): id_ for key, id_ in session.execute(select(_QUEUE.c.key, _QUEUE.c.id))}
    values = [_values(entry, ids) for entry in entries]
    return [session.execute(insert(_ENTRY).values(each).returning(_ENTRY.c.id)).scalar_one() for each in values]


def withdraw_calendar(session: Session, ids: Sequence[int], *, by: str, now: datetime) -> int:
    """Take entries back; says how many stood until now."""
    statement = update(_ENTRY).where(_ENTRY.c.id.in_(ids), _ENTRY.c.withdrawn_at.is_(None))
    return len(session.execute(statement.values(withdrawn_at=now, withdrawn_by=by).returning(_ENTRY.c.id)).all())


def restore_calendar(session: Session, ids: Sequence[int]) -> int:
    """Give withdrawn entries back; says how many."""
    statement = update(_ENTRY).where(_ENTRY.c.id.in_(ids), _ENTRY.c.withdrawn_at.is_not(None))
    return len(session.execute(statement.values(withdrawn_at=None, withdrawn_by=None).returning(_ENTRY.c.id)).all())


def _values(entry: CalendarEntryRow, ids: dict[str, int]) -> dict[str, object]:
    if entry.queue is not None and entry.queue not in ids:
        raise ConfigError(f"there is no queue {entry.queue!r}; use one of {', '.join(sorted(ids)) or 'none yet'}")
    names = ("kind", "name", "first_day", "last_day", "share", "entered_at", "entered_by")
    return {name: getattr(entry, name) for name in names} | {"queue_id": ids.get(entry.queue or "")}
