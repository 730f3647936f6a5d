"""Rosters and their shifts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.roster_rows import CONFIRMED, RosterRow, ShiftRow

_ROSTER, _SHIFT = schema.roster, schema.roster_shift


def get_rosters(session: Session, *, status: str | None = None) -> list[RosterRow]:
    """All rosters, or those of one status, the latest first."""
    statement = select(_ROSTER).order_by(_ROSTER.c.id.desc())
    if status is not None:
        statement = statement.where(_ROSTER.c.status == status)
    return [RosterRow(**row._mapping) for row in session.execute(statement)]


def get_roster(session: Session) -> RosterRow | None:
    """The roster in force: the one confirmed last and not taken back."""
    wanted = select(_ROSTER).where(_ROSTER.c.status == CONFIRMED)
    found = session.execute(wanted.order_by(_ROSTER.c.confirmed_at.desc(), _ROSTER.c.id.desc()).limit(1)).one_or_none()
    return None if found is None else RosterRow(**found._mapping)


def get_shifts(
    session: Session, roster_id: int, *, start: datetime | None = None, end: datetime | None = None
) -> list[ShiftRow]:
    """Shifts of a roster that overlap [start, end), in the order of their file."""
    columns = (column for column in _SHIFT.c if column.name != "roster_id")
    statement = select(*columns).where(_SHIFT.c.roster_id == roster_id).order_by(_SHIFT.c.number)
    if start is not None:
        statement = statement.where(_SHIFT.c.end_at > start)
    if end is not None:
        statement = statement.where(_SHIFT.c.start_at < end)
    return [_shift(row._mapping) for row in session.execute(statement)]


def _shift(found: object) -> ShiftRow:
    values = dict(found)  # type: ignore[call-overload]
    skills, breaks = tuple(values.pop("skills")), values.pop("breaks")
    return ShiftRow(**values, skills=skills, breaks=tuple((first, last) for first, last in breaks))
