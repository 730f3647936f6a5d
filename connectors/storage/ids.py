"""The numbers under which the tables know queues and sources."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.errors import ConfigError
from connectors.storage import schema


def queue_ids(session: Session) -> dict[str, int]:
    """The id of every queue by its key."""
    found = session.execute(select(schema.queue.c.key, schema.queue.c.id))
    return {row.key: row.id for row in found}


def source_id(session: Session, name: str) -> int:
    """The id of a source; ConfigError where it was never registered."""
    found: int | None = session.execute(
        select(schema.source.c.id).where(schema.source.c.name == name)
    ).scalar_one_or_none()
    if found is None:
        raise ConfigError(f"the store knows no source {name!r}; register it with upsert_sources first")
    return found
