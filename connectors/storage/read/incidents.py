"""Incidents as they stand, and how they came to stand so."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import IncidentRow

_REVISION = schema.incident_revision
_COLUMNS = (
    _REVISION.c.incident_id.label("id"),
    _REVISION.c.revision,
    _REVISION.c.recorded_at,
    _REVISION.c.recorded_by,
    _REVISION.c.facts,
)
_CLOSED = ("resolved", "reviewed")


def get_incidents(session: Session, *, open_only: bool = False) -> list[IncidentRow]:
    """The last revision of each incident, newest incident first; `open_only`: neither resolved nor reviewed."""
    last = select(_REVISION.c.incident_id, func.max(_REVISION.c.revision).label("revision"))
    newest = last.group_by(_REVISION.c.incident_id).subquery()
    statement = (
        select(*_COLUMNS)
        .join(
            newest,
            (newest.c.incident_id == _REVISION.c.incident_id) & (newest.c.revision == _REVISION.c.revision),
        )
        .order_by(_REVISION.c.incident_id.desc())
    )
    rows = [IncidentRow(**row._mapping) for row in session.execute(statement)]
    return [row for row in rows if row.facts.get("phase") not in _CLOSED] if open_only else rows


def get_incident_history(session: Session, incident_id: int) -> list[IncidentRow]:
    """All revisions of an incident, first to last."""
    statement = select(*_COLUMNS).where(_REVISION.c.incident_id == incident_id).order_by(_REVISION.c.revision)
    return [IncidentRow(**row._mapping) for row in session.execute(statement)]
