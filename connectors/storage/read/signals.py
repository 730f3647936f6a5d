"""Outage signals as last reported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import SignalRow

_SIGNAL = schema.signal


def get_signals(session: Session, *, since: datetime, incidents: Sequence[int] = ()) -> list[SignalRow]:
    """Signals that fire, that have ended since then, or that belong to one of the incidents; earliest start first."""
    wanted = or_(_SIGNAL.c.ended_at.is_(None), _SIGNAL.c.ended_at >= since, _SIGNAL.c.incident_id.in_(incidents))
    statement = select(_SIGNAL).where(wanted).order_by(_SIGNAL.c.started_at, _SIGNAL.c.id)
    return [_row(row) for row in session.execute(statement)]


def get_signals_by_id(session: Session, ids: Sequence[int]) -> list[SignalRow]:
    """The signals of these ids, earliest start first; an unknown id is left out."""
    statement = select(_SIGNAL).where(_SIGNAL.c.id.in_(ids)).order_by(_SIGNAL.c.started_at, _SIGNAL.c.id)
    return [_row(row) for row in session.execute(statement)]


def _row(row: Row[Any]) -> SignalRow:
    return SignalRow(**{**row._mapping, "services": tuple(row.services)})
