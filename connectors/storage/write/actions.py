"""What is done about incidents: entries are added, never altered; an undoing is an entry of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from connectors.errors import ConfigError
from connectors.storage import schema
from connectors.storage.write.upsert import inserting

_ACTION = schema.incident_action


def add_action(
    session: Session,
    incident_id: int,
    *,
    kind: str,
    lever: str = "",
    text: str = "",
    terms: Mapping[str, Any] | None = None,
    by: str,
    now: datetime,
) -> int:
    """Note that something was done, and return the entry's id."""
    if not _exists(session, incident_id):
        raise ConfigError(f"there is no incident {incident_id}")
    values = {"incident_id": incident_id, "entry": "done", "of_id": None, "kind": kind, "lever": lever, "text": text}
    values |= {"terms": dict(terms or {}), "recorded_at": now, "recorded_by": by}
    added: int = session.execute(insert(_ACTION).values(values).returning(_ACTION.c.id)).scalar_one()
    return added


def end_action(
    session: Session, action_id: int, *, entry: Literal["ended", "undone"], text: str = "", by: str, now: datetime
) -> bool:
    """Note that an action has ended or is taken back; False where the same was noted before, or there is none."""
    wanted = select(_ACTION.c.incident_id, _ACTION.c.kind, _ACTION.c.lever)
    found = session.execute(wanted.where(_ACTION.c.id == action_id, _ACTION.c.entry == "done")).one_or_none()
    if found is None:
        return False
    values = {**found._mapping, "entry": entry, "of_id": action_id, "text": text, "terms": {}}
    values |= {"recorded_at": now, "recorded_by": by}
    # Two may press at once: the second finds the entry there.
    statement = inserting(session, _ACTION).on_conflict_do_nothing(index_elements=["of_id", "entry"])
    return session.execute(statement.returning(_ACTION.c.id), values).first() is not None


def _exists(session: Session, incident_id: int) -> bool:
    incident = schema.incident
    return session.execute(select(incident.c.id).where(incident.c.id == incident_id)).first() is not None
