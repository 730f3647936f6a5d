"""One writer of contacts and volumes at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.engine import BUSY_TIMEOUT_S
from connectors.storage.staging import is_sqlite

_INGEST = 4_172_042  # any number, so long as all agree on it


def lock_ingest(session: Session) -> None:
    """Keep every other writer of contacts and volumes out until the commit.

    Without it two writers would find the same contact new and count it twice, or wait for each other's intervals for
    ever. SQLite has one writer anyway; on PostgreSQL sources give up storing side by side, a fraction of a second a
    batch.
    """
    if is_sqlite(session):
        # The driver takes the write lock with the first changing statement, so make one.
        session.execute(text("UPDATE source SET watermark = watermark WHERE id = -1"))
    else:
        session.execute(select(text(f"pg_advisory_xact_lock({_INGEST})")))


def lock_source(session: Session, source: str) -> str | None:
    """Keep other writers out until the commit, and return the source's watermark as it then stands."""
    lock_ingest(session)
    table = schema.source
    return session.execute(select(table.c.watermark).where(table.c.name == source)).scalar_one_or_none()


@contextmanager
def short_wait(session: Session, *, seconds: float) -> Iterator[None]:
    """Wait for locks no longer than this, then raise SQLAlchemy's OperationalError; for callers who are waited for."""
    if not is_sqlite(session):
        session.execute(text(f"SET LOCAL lock_timeout = '{round(seconds * 1000)}ms'"))  # until the transaction ends
        yield
        return
    session.execute(text(f"PRAGMA busy_timeout = {round(seconds * 1000)}"))
    try:
        yield
    finally:
        # The connection goes back to the pool, to somebody with more time.
        session.execute(text(f"PRAGMA busy_timeout = {round(BUSY_TIMEOUT_S * 1000)}"))
