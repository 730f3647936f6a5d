"""Counting interval volumes anew from what they derive from: contact events and interval counts."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.ids import queue_ids
from connectors.storage.write.counts import COLUMNS, contributions, from_row
from connectors.storage.write.events import sum_events_sql
from connectors.storage.write.locks import lock_ingest
from connectors.storage.write.volumes import add_changes

_VOLUME = schema.interval_volume
_COUNT = schema.interval_count
_CHUNK = 5_000


def recount_queues(session: Session, queue_ids: Iterable[int]) -> int:
    """Replace the interval volumes of these queues by a fresh count; how many quarter-hours differed."""
    return sum(_recount(session, queue_id) for queue_id in queue_ids)


def recount(session: Session) -> int:
    """Count all interval volumes anew; how many quarter-hours differed from what was stored."""
    lock_ingest(session)
    return recount_queues(session, sorted(queue_ids(session).values()))


def _recount(session: Session, queue_id: int) -> int:
    before = _rows(session, queue_id)
    session.execute(delete(_VOLUME).where(_VOLUME.c.queue_id == queue_id))
    session.execute(text(sum_events_sql("contact_event", "e.queue_id = :queue")), {"queue": queue_id})
    _recount_counts(session, queue_id)
    after = _rows(session, queue_id)
    return sum(before.get(start) != after.get(start) for start in before.keys() | after.keys())


def _rows(session: Session, queue_id: int) -> dict[int, tuple[int, ...]]:
    columns = f"interval_start, {', '.join(schema.MEASURES)}"
    found = session.execute(text(f"SELECT {columns} FROM interval_volume WHERE queue_id = :queue"), {"queue": queue_id})
    return {start: tuple(measures) for start, *measures in found}


def _recount_counts(session: Session, queue_id: int) -> None:
    statement = select(*(_COUNT.c[name] for name in COLUMNS)).where(_COUNT.c.queue_id == queue_id)
    for rows in session.execute(statement).partitions(_CHUNK):
        add_changes(session, (change for row in rows for change in contributions(from_row(row))))
