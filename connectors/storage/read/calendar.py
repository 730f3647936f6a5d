"""Days that people entered, with the queue they are for."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import CalendarEntryRow

_ENTRY, _QUEUE = schema.calendar_entry, schema.queue


def get_calendar(session: Session, *, withdrawn: bool = False) -> list[CalendarEntryRow]:
    """Entries by their first day; with `withdrawn` those that were taken back as well."""
    columns = [column for column in _ENTRY.c if column.name != "queue_id"]
    statement = (
        select(*columns, _QUEUE.c.key.label("queue"))
        .outerjoin(_QUEUE, _QUEUE.c.id == _ENTRY.c.queue_id)
        .order_by(_ENTRY.c.first_day, _ENTRY.c.id)
    )
    if not withdrawn:
        statement = statement.where(_ENTRY.c.withdrawn_at.is_(None))
    return [CalendarEntryRow(**row._mapping) for row in session.execute(statement)]
