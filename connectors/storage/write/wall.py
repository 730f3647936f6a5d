"""The links that open the wall."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from connectors.storage import schema

_LINK = schema.wall_link


def add_wall_link(session: Session, name: str, *, token_hash: str, by: str, now: datetime) -> int:
    """Store a new link, and return its id."""
    values = {"name": name, "token_hash": token_hash, "created_at": now, "created_by": by}
    made: int = session.execute(insert(_LINK).values(values).returning(_LINK.c.id)).scalar_one()
    return made


def revoke_wall_link(session: Session, link_id: int, *, by: str, now: datetime) -> bool:
    """Close a link for good; False where there is none, or it is closed."""
    statement = update(_LINK).where(_LINK.c.id == link_id, _LINK.c.revoked_at.is_(None))
    return session.execute(statement.values(revoked_at=now, revoked_by=by).returning(_LINK.c.id)).first() is not None


def note_wall_seen(session: Session, link_id: int, *, now: datetime) -> None:
    """Note that a wall asked by this link."""
    session.execute(update(_LINK).where(_LINK.c.id == link_id).values(seen_at=now))
