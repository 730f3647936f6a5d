"""Queues, sources, their runs and what they rejected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.read.calendar import get_calendar
from connectors.storage.rows import QueueRow, RejectedRow, SourceRow, SyncRunRow

_SOURCE = schema.source
_RUN = schema.sync_run
_REJECTED = schema.rejected_record
_QUEUE = schema.queue


def get_queues(session: Session) -> list[QueueRow]:
    """All queues by key, each with the days that people entered for it or for all."""
    columns = [column for column in _QUEUE.c if column.name != "id"]
    entries = get_calendar(session)
    return [
        QueueRow(**row._mapping, calendar=tuple(each for each in entries if each.queue in (None, row.key)))
        for row in session.execute(select(*columns).order_by(_QUEUE.c.key))
    ]


def get_sources(session: Session, *, count_rejected: bool = True) -> list[SourceRow]:
    """All sources by name, with how they fare; who asks several times a second does not count what was rejected."""
    counted = select(func.count()).where(_REJECTED.c.source_id == _SOURCE.c.id).scalar_subquery()
    rejected = (counted if count_rejected else literal(0)).label("rejected")
    columns = [column for column in _SOURCE.c if column.name != "id"]
    found = session.execute(select(*columns, rejected).order_by(_SOURCE.c.name))
    return [SourceRow(**row._mapping) for row in found]


def get_watermark(session: Session, source: str) -> str | None:
    """Where the next fetch of a source continues; None: from the beginning."""
    return session.execute(select(_SOURCE.c.watermark).where(_SOURCE.c.name == source)).scalar_one_or_none()


def get_runs(session: Session, *, source: str | None = None, limit: int = 50) -> list[SyncRunRow]:
    """The last pulls, newest first."""
    columns = [column for column in _RUN.c if column.name not in ("id", "source_id")]
    statement = select(_SOURCE.c.name.label("source"), *columns).join(_SOURCE, _SOURCE.c.id == _RUN.c.source_id)
    statement = _of_source(statement, source).order_by(_RUN.c.started_at.desc(), _RUN.c.id.desc()).limit(limit)
    return [SyncRunRow(**row._mapping) for row in session.execute(statement)]


def get_rejected(session: Session, *, source: str | None = None, limit: int = 200) -> list[RejectedRow]:
    """The last rejected records, newest first."""
    columns = [column for column in _REJECTED.c if column.name not in ("id", "source_id")]
    statement = select(_SOURCE.c.name.label("source"), *columns).join(_SOURCE, _SOURCE.c.id == _REJECTED.c.source_id)
    statement = _of_source(statement, source).order_by(_REJECTED.c.id.desc()).limit(limit)
    return [RejectedRow(**row._mapping) for row in session.execute(statement)]


def get_record_counts(session: Session, *, since: datetime) -> dict[str, int]:
    """How many records each source brought in the runs that began since then."""
    total = func.sum(_RUN.c.events + _RUN.c.volumes + _RUN.c.states + _RUN.c.signals)
    statement = (
        select(_SOURCE.c.name, total)
        .join(_RUN, _SOURCE.c.id == _RUN.c.source_id)
        .where(_RUN.c.started_at >= since)
        .group_by(_SOURCE.c.name)
    )
    return {name: int(count) for name, count in session.execute(statement)}


def _of_source(statement: Select[Any], source: str | None) -> Select[Any]:
    return statement if source is None else statement.where(_SOURCE.c.name == source)
