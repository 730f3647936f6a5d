"""Forecasts: the latest one, and what was last said of each interval before it began."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy import BigInteger, Row, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import ForecastPoint, ForecastRow

_FORECAST = schema.forecast
_POINT = schema.forecast_point
_QUEUE = schema.queue
_HISTORY = ("made_at", "interval_start", "p10", "p50", "p90", "mean")


def get_forecast(
    session: Session,
    queue: str,
    *,
    kind: str,
    made_before: datetime | None = None,
    incident_id: int | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> ForecastRow | None:
    """The latest forecast of a kind, made before a time and for an incident where these are given.

    Of its points only those that begin in [start, end) where these are given.
    """
    statement = (
        select(_FORECAST)
        .join(_QUEUE, _QUEUE.c.id == _FORECAST.c.queue_id)
        .where(_QUEUE.c.key == queue, _FORECAST.c.kind == kind)
        .order_by(_FORECAST.c.made_at.desc(), _FORECAST.c.id.desc())
        .limit(1)
    )
    if made_before is not None:
        statement = statement.where(_FORECAST.c.made_at < made_before)
    if incident_id is not None:
        statement = statement.where(_FORECAST.c.incident_id == incident_id)
    found = session.execute(statement).one_or_none()
    return None if found is None else _forecast(session, queue, found=found, start=start, end=end)


def _forecast(
    session: Session, queue: str, *, found: Row[tuple[object, ...]], start: datetime | None, end: datetime | None
) -> ForecastRow:
    columns = [column for column in _POINT.c if column.name != "forecast_id"]
    points = select(*columns).where(_POINT.c.forecast_id == found.id).order_by(_POINT.c.interval_start)
    if start is not None:
        points = points.where(_POINT.c.interval_start >= start)
    if end is not None:
        points = points.where(_POINT.c.interval_start < end)
    return ForecastRow(
        queue=queue,
        kind=found.kind,
        made_at=found.made_at,
        model=found.model,
        interval_s=found.interval_s,
        points=tuple(ForecastPoint(*row) for row in session.execute(points)),
        incident_id=found.incident_id,
        basis=found.basis,
    )


def get_forecast_history(
    session: Session, queue: str, *, kind: str, start: datetime, end: datetime, lead: timedelta = timedelta(0)
) -> pd.DataFrame:
    """For each interval that begins in [start, end): what the last forecast made `lead` or more before it said.

    Columns: made_at, interval_start, p10, p50, p90, mean; by interval.
    """
    newest = func.row_number().over(
        partition_by=_POINT.c.interval_start, order_by=(_FORECAST.c.made_at.desc(), _FORECAST.c.id.desc())
    )
    columns = [_FORECAST.c.made_at, *(_POINT.c[name] for name in _HISTORY[1:])]
    said = (
        select(*columns, newest.label("newest"))
        .join(_FORECAST, _FORECAST.c.id == _POINT.c.forecast_id)
        .join(_QUEUE, _QUEUE.c.id == _FORECAST.c.queue_id)
        .where(
            _QUEUE.c.key == queue,
            _FORECAST.c.kind == kind,
            _FORECAST.c.made_at < end,
            _POINT.c.interval_start >= start,
            _POINT.c.interval_start < end,
            type_coerce(_FORECAST.c.made_at, BigInteger) + literal(lead // timedelta(microseconds=1), BigInteger)
            <= type_coerce(_POINT.c.interval_start, BigInteger),
        )
        .subquery()
    )
    last = select(*(said.c[name] for name in _HISTORY)).where(said.c.newest == 1).order_by(said.c.interval_start)
    frame = pd.DataFrame(session.execute(last).all(), columns=list(_HISTORY))
    times = dict.fromkeys(_HISTORY[:2], "datetime64[us, UTC]")
    return frame.astype(times | dict.fromkeys(_HISTORY[2:], "float64"))
