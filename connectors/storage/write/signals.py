"""Outage signals: what is reported anew changes them, what a person decided about them stays until they fire anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from connectors.records import OutageSignal, SignalStatus
from connectors.storage import schema
from connectors.storage.write.locks import lock_ingest

DISPOSITIONS = ("proposed", "confirmed", "joined", "dismissed")
_SIGNAL = schema.signal
_AT_ONCE = 500  # ids in one question
_UNDECIDED = {"disposition": "proposed", "decided_by": None, "decided_at": None}


def upsert_signals(session: Session, signals: Sequence[OutageSignal], *, source: str, now: datetime) -> int:
    """Store reports in their order and return how many signals are new or changed; a repeated report changes nothing.

    A signal that had ended and is reported with a later start fires anew: it is undecided again, but keeps the link to
    its last incident. A report about an earlier time than what is known changes nothing.
    """
    if not signals:
        return 0
    lock_ingest(session)
    touched: set[str] = set()
    for start in range(0, len(signals), _AT_ONCE):
        part = signals[start : start + _AT_ONCE]
        known = _known(session, source, [signal.external_id for signal in part])
        changed = _after(known, part, now=now)
        _write(session, source, changed)
        touched |= changed.keys()
    return len(touched)


def decide_signals(
    session: Session, ids: Sequence[int], *, disposition: str, by: str, now: datetime, incident_id: int | None = None
) -> int:
    """Note what a person decided about signals, and return how many there were."""
    values = {"disposition": disposition, "decided_by": by, "decided_at": now, "incident_id": incident_id}
    statement = update(_SIGNAL).where(_SIGNAL.c.id.in_(ids)).values(values).returning(_SIGNAL.c.id)
    return len(session.execute(statement).all())


def _known(session: Session, source: str, external_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    wanted = select(_SIGNAL).where(_SIGNAL.c.source == source, _SIGNAL.c.external_id.in_(external_ids))
    return {row.external_id: _values(row) for row in session.execute(wanted)}


def _values(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)


def _after(
    known: dict[str, dict[str, Any]], signals: Sequence[OutageSignal], *, now: datetime
) -> dict[str, dict[str, Any]]:
    """The values of every signal that the reports change; `known` follows, for an id may come twice."""
    changed: dict[str, dict[str, Any]] = {}
    for signal in signals:
        before = known.get(signal.external_id)
        after = _first(signal, now) if before is None else {**before, **_changes(before, signal, now=now)}
        if after != before:
            known[signal.external_id] = changed[signal.external_id] = after
    return changed


def _first(signal: OutageSignal, now: datetime) -> dict[str, Any]:
    return {
        "external_id": signal.external_id,
        **_said(signal),
        "started_at": signal.started_at,
        "status": str(signal.status),
        "ended_at": _end(signal, now),
        "first_seen_at": now,
        "incident_id": None,
        **_UNDECIDED,
    }


def _changes(before: Mapping[str, Any], signal: OutageSignal, *, now: datetime) -> dict[str, Any]:
    firing = signal.status is SignalStatus.FIRING
    if before["status"] == "resolved" and signal.started_at > before["started_at"]:
        return _first(signal, now) | {"incident_id": before["incident_id"]}
    if firing:
        if before["status"] == "resolved" and signal.started_at < before["started_at"]:
            return {}
        started = min(before["started_at"], signal.started_at)
        return _said(signal) | {"started_at": started, "status": "firing", "ended_at": None}
    ended = signal.ended_at or before["ended_at"] or max(now, before["started_at"])
    if ended < before["started_at"]:
        return {}  # the end of what was before
    return _said(signal) | {"status": "resolved", "ended_at": ended}


def _said(signal: OutageSignal) -> dict[str, Any]:
    return {
        "title": signal.title,
        "severity": signal.severity,
        "services": list(signal.services),
        "url": signal.url,
    }


def _end(signal: OutageSignal, now: datetime) -> datetime | None:
    if signal.status is SignalStatus.FIRING:
        return None
    return signal.ended_at or max(now, signal.started_at)


def _write(session: Session, source: str, changed: Mapping[str, dict[str, Any]]) -> None:
    new = [{**values, "source": source} for values in changed.values() if "id" not in values]
    if new:
        session.execute(insert(_SIGNAL), new)
    for values in changed.values():
        if "id" in values:
            session.execute(update(_SIGNAL).where(_SIGNAL.c.id == values["id"]).values(values))
