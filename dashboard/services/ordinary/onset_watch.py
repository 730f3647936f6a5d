"""The watch on the contacts: what it sees becomes a signal; a person decides whether it is an incident.

Each queue is watched for itself, and several together, where an outage raises each too little to be seen alone. A pool
speaks only where none of its queues does. All signals that last at one time are one proposal on the board.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from connectors.records import OutageSignal, SignalStatus
from connectors.storage.read import get_setting, get_signals
from connectors.storage.rows import SignalRow
from connectors.storage.write import put_setting, upsert_signals
from dashboard.domain.board import RaisedWatch, WatchView
from dashboard.domain.proposals import VOLUMES
from dashboard.services.ordinary.pool_watch import RaisedPool, pools_of
from dashboard.services.ordinary.running_day import Today
from forecasting.surge.onset import Alarm, watch_day
from forecasting.surge.onset_score import hits, raised_by_the_day, scores

SETTING = "onset.watch"
# An alarm of last night counts as over once an hour of today is known and quiet.
_QUIET_AFTER = 4


@dataclass(frozen=True, slots=True)
class Raised:
    """What lasts, of a queue or a pool of them: its signal's name, label, beginning and size."""

    key: str
    label: str
    since: datetime
    alarm: Alarm
    n_queues: int = 1

    @property
    def seen(self) -> RaisedWatch:
        """As the board says it."""
        return RaisedWatch(self.key, self.label, self.since, round(self.alarm.times_normal, 2), self.n_queues)


def look(
    session: Session,
    days: Sequence[Today],
    raised_together: Sequence[RaisedPool],
    *,
    rate_per_week: float,
    now: datetime,
) -> list[Raised]:
    """Watch the running day, report what began and what is over, and keep what the board says of it.

    `raised_together` are the pools of `free_of(days)` whose alarm lasts.
    """
    free = free_of(days)
    queues = [_of_queue(today, alarm) for today, alarm in raised_now(days)]
    together = [_of_pool(one) for one in raised_together]
    shown = queues if queues else together[:1]
    fires = {row.external_id: row for row in get_signals(session, since=now) if _fires_still(row)}
    free_keys = {today.queue.row.key for today in free}
    new = [one for one in shown if one.n_queues > 1 or one.key in free_keys]
    reports = [_fires(one) for one in new if _id(one.key) not in fires]
    lasting = {one.key for one in (*queues, *together)}
    quiet = _quiet(days, free) - lasting
    reports += [_over(fires[_id(key)]) for key in sorted(quiet) if _id(key) in fires]
    upsert_signals(session, reports, source=VOLUMES, now=now)
    _keep(session, [one.seen for one in shown], watched=len(days), rate_per_week=rate_per_week)
    return shown


def free_of(days: Sequence[Today]) -> list[Today]:
    """The queues that no incident strikes at present: those that are watched together."""
    return [today for today in days if not _is_covered(today)]


def raised_now(days: Sequence[Today]) -> list[tuple[Today, Alarm]]:
    """The queues whose alarm lasts; all are scanned at once, and only those with a hit are looked at closely."""
    if not days:
        return []
    expected = np.stack([today.memory.expected for today in days])
    counts = np.stack([today.counts for today in days])
    spread = np.stack([today.memory.watch.spread for today in days])
    threshold = np.array([[today.memory.watch.threshold] for today in days])
    found = hits(scores(raised_by_the_day(expected, counts), counts, spread), threshold).any(axis=1)
    raised = []
    for today in (days[row] for row in np.flatnonzero(found).tolist()):
        alarms = watch_day(today.memory.watch, today.memory.expected, today.counts)
        if alarms and alarms[-1].over is None:
            raised.append((today, alarms[-1]))
    return raised


def current(session: Session) -> WatchView | None:
    """What the watch said last; None before it first looked."""
    stored = get_setting(session, SETTING)
    if stored is None:
        return None
    kept = json.loads(stored)
    raised = tuple(RaisedWatch(**{**one, "since": datetime.fromisoformat(one["since"])}) for one in kept["raised"])
    return WatchView(raised, kept["watched"], kept["rate_per_week"])


def _is_covered(today: Today) -> bool:
    """Whether an incident strikes the queue at present."""
    return bool(today.touched[min(today.first, len(today.touched) - 1)])


def _of_queue(today: Today, alarm: Alarm) -> Raised:
    row = today.queue.row
    return Raised(row.key, row.label, today.start_of(alarm.began), alarm)


def _of_pool(one: RaisedPool) -> Raised:
    days = one.pool.days
    return Raised(f"{one.pool.key}*", one.pool.label, days[0].start_of(one.alarm.began), one.alarm, len(days))


def _quiet(days: Sequence[Today], free: Sequence[Today]) -> set[str]:
    """Keys of the queues and pools of which an hour of today is known, so that silence says something."""
    told = {today.queue.row.key for today in days if np.isfinite(today.counts).sum() >= _QUIET_AFTER}
    pools = {f"{pool.key}*" for pool in pools_of(free) if any(one.queue.row.key in told for one in pool.days)}
    return told | pools


def _id(key: str) -> str:
    return f"{VOLUMES}:{key}"


def _fires_still(row: SignalRow) -> bool:
    return row.source == VOLUMES and row.ended_at is None


def _fires(one: Raised) -> OutageSignal:
    title = f"{one.label}: {one.alarm.times_normal:.1f} × normal"
    return OutageSignal(_id(one.key), title, one.since, SignalStatus.FIRING)


def _over(row: SignalRow) -> OutageSignal:
    return OutageSignal(row.external_id, row.title, row.started_at, SignalStatus.RESOLVED, services=tuple(row.services))


def _keep(session: Session, raised: Sequence[RaisedWatch], *, watched: int, rate_per_week: float) -> None:
    rows = [{**asdict(one), "since": one.since.isoformat()} for one in raised]
    said = json.dumps({"raised": rows, "watched": watched, "rate_per_week": rate_per_week}, sort_keys=True)
    if get_setting(session, SETTING) != said:
        put_setting(session, SETTING, said)
