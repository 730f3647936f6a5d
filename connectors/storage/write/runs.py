"""The log of pulls."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from connectors.errors import OvertakenError, SourceError
from connectors.storage import schema
from connectors.storage.ids import source_id as get_source_id
from connectors.storage.rows import IngestResult
from connectors.storage.write.upsert import inserting

KEPT = timedelta(days=14)
SHARED = timedelta(minutes=5)
LAG_EVERY, LAG_KEPT = timedelta(minutes=5), timedelta(hours=48)
_RUN = schema.sync_run
_LAG = schema.source_lag
_SOURCE = schema.source
_NOTHING = {"events": 0, "volumes": 0, "states": 0, "rejected": 0, "signals": 0}


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
    brought = _brought(result)
    values = {"finished_at": now, "error": error.message if error else None, **brought}
    status = "failed" if error else "done"
    source_id = session.execute(
        update(_RUN).where(_RUN.c.id == run_id).values(status=status, **values).returning(_RUN.c.source_id)
    ).scalar_one()
    if not isinstance(error, OvertakenError):
        _note(session, source_id, now, error)
    _sample_lag(session, source_id, now)
    if not error and not any(brought.values()):
        quiet = [_RUN.c[name] == 0 for name in _NOTHING]
        session.execute(
            delete(_RUN).where(_RUN.c.source_id == source_id, _RUN.c.status == "done", _RUN.c.id != run_id, *quiet)
        )


def note_delivery(session: Session, source: str, *, now: datetime, result: IngestResult) -> None:
    """Log what was sent to us; deliveries of a few minutes share one entry, for they may come many a second."""
    source_id = get_source_id(session, source)
    _note(session, source_id, now, None)
    lately = (_RUN.c.source_id == source_id, _RUN.c.status == "done", _RUN.c.started_at > now - SHARED)
    last = session.execute(select(func.max(_RUN.c.id)).where(*lately)).scalar_one()
    if last is not None:
        grown = {name: _RUN.c[name] + count for name, count in _brought(result).items()}
        session.execute(update(_RUN).where(_RUN.c.id == last).values(finished_at=now, **grown))
        return
    session.execute(delete(_RUN).where(_RUN.c.source_id == source_id, _RUN.c.started_at < now - KEPT))
    whole = {"source_id": source_id, "started_at": now, "finished_at": now, "status": "done"}
    session.execute(insert(_RUN).values(**whole, **_brought(result)))


def note_refusal(session: Session, source: str, *, message: str, now: datetime) -> None:
    """Note with the source that something sent to us was refused; the next good delivery takes it away."""
    _note(session, get_source_id(session, source), now, SourceError(source, message, permanent=True))


def _brought(result: IngestResult) -> dict[str, int]:
    return {
        "events": result.events_new + result.events_changed,
        "volumes": result.volumes,
        "states": result.states,
        "rejected": result.rejected,
        "signals": result.signals,
    }


def _note(session: Session, source_id: int, now: datetime, error: SourceError | None) -> None:
    values: dict[str, object] = (
        {
            "last_error": error.message,
            "last_error_at": now,
            "last_error_permanent": error.permanent,
            "failures": _SOURCE.c.failures + 1,
        }
        if error
        else {
            "last_success_at": now,
            "last_error": None,
            "last_error_permanent": False,
            "failures": 0,
            "retry_at": None,
        }
    )
    session.execute(update(_SOURCE).where(_SOURCE.c.id == source_id).values(**values))


def _sample_lag(session: Session, source_id: int, now: datetime) -> None:
    """Keep the age of the latest record every few minutes, whether the pull succeeded or not."""
    last = select(func.max(_LAG.c.at)).where(_LAG.c.source_id == source_id).scalar_subquery()
    latest, sampled = session.execute(select(_SOURCE.c.last_record_at, last).where(_SOURCE.c.id == source_id)).one()
    if latest is None or (sampled is not None and timedelta(0) <= now - sampled < LAG_EVERY):
        return
    values = {"source_id": source_id, "at": now, "lag_s": max(0.0, (now - latest).total_seconds())}
    session.execute(inserting(session, _LAG).on_conflict_do_nothing(index_elements=["source_id", "at"]), values)
    session.execute(delete(_LAG).where(_LAG.c.source_id == source_id, _LAG.c.at < now - LAG_KEPT))
