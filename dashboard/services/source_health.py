"""How the sources fare: their state, lag, what they rejected, and what to do."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connectors.storage.read import get_record_counts, get_rejected, get_runs, get_sources
from connectors.storage.rows import SourceRow
from dashboard.domain.board import RejectedView, SourceHealth, SourcesView
from dashboard.domain.clock import Clock
from dashboard.services.board_data import BoardData, load
from dashboard.services.freshness import of_source, silent_sources
from dashboard.settings import Settings

OK, STALE, FAILING, NEVER = "ok", "stale", "failing", "never"
RUNS_SHOWN = 50


def view(session: Session, *, settings: Settings, clock: Clock) -> SourcesView:
    """All of the sources page; a source that is configured no more is left out."""
    data = load(session, settings=settings, clock=clock)
    rows = [row for row in get_sources(session) if not settings.sources or row.name in settings.sources]
    silent = _silent(data, rows, settings=settings)
    brought = get_record_counts(session, since=data.now - timedelta(hours=24))
    return SourcesView(
        now=data.now,
        drill=settings.drill,
        sources=tuple(
            _health(
                row,
                now=data.now,
                stale_after_s=settings.board.stale_after_s,
                silent=row.name in silent,
                records_24h=brought.get(row.name, 0),
            )
            for row in rows
        ),
        rejected=tuple(RejectedView(**asdict(row)) for row in get_rejected(session)),
        runs=tuple(asdict(row) for row in get_runs(session, limit=RUNS_SHOWN)),
    )


def _silent(data: BoardData, rows: list[SourceRow], *, settings: Settings) -> set[str]:
    """Sources that are read without error while their queues are more silent than chance allows."""
    silent = {queue.row.key: queue.fresh.silent for queue in data.queues}
    return silent_sources(settings, rows, queues=[queue.row for queue in data.queues], silent=silent)


def _health(row: SourceRow, *, now: datetime, stale_after_s: int, silent: bool, records_24h: int) -> SourceHealth:
    state = _state(row, now=now, stale_after_s=stale_after_s, silent=silent)
    return SourceHealth(
        name=row.name,
        kind=row.kind,
        evidence=row.evidence,
        state=state,
        last_success_at=row.last_success_at,
        lag_s=(now - row.last_record_at).total_seconds() if row.last_record_at else None,
        records_24h=records_24h,
        rejected=row.rejected,
        error=row.last_error,
        advice=_advice(row, state, silent=silent),
    )


def _state(row: SourceRow, *, now: datetime, stale_after_s: int, silent: bool) -> str:
    if row.last_error is not None:
        return FAILING
    if row.last_success_at is None:
        return NEVER
    return STALE if silent or of_source(row, now=now, stale_after_s=stale_after_s).stale else OK


def _advice(row: SourceRow, state: str, *, silent: bool) -> str | None:
    """The message key of what to do."""
    if state == STALE:
        return "advice.silent" if silent else "advice.retrying"
    if state == FAILING:
        return "advice.mend" if row.last_error_permanent else "advice.retrying"
    if state == OK:
        return "advice.rejected" if row.rejected else None
    return "advice.never"
