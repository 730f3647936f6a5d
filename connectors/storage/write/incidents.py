"""Incidents: every change is a new revision, none is ever altered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from connectors.errors import ConfigError
from connectors.storage import schema
from connectors.storage.errors import StaleRevision
from connectors.storage.write.upsert import inserting

_REVISION = schema.incident_revision


def add_incident(session: Session, facts: Mapping[str, Any], *, by: str, now: datetime) -> int:
    """Open an incident with its first facts, and return its id."""
    table = schema.incident
    incident_id: int = session.execute(insert(table).values(created_at=now).returning(table.c.id)).scalar_one()
    _add(session, incident_id, 1, facts=facts, by=by, now=now)
    return incident_id


def revise_incident(
    session: Session, incident_id: int, facts: Mapping[str, Any], *, by: str, now: datetime, expected_revision: int
) -> int:
    """Add new facts and return their revision; StaleRevision where another revision has come in between."""
    _require(session, incident_id, expected_revision)
    if not _add(session, incident_id, expected_revision + 1, facts=facts, by=by, now=now):
        _require(session, incident_id, expected_revision)
    return expected_revision + 1


def _require(session: Session, incident_id: int, expected: int) -> None:
    actual = session.execute(
        select(func.max(_REVISION.c.revision)).where(_REVISION.c.incident_id == incident_id)
    ).scalar_one()
    if actual is None:
        raise ConfigError(f"there is no incident {incident_id}")
    if actual != expected:
        raise StaleRevision(incident_id, expected=expected, actual=actual)


def _add(
    session: Session, incident_id: int, revision: int, *, facts: Mapping[str, Any], by: str, now: datetime
) -> bool:
    values = {
        "incident_id": incident_id,
        "revision": revision,
        "recorded_at": now,
        "recorded_by": by,
        "facts": dict(facts),
    }
    # Two may have read the same revision: the second finds its number taken.
    statement = inserting(session, _REVISION).on_conflict_do_nothing(index_elements=["incident_id", "revision"])
    return session.execute(statement.returning(_REVISION.c.revision), values).first() is not None
