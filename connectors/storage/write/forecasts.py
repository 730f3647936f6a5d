"""Forecasts, kept with the time they were made."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, and_, delete, exists, func, insert, literal, select, type_coerce
from sqlalchemy.orm import Session

from connectors.errors import ConfigError
from connectors.storage import schema
from connectors.storage.ids import queue_ids
from connectors.storage.rows import ForecastRow
from connectors.storage.times import SECOND_US

_CHUNK = 500  # of ids in one statement


def add_forecasts(session: Session, rows: Iterable[ForecastRow]) -> None:
    """Store forecasts beside the earlier ones; nothing is replaced."""
    ids = queue_ids(session)
    for row in rows:
        if row.queue not in ids:
            raise ConfigError(f"a forecast names the queue {row.queue!r}, which the store does not know")
        _add(session, row, ids[row.queue])


def thin_forecasts(session: Session, *, before: datetime) -> int:
    """Of the forecasts made before a time keep the last of each hour, queue, kind and incident; how many went.

    A surge is forecast anew every minute; for judging it later the hours are enough.
    """
    table, later = schema.forecast, schema.forecast.alias("later")
    same_hour = and_(
        later.c.queue_id == table.c.queue_id,
        later.c.kind == table.c.kind,
        func.coalesce(later.c.incident_id, 0) == func.coalesce(table.c.incident_id, 0),
        later.c.made_at > table.c.made_at,
        later.c.made_at < before,
        _hour(later.c.made_at) == _hour(table.c.made_at),
    )
    old = select(table.c.id).where(table.c.made_at < before, exists().where(same_hour))
    gone = session.scalars(old).all()
    for start in range(0, len(gone), _CHUNK):
        session.execute(delete(table).where(table.c.id.in_(gone[start : start + _CHUNK])))
    return len(gone)


def _hour(made_at: ColumnElement[datetime]) -> ColumnElement[int]:
    return type_coerce(made_at, BigInteger) // literal(3600 * SECOND_US, BigInteger)


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
        # Spelt out: dataclasses.asdict copies deeply, and took longer than the insert.
        points = [
            {"forecast_id": forecast_id, "interval_start": p.interval_start}
            | {"p10": p.p10, "p50": p.p50, "p90": p.p90, "mean": p.mean}
            for p in row.points
        ]
        session.execute(insert(schema.forecast_point), points)
