"""How the sources fare: their state, lag, what they rejected, and what to do."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connectors.storage.read import get_lags, get_record_counts, get_rejected, get_runs, get_sources
from connectors.storage.rows import LagSample, SourceRow
from dashboard.domain.board import RejectedView, SourceHealth, SourcesView
from dashboard.domain.clock import Clock
from dashboard.services.readings import source_pace
from dashboard.services.readings.board_data import BoardData, load
from dashboard.services.readings.freshness import expected_every, of_source, silent_sources
from dashboard.services.sources import source_work
from dashboard.settings import Settings

OK, STALE, FAILING, NEVER = "ok", "stale", "failing", "never"
RUNS_SHOWN = 50
LAG_SHOWN, LAG_STEP = timedelta(hours=24), timedelta(minutes=30)


def view(session: Session, *, settings: Settings, clock: Clock) -> SourcesView:
    """All of the sources page; a source that is configured no more is left out."""
    data = load(session, settings=settings, clock=clock)
    rows = [row for row in get_sources(session) if not settings.sources or row.name in settings.sources]
    silent = _silent(data, rows, settings=settings)
    brought = get_record_counts(session, since=data.now - timedelta(hours=24))
    lags = get_lags(session, since=data.now - LAG_SHOWN)
    names = {row.name for row in rows}
    return SourcesView(
        now=data.now,
        drill=settings.drill,
        sources=tuple(
            _health(
                row,
                now=data.now,
                stale_after_s=source_pace.stale_after_s(settings, row.name),
                lags=_steps(lags.get(row.name, []), data.now),
                silent=row.name in silent,
                records_24h=brought.get(row.name, 0),
                expect_every_s=expected_every(settings, row.name),
            )
            for row in rows
        ),
        rejected=tuple(RejectedView(**asdict(row)) for row in get_rejected(session)),
        runs=tuple(asdict(row) for row in get_runs(session, limit=RUNS_SHOWN)),
        probes=source_work.probes(session, names, now=data.now),
        backfills=source_work.backfills(session, names, now=data.now),
    )


def _silent(data: BoardData, rows: list[SourceRow], *, settings: Settings) -> set[str]:
    """Sources that are read without error while their queues are more silent than chance allows."""
    silent = {queue.row.key: queue.fresh.silent for queue in data.queues}
    return silent_sources(settings, rows, queues=[queue.row for queue in data.queues], silent=silent)


def _health(
    row: SourceRow,
    *,
    now: datetime,
    stale_after_s: float,
    lags: tuple[float | None, ...],
    silent: bool,
    records_24h: int,
    expect_every_s: float | None,
) -> SourceHealth:
    fresh = of_source(row, now=now, stale_after_s=stale_after_s, expect_every_s=expect_every_s)
    state, paused = _state(row, stale=silent or fresh.stale), source_pace.is_paused(row, now)
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
        advice=_advice(row, state, silent=silent, paused=paused),
        failures=row.failures,
        retry_at=row.retry_at if row.last_error is not None else None,
        paused=paused,
        lags=lags,
    )


def _steps(samples: list[LagSample], now: datetime) -> tuple[float | None, ...]:
    """The worst lag in each step of the time shown; None where nobody looked."""
    steps: list[float | None] = [None] * (LAG_SHOWN // LAG_STEP)
    for sample in samples:
        step = len(steps) - 1 - max(0, (now - sample.at) // LAG_STEP)
        if step >= 0:
            steps[step] = max(sample.lag_s, steps[step] or 0.0)
    return tuple(steps)


def _state(row: SourceRow, *, stale: bool) -> str:
    if row.last_error is not None:
        return FAILING
    if row.last_success_at is None:
        return NEVER
    return STALE if stale else OK


def _advice(row: SourceRow, state: str, *, silent: bool, paused: bool) -> str | None:
    """The message key of what to do."""
    if state == STALE:
        return "advice.silent" if silent else "advice.retrying"
    if state == FAILING:
        return "advice.mend" if row.last_error_permanent else "advice.paused" if paused else "advice.retrying"
    if state == OK:
        return "advice.rejected" if row.rejected else None
    return "advice.never"
