"""Storing one batch of a source, wholly or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, literal, or_, update
from sqlalchemy.orm import Session

from connectors.records import ContactEvent, IntervalVolume, QueueState, RejectedRecord
from connectors.source import Batch
from connectors.storage import schema
from connectors.storage.ids import queue_ids as get_queue_ids
from connectors.storage.ids import source_id as get_source_id
from connectors.storage.rows import IngestResult, QueueRow
from connectors.storage.times import UtcTime
from connectors.storage.write.counts import put_counts, uncounted
from connectors.storage.write.events import known_events, put_events
from connectors.storage.write.locks import lock_ingest
from connectors.storage.write.queues import as_values
from connectors.storage.write.signals import upsert_signals
from connectors.storage.write.upsert import inserting, upsert

_SOURCE = schema.source
_REJECTED = schema.rejected_record
_LONGEST_RAW = 500  # characters
_LONGEST_KEY = 300  # two of these fill an index entry of PostgreSQL


def apply_batch(session: Session, batch: Batch, *, source: str, now: datetime) -> IngestResult:
    """Store a batch's records and its watermark in the caller's transaction; a repeated batch changes nothing.

    Of several reports on one contact the last counts, except that an earlier state never undoes a final outcome.
    Interval volumes move by the difference, so that they always equal a recount.
    """
    lock_ingest(session)
    source_id = _put_watermark(session, source, batch, now)
    queue_ids = _queue_ids(session, (*batch.events, *batch.volumes, *batch.states))
    new, changed = put_events(session, batch.events, source_id=source_id, queue_ids=queue_ids)
    return IngestResult(
        events_new=new,
        events_changed=changed,
        volumes=put_counts(session, batch.volumes, source_id=source_id, queue_ids=queue_ids),
        states=_put_states(session, batch.states, source_id, queue_ids),
        rejected=_put_rejected(session, batch.rejected, source_id, now),
        signals=upsert_signals(session, batch.signals, source=source, now=now),
    )


def apply_past(session: Session, batch: Batch, *, source: str, now: datetime, only_new: bool) -> IngestResult:
    """Store what a back-fill brought; neither the source's watermark nor what tells of the present is touched.

    `only_new` leaves every contact and count alone that the store knows already: live pulling may have stored newer
    truth about it while the batch was on its way.
    """
    lock_ingest(session)
    source_id = get_source_id(session, source)
    queue_ids = _queue_ids(session, (*batch.events, *batch.volumes))
    events, volumes = batch.events, batch.volumes
    if only_new:
        known = known_events(session, events, source_id=source_id)
        events = [event for event in events if event.external_id not in known]
        volumes = uncounted(session, volumes, source_id=source_id, queue_ids=queue_ids)
    new, changed = put_events(session, events, source_id=source_id, queue_ids=queue_ids)
    return IngestResult(
        events_new=new,
        events_changed=changed,
        volumes=put_counts(session, volumes, source_id=source_id, queue_ids=queue_ids),
        rejected=_put_rejected(session, batch.rejected, source_id, now),
    )


def _put_watermark(session: Session, source: str, batch: Batch, now: datetime) -> int:
    values: dict[str, object] = {"watermark": batch.watermark}
    latest = _latest_record(batch, now)
    if latest is not None:
        column, new = _SOURCE.c.last_record_at, literal(latest, UtcTime)
        values["last_record_at"] = case((or_(column.is_(None), column < new), new), else_=column)
    session.execute(update(_SOURCE).where(_SOURCE.c.name == source).values(values))
    return get_source_id(session, source)


def _latest_record(batch: Batch, now: datetime) -> datetime | None:
    times = [
        max((e.arrived_at for e in batch.events), default=None),
        max((v.interval_start + timedelta(seconds=v.interval_s) for v in batch.volumes), default=None),
        max((s.at for s in batch.states), default=None),
        max((s.ended_at or s.started_at for s in batch.signals), default=None),
    ]
    known = [time for time in times if time is not None]
    return min(max(known), now) if known else None


def _queue_ids(session: Session, records: Sequence[ContactEvent | IntervalVolume | QueueState]) -> dict[str, int]:
    named = {record.queue: record.channel for record in records}
    if not named:
        return {}
    known = get_queue_ids(session)
    if named.keys() <= known.keys():
        return known
    rows = [
        as_values(QueueRow(key=key, label=key, channel=str(named[key]), configured=False))
        for key in sorted(named.keys() - known.keys())
    ]
    session.execute(inserting(session, schema.queue).on_conflict_do_nothing(index_elements=["key"]), rows)
    return get_queue_ids(session)


def _put_states(session: Session, states: Iterable[QueueState], source_id: int, queue_ids: Mapping[str, int]) -> int:
    latest: dict[str, QueueState] = {}
    for state in states:
        if state.queue not in latest or latest[state.queue].at <= state.at:
            latest[state.queue] = state
    rows = [
        {
            "queue_id": queue_ids[s.queue],
            "source_id": source_id,
            "at": s.at,
            "waiting": s.waiting,
            "longest_wait_s": s.longest_wait_s,
            "in_service": s.in_service,
            "agents": s.agents,
        }
        for _, s in sorted(latest.items())
    ]
    upsert(session, schema.queue_state, rows, only_if=lambda new: new.at >= schema.queue_state.c.at)
    return len(rows)


def _put_rejected(session: Session, rejected: Iterable[RejectedRecord], source_id: int, now: datetime) -> int:
    rows = [
        {
            "source_id": source_id,
            "location": _storable(record.location, _LONGEST_KEY),
            "reason": _storable(record.reason, _LONGEST_KEY),
            "raw": _storable(record.raw, _LONGEST_RAW),
            "seen_at": now,
        }
        for record in rejected
    ]
    if not rows:
        return 0
    statement = inserting(session, _REJECTED).on_conflict_do_nothing(index_elements=["source_id", "location", "reason"])
    return len(session.execute(statement.returning(_REJECTED.c.id), rows).all())


def _storable(text: str, longest: int) -> str:
    # PostgreSQL keeps no NUL, and neither database half a surrogate pair; both occur in what is rejected.
    cut = text[:longest].replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return cut.encode("utf-8", "replace").decode("utf-8")
