"""The board as it was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import FigureMoment, Moment

_BOARD, _FIGURES = schema.board_moment, schema.figure_moment


def get_moment(session: Session, name: str, *, at: datetime) -> Moment | None:
    """A page as it was last kept at a moment or before it."""
    query = select(_BOARD.c.at, _BOARD.c.body).where(_BOARD.c.name == name, _BOARD.c.at <= at)
    found = session.execute(query.order_by(_BOARD.c.at.desc()).limit(1)).one_or_none()
    return None if found is None else Moment(found.at, found.body)


def get_moment_span(session: Session, name: str) -> tuple[datetime, datetime] | None:
    """The first and the last moment that are kept of a page."""
    query = select(func.min(_BOARD.c.at), func.max(_BOARD.c.at)).where(_BOARD.c.name == name)
    first, last = session.execute(query).one()
    return None if first is None else (first, last)


def get_moment_after(session: Session, name: str, *, at: datetime) -> datetime | None:
    """The moment kept next after one."""
    query = select(func.min(_BOARD.c.at)).where(_BOARD.c.name == name, _BOARD.c.at > at)
    found: datetime | None = session.execute(query).scalar_one()
    return found


def get_figures(session: Session, *, since: datetime, until: datetime) -> list[FigureMoment]:
    """The figures kept from one moment to another, both included, oldest first."""
    query = select(_FIGURES.c.at, _FIGURES.c.figures).where(_FIGURES.c.at >= since, _FIGURES.c.at <= until)
    return [FigureMoment(row.at, row.figures) for row in session.execute(query.order_by(_FIGURES.c.at))]
