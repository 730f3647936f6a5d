"""What is noted of a source beside its records: pauses, turns, tests that a person asked for, back-fills."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from connectors.source import Batch
from connectors.storage import schema
from connectors.storage.ids import source_id as get_source_id
from connectors.storage.rows import IngestResult
from connectors.storage.write.upsert import upsert

_SOURCE = schema.source
_PROBE = schema.source_probe
_BACKFILL = schema.backfill


def plan_retry(session: Session, source: str, *, at: datetime | None) -> None:
    """Note when a failing source is tried again; None: at once."""
    session.execute(update(_SOURCE).where(_SOURCE.c.name == source).values(retry_at=at))


def plan_turn(session: Session, source: str, *, at: datetime) -> None:
    """Note when a source is next pulled."""
    session.execute(update(_SOURCE).where(_SOURCE.c.name == source).values(due_at=at))


def ask_probe(session: Session, source: str, *, by: str, now: datetime) -> None:
    """Note that a person wants a source tested; what an earlier test saw goes."""
    values = {"asked_at": now, "asked_by": by, "answered_at": None, "report": None}
    upsert(session, _PROBE, [{"source_id": get_source_id(session, source), **values}])


def answer_probe(session: Session, source: str, *, report: Mapping[str, Any], now: datetime) -> None:
    """Note what a test saw."""
    mine = _PROBE.c.source_id == get_source_id(session, source)
    session.execute(update(_PROBE).where(mine).values(answered_at=now, report=dict(report)))


def begin_backfill(session: Session, source: str, *, since: datetime, watermark: str, now: datetime) -> None:
    """Begin a back-fill anew, in place of the source's last one."""
    counts = {"done": 0, "total": None, "unit": "", "events": 0, "volumes": 0, "rejected": 0, "error": None}
    row = {"source_id": get_source_id(session, source), "since": since, "watermark": watermark, "status": "running"}
    upsert(session, _BACKFILL, [{**row, "started_at": now, "changed_at": now, **counts}])


def step_backfill(session: Session, source: str, *, batch: Batch, stored: IngestResult, now: datetime) -> None:
    """Note that a batch of a back-fill is stored, in the batch's own transaction."""
    grown = {
        "events": _BACKFILL.c.events + stored.events_new + stored.events_changed,
        "volumes": _BACKFILL.c.volumes + stored.volumes,
        "rejected": _BACKFILL.c.rejected + stored.rejected,
    }
    place = {"watermark": batch.watermark, "done": batch.done, "total": batch.total, "unit": batch.unit}
    mine = _BACKFILL.c.source_id == get_source_id(session, source)
    session.execute(update(_BACKFILL).where(mine).values(changed_at=now, **place, **grown))


def end_backfill(
    session: Session, source: str, *, status: str, error: str | None = None, now: datetime | None = None
) -> None:
    """Note how a back-fill stands: running, stopped, failed or done."""
    values: dict[str, object] = {"status": status, "error": error, **({"changed_at": now} if now else {})}
    mine = _BACKFILL.c.source_id == get_source_id(session, source)
    session.execute(update(_BACKFILL).where(mine).values(values))
