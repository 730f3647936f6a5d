"""What goes on at sources beside pulling: tests that people asked for, and back-fills."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connectors.storage.read import get_backfills, get_probes
from connectors.storage.rows import BackfillRow, ProbeRow
from dashboard.domain.board import BackfillView, ProbeView
from dashboard.services.sources.source_probe import ProbeReport, under_way

PROBES_SHOWN, BACKFILLS_SHOWN = timedelta(hours=1), timedelta(hours=24)
# A back-fill that has stored nothing for so long waits for its source, or its process is gone.
SILENT_AFTER = timedelta(minutes=10)


def probes(session: Session, sources: Collection[str], *, now: datetime) -> tuple[ProbeView, ...]:
    """The tests of the last hour, the newest first."""
    rows = [row for row in get_probes(session).values() if row.source in sources and now - row.asked_at < PROBES_SHOWN]
    return tuple(_probe(row, now) for row in sorted(rows, key=lambda row: row.asked_at, reverse=True))


def backfills(session: Session, sources: Collection[str], *, now: datetime) -> tuple[BackfillView, ...]:
    """The back-fills that are not done, and those of the last day."""
    rows = [row for row in get_backfills(session).values() if row.source in sources]
    shown = [row for row in rows if row.status != "done" or now - row.changed_at < BACKFILLS_SHOWN]
    return tuple(_backfill(row, now) for row in sorted(shown, key=lambda row: row.source))


def _probe(row: ProbeRow, now: datetime) -> ProbeView:
    if row.report is None:
        state = "running" if under_way(row, now) else "unanswered"
        return ProbeView(row.source, row.asked_at, row.asked_by, state)
    report = ProbeReport.from_json(row.report)
    return ProbeView(
        row.source,
        row.asked_at,
        row.asked_by,
        "failed" if report.error is not None else "passed" if report.ok else "short",
        saw=report.saw,
        queues=report.queues,
        unknown=report.unknown,
        missing=report.missing,
        skew_s=report.skew_s if report.clock_is_off else None,
        error=report.error,
    )


def _backfill(row: BackfillRow, now: datetime) -> BackfillView:
    silent = row.status == "running" and now - row.changed_at > SILENT_AFTER
    return BackfillView(
        source=row.source,
        since=row.since,
        state="silent" if silent else row.status,
        share=min(1.0, row.done / row.total) if row.total else None,
        contacts=row.events,
        intervals=row.volumes,
        rejected=row.rejected,
        changed_at=row.changed_at,
        error=row.error,
    )
