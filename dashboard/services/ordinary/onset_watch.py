"""The watch on every queue's contacts: what it sees becomes a signal; a person decides whether it is an incident."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from connectors.records import OutageSignal, SignalStatus
from connectors.storage.read import get_setting, get_signals
from connectors.storage.write import put_setting, upsert_signals
from dashboard.domain.board import RaisedWatch, WatchView
from dashboard.domain.proposals import VOLUMES
from dashboard.services.ordinary.running_day import Today
from forecasting.surge.onset import Alarm, hits, raised_by_the_day, statistics, watch_day

SETTING = "onset.watch"
# An alarm of last night counts as over once an hour of today is known and quiet.
_QUIET_AFTER = 4


@dataclass(frozen=True, slots=True)
class Raised:
    """A queue's alarm that lasts, and since when."""

    today: Today
    alarm: Alarm

    @property
    def since(self) -> datetime:
        """When what it saw began."""
        return self.today.start_of(self.alarm.began)


def look(session: Session, days: Sequence[Today], *, rate_per_week: float, now: datetime) -> list[Raised]:
    """Watch the running day of each queue, report what began and what is over, and keep what the board says of it."""
    raised = {one.today.queue.row.key: one for one in raised_now(days)}
    known = [row for row in get_signals(session, since=now) if row.source == VOLUMES]
    fires = {row.external_id: row for row in known if row.ended_at is None}
    covered = {today.queue.row.key for today in days if today.touched[min(today.first, len(today.touched) - 1)]}
    reports = [
        _fires(one, label=one.today.queue.row.label)
        for key, one in raised.items()
        if key not in covered and _id(key) not in fires
    ]
    for today in days:
        before = fires.get(_id(today.queue.row.key))
        quiet = today.queue.row.key not in raised and np.isfinite(today.counts).sum() >= _QUIET_AFTER
        if before is not None and quiet:
            reports.append(
                OutageSignal(
                    before.external_id,
                    before.title,
                    before.started_at,
                    SignalStatus.RESOLVED,
                    services=tuple(before.services),
                )
            )
    upsert_signals(session, reports, source=VOLUMES, now=now)
    _keep(session, list(raised.values()), watched=len(days), rate_per_week=rate_per_week)
    return list(raised.values())


def raised_now(days: Sequence[Today]) -> list[Raised]:
    """The queues whose alarm lasts; all are scanned at once, and only those with a hit are looked at closely."""
    if not days:
        return []
    expected = np.stack([today.memory.expected for today in days])
    counts = np.stack([today.counts for today in days])
    dispersion = np.array([[today.memory.watch.dispersion] for today in days])
    threshold = np.array([[today.memory.watch.threshold] for today in days])
    found = hits(statistics(raised_by_the_day(expected, counts), counts, dispersion), threshold).any(axis=1)
    raised = []
    for today in (days[row] for row in np.flatnonzero(found).tolist()):
        alarms = watch_day(today.memory.watch, today.memory.expected, today.counts)
        if alarms and alarms[-1].over is None:
            raised.append(Raised(today, alarms[-1]))
    return raised


def current(session: Session) -> WatchView | None:
    """What the watch said last; None before it first looked."""
    stored = get_setting(session, SETTING)
    if stored is None:
        return None
    kept = json.loads(stored)
    raised = tuple(RaisedWatch(**{**one, "since": datetime.fromisoformat(one["since"])}) for one in kept["raised"])
    return WatchView(raised, kept["watched"], kept["rate_per_week"])


def _id(queue: str) -> str:
    return f"{VOLUMES}:{queue}"


def _fires(one: Raised, *, label: str) -> OutageSignal:
    title = f"{label}: {one.alarm.times_normal:.1f} × normal"
    return OutageSignal(_id(one.today.queue.row.key), title, one.since, SignalStatus.FIRING)


def _keep(session: Session, raised: Sequence[Raised], *, watched: int, rate_per_week: float) -> None:
    rows: list[dict[str, Any]] = [
        {
            "queue": one.today.queue.row.key,
            "label": one.today.queue.row.label,
            "since": one.since.isoformat(),
            "times_normal": round(one.alarm.times_normal, 2),
        }
        for one in raised
    ]
    said = json.dumps({"raised": rows, "watched": watched, "rate_per_week": rate_per_week}, sort_keys=True)
    if get_setting(session, SETTING) != said:
        put_setting(session, SETTING, said)
