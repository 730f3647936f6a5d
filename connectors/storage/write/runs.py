"""The log of pulls."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from connectors.errors import SourceError
from connectors.storage import schema
from connectors.storage.ids import source_id as get_source_id
from connectors.storage.rows import IngestResult

KEPT = timedelta(days=14)
_RUN = schema.sync_run
_SOURCE = schema.source
_NOTHING = {"events": 0, "volumes": 0, "states": 0, "rejected": 0}


def start_run(session: Session, source: str, *, now: datetime) -> int:
    """Log that a pull begins, and return the run's id; a run that never ended is closed as interrupted."""
    source_id = get_source_id(session, source)
    session.execute(
        update(_RUN)
        .where(_RUN.c.source_id == source_id, _RUN.c.status == "running")
        .values(status="failed", finished_at=now, error="interrupted; the next run continued from its last batch")
    )
    session.execute(delete(_RUN).where(_RUN.c.source_id == source_id, _RUN.c.started_at < now - KEPT))
    values = {"source_id": source_id, "started_at": now, "status": "running", **_NOTHING}
    run_id: int = session.execute(insert(_RUN).values(values).returning(_RUN.c.id)).scalar_one()
    return run_id


def finish_run(
    session: Session, run_id: int, *, now: datetime, result: IngestResult, error: SourceError | None
) -> None:
    """Log how a pull ended, with the run and with its source.

    Of the runs that brought nothing only the last is kept: following a source asks every few seconds.
    """
    brought = {
        "events": result.events_new + result.events_changed,
        "volumes": result.volumes,
        "states": result.states,
        "rejected": result.rejected,
    }
    values = {"finished_at": now, "error": error.message if error else None, **brought}
    status = "failed" if error else "done"
    source_id = session.execute(
        update(_RUN).where(_RUN.c.id == run_id).values(status=status, **values).returning(_RUN.c.source_id)
    ).scalar_one()
    _note(session, source_id, now, error)
    if not error and not any(brought.values()):
        quiet = [_RUN.c[name] == 0 for name in _NOTHING]
        session.execute(
            delete(_RUN).where(_RUN.c.source_id == source_id, _RUN.c.status == "done", _RUN.c.id != run_id, *quiet)
        )


def _note(session: Session, source_id: int, now: datetime, error: SourceError | None) -> None:
    values: dict[str, object] = (
        {"last_error": error.message, "last_error_at": now, "last_error_permanent": error.permanent}
        if error
        else {"last_success_at": now, "last_error": None, "last_error_permanent": False}
    )
    session.execute(update(_SOURCE).where(_SOURCE.c.id == source_id).values(**values))
