"""Forecasts, kept with the time they were made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import insert
from sqlalchemy.orm import Session

from connectors.errors import ConfigError
from connectors.storage import schema
from connectors.storage.ids import queue_ids
from connectors.storage.rows import ForecastRow


def add_forecasts(session: Session, rows: Iterable[ForecastRow]) -> None:
    """Store forecasts beside the earlier ones; nothing is replaced."""
    ids = queue_ids(session)
    for row in rows:
        if row.queue not in ids:
            raise ConfigError(f"a forecast names the queue {row.queue!r}, which the store does not know")
        _add(session, row, ids[row.queue])


def _add(session: Session, row: ForecastRow, queue_id: int) -> None:
    table = schema.forecast
    values = {
        "queue_id": queue_id,
        "incident_id": row.incident_id,
        "kind": row.kind,
        "made_at": row.made_at,
        "model": row.model,
        "interval_s": row.interval_s,
        "basis": dict(row.basis),
    }
    forecast_id = session.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
    if row.points:
        points = [{"forecast_id": forecast_id, **asdict(point)} for point in row.points]
        session.execute(insert(schema.forecast_point), points)
