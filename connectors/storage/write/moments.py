"""Keeping the board as it was, and letting go of what is too old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import SnapshotRow
from connectors.storage.write.upsert import upsert


def put_moment(session: Session, row: SnapshotRow, *, at: datetime) -> None:
    """Keep a page as it was at a moment."""
    upsert(session, schema.board_moment, [{"name": row.name, "at": at, "body": row.body}])


def put_figures(session: Session, figures: Mapping[str, float | None], *, at: datetime) -> None:
    """Keep the figures of a moment."""
    upsert(session, schema.figure_moment, [{"at": at, "figures": dict(figures)}])


def forget_moments(session: Session, *, before: datetime) -> None:
    """Let go of all moments before one."""
    for table in (schema.board_moment, schema.figure_moment):
        session.execute(delete(table).where(table.c.at < before))
