"""Bulk loading into temporary tables: the driver's own executemany on SQLite, COPY on PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

COLUMNS = ("external_id", "queue_id", "outcome", "arrived_at", "answered_at", "ended_at", "caller")
StagedEvent = tuple[str, int, int, int, int | None, int | None, str | None]

_NAMES = ", ".join(COLUMNS)
_SHAPE = (
    "external_id TEXT PRIMARY KEY, queue_id INTEGER, outcome SMALLINT, arrived_at BIGINT, answered_at BIGINT,"
    " ended_at BIGINT, caller TEXT"
)
_STAGED = _SHAPE.replace(" PRIMARY KEY", "")  # already unique; an index nobody reads would cost a third of the time
_KNOWN = _SHAPE.replace("caller TEXT", "caller TEXT, kept INTEGER")


def is_sqlite(session: Session) -> bool:
    """Whether the session speaks to SQLite; else it is PostgreSQL."""
    return session.get_bind().dialect.name == "sqlite"


def stage_events(session: Session, rows: Collection[StagedEvent]) -> None:
    """Fill `staged_event` with these rows alone, and empty `known_event`; both live until the session's commit."""
    if is_sqlite(session):
        _stage_sqlite(session, rows)
    else:
        _stage_postgresql(session, rows)


def _stage_sqlite(session: Session, rows: Collection[StagedEvent]) -> None:
    session.execute(text(f"CREATE TEMP TABLE IF NOT EXISTS staged_event ({_STAGED})"))
    session.execute(text(f"CREATE TEMP TABLE IF NOT EXISTS known_event ({_KNOWN}) WITHOUT ROWID"))
    session.execute(text("DELETE FROM staged_event"))
    session.execute(text("DELETE FROM known_event"))
    cursor = _driver(session).cursor()
    cursor.executemany(f"INSERT INTO staged_event ({_NAMES}) VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    cursor.close()


def _stage_postgresql(session: Session, rows: Collection[StagedEvent]) -> None:
    session.execute(text(f"CREATE TEMP TABLE IF NOT EXISTS staged_event ({_STAGED}) ON COMMIT DELETE ROWS"))
    session.execute(text(f"CREATE TEMP TABLE IF NOT EXISTS known_event ({_KNOWN}) ON COMMIT DELETE ROWS"))
    session.execute(text("TRUNCATE staged_event, known_event"))
    with _driver(session).cursor() as cursor, cursor.copy(f"COPY staged_event ({_NAMES}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _driver(session: Session) -> Any:
    return session.connection().connection.dbapi_connection
