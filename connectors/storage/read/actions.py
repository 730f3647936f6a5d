"""What was done about incidents, each entry folded with its end and its undoing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from connectors.storage import schema
from connectors.storage.rows import ActionRow

_ACTION = schema.incident_action


def get_actions(
    session: Session, *, incidents: Sequence[int] | None = None, lever: str | None = None, action: int | None = None
) -> list[ActionRow]:
    """Actions of these incidents, of one lever, or the one of this id, in the order of time; undone ones as well."""
    done, ended, undone = (aliased(_ACTION, name=name) for name in ("done", "ended", "undone"))
    statement = (
        select(
            *(done.c[name] for name in ("id", "incident_id", "kind", "lever", "text", "terms")),
            done.c.recorded_at.label("at"),
            done.c.recorded_by.label("by"),
            ended.c.recorded_at.label("ended_at"),
            ended.c.recorded_by.label("ended_by"),
            undone.c.recorded_at.label("undone_at"),
            undone.c.recorded_by.label("undone_by"),
        )
        .outerjoin(ended, (ended.c.of_id == done.c.id) & (ended.c.entry == "ended"))
        .outerjoin(undone, (undone.c.of_id == done.c.id) & (undone.c.entry == "undone"))
        .where(done.c.entry == "done")
        .order_by(done.c.recorded_at, done.c.id)
    )
    if incidents is not None:
        statement = statement.where(done.c.incident_id.in_(incidents))
    if lever is not None:
        statement = statement.where(done.c.lever == lever)
    if action is not None:
        statement = statement.where(done.c.id == action)
    return [ActionRow(**row._mapping) for row in session.execute(statement)]
