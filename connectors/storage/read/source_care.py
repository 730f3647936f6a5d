"""How sources fared over time, what tests of them saw, and how far back-fills are."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import BackfillRow, LagSample, ProbeRow

_SOURCE = schema.source
_LAG = schema.source_lag


def get_lags(session: Session, *, since: datetime) -> dict[str, list[LagSample]]:
    """The age of each source's latest record since then, in the order of time."""
    statement = (
        select(_SOURCE.c.name, _LAG.c.at, _LAG.c.lag_s)
        .join(_LAG, _LAG.c.source_id == _SOURCE.c.id)
        .where(_LAG.c.at >= since)
        .order_by(_LAG.c.at)
    )
    found: dict[str, list[LagSample]] = defaultdict(list)
    for name, at, lag_s in session.execute(statement):
        found[name].append(LagSample(at, lag_s))
    return dict(found)


def get_leases(session: Session) -> dict[str, datetime]:
    """Until when each source is held by a worker, on the database's own clock."""
    lease = schema.source_lease
    statement = select(_SOURCE.c.name, lease.c.until).join(lease, lease.c.source_id == _SOURCE.c.id)
    return {row.name: row.until for row in session.execute(statement)}


def get_probes(session: Session) -> dict[str, ProbeRow]:
    """The last test of each source that was ever tested from the page."""
    return {values["source"]: ProbeRow(**values) for values in _of(session, schema.source_probe)}


def get_backfills(session: Session) -> dict[str, BackfillRow]:
    """The last back-fill of each source that ever had one."""
    return {values["source"]: BackfillRow(**values) for values in _of(session, schema.backfill)}


def _of(session: Session, table: Table) -> list[dict[str, Any]]:
    columns = [column for column in table.c if column.name != "source_id"]
    statement = select(_SOURCE.c.name.label("source"), *columns).join(table, table.c.source_id == _SOURCE.c.id)
    return [dict(row._mapping) for row in session.execute(statement)]
