"""Rosters: added as drafts, confirmed, taken back; old ones are let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.roster_rows import CONFIRMED, DRAFT, WITHDRAWN, ShiftRow

_ROSTER, _SHIFT = schema.roster, schema.roster_shift


def add_roster(
    session: Session,
    shifts: Sequence[ShiftRow],
    *,
    file: str,
    zone: str,
    by: str,
    now: datetime,
    about: Mapping[str, Any] | None = None,
) -> int:
    """Add a draft and return its id; the same person's earlier drafts go."""
    mine = select(_ROSTER.c.id).where(_ROSTER.c.status == DRAFT, _ROSTER.c.imported_by == by)
    for old in session.scalars(mine).all():
        drop_roster(session, old)
    values: dict[str, Any] = {"file": file, "zone": zone, "status": DRAFT, "about": dict(about or {})}
    values |= {"imported_at": now, "imported_by": by}
    added: int = session.execute(insert(_ROSTER).values(values).returning(_ROSTER.c.id)).scalar_one()
    rows = [asdict(one) | {"roster_id": added} for one in shifts]
    if rows:
        session.execute(insert(_SHIFT), rows)
    return added


def confirm_roster(session: Session, roster_id: int, *, now: datetime) -> bool:
    """Put a draft in force; False where it is none any more."""
    changes: dict[str, Any] = {"status": CONFIRMED, "confirmed_at": now}
    moved = update(_ROSTER).where(_ROSTER.c.id == roster_id, _ROSTER.c.status == DRAFT).values(changes)
    return session.execute(moved.returning(_ROSTER.c.id)).first() is not None


def withdraw_roster(session: Session, roster_id: int) -> bool:
    """Take a roster back, so that the one before is in force; False where it was not confirmed."""
    moved = update(_ROSTER).where(_ROSTER.c.id == roster_id, _ROSTER.c.status == CONFIRMED)
    return session.execute(moved.values(status=WITHDRAWN).returning(_ROSTER.c.id)).first() is not None


def drop_roster(session: Session, roster_id: int) -> None:
    """Delete a roster with its shifts."""
    session.execute(delete(_SHIFT).where(_SHIFT.c.roster_id == roster_id))
    session.execute(delete(_ROSTER).where(_ROSTER.c.id == roster_id))


def thin_rosters(session: Session, *, keep: int) -> None:
    """Delete all rosters but drafts and those confirmed last, taken back or not."""
    past = select(_ROSTER.c.id).where(_ROSTER.c.status != DRAFT).order_by(_ROSTER.c.confirmed_at.desc())
    for old in session.scalars(past.offset(keep)).all():
        drop_roster(session, old)
