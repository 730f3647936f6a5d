"""Each queue now and over the last hour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from dashboard.domain.board import Figure, Point, QueueNow
from dashboard.domain.clock import Clock
from dashboard.services.board import thresholds
from dashboard.services.readings import backlog, handling_time, recent_counts
from dashboard.services.readings.backlog import Backlog
from dashboard.services.readings.board_data import SPARKLINE, BoardData, QueueData, floor, load
from dashboard.services.readings.freshness import INTERVAL
from dashboard.services.readings.recent_counts import RecentCounts, ratio
from dashboard.services.staffing.requirement import people
from dashboard.settings import Settings

INTERVAL_S = INTERVAL.total_seconds()


@dataclass(frozen=True, slots=True)
class Measured:
    """One queue's sums and backlog, before they become figures."""

    queue: QueueData
    counts: RecentCounts
    backlog: Backlog


def view(session: Session, *, settings: Settings, clock: Clock) -> tuple[QueueNow, ...]:
    """All queues, those that need a hand first."""
    data = load(session, settings=settings, clock=clock)
    found = measure(data, stale_after_s=settings.board.stale_after_s)
    return figures(found, changes=changes(session, found, now=data.now))


def measure(data: BoardData, *, stale_after_s: int) -> tuple[Measured, ...]:
    """The sums of every queue."""
    return tuple(
        Measured(queue, recent_counts.count(queue), backlog.backlog(queue, now=data.now, stale_after_s=stale_after_s))
        for queue in data.queues
    )


def waiting(found: tuple[Measured, ...]) -> dict[str, int]:
    """Waiting contacts of the queues for which they are known and fresh."""
    return {
        one.queue.row.key: one.backlog.waiting
        for one in found
        if one.backlog.waiting is not None and not one.backlog.stale
    }


def sample(session: Session, *, settings: Settings, clock: Clock) -> None:
    """Keep the backlog of now, so that later ones can be compared with it."""
    data = load(session, settings=settings, clock=clock)
    backlog.record(session, waiting(measure(data, stale_after_s=settings.board.stale_after_s)), now=data.now)


def changes(session: Session, found: tuple[Measured, ...], *, now: datetime) -> dict[str, float]:
    """How fast each backlog grows or shrinks, per hour."""
    return backlog.changes_per_h(session, waiting(found), now=now)


def figures(found: tuple[Measured, ...], *, changes: Mapping[str, float]) -> tuple[QueueNow, ...]:
    """The queues as the board shows them, those that need a hand first, then by label."""
    rows = [_figures(one, change=changes.get(one.queue.row.key)) for one in found]
    return tuple(sorted(rows, key=lambda row: (-_urgency(row), row.label.casefold(), row.key)))


def _figures(one: Measured, *, change: float | None) -> QueueNow:
    queue, counts, row = one.queue, one.counts, one.queue.row
    aht = handling_time.current(queue, counts)
    service_level, abandonment = ratio(counts.within, counts.decided_waits), ratio(counts.abandoned, counts.decided)
    work_h = None if one.backlog.waiting is None else one.backlog.waiting * aht.seconds / 3600
    return QueueNow(
        key=row.key,
        label=row.label,
        channel=row.channel,
        skill=row.skill,
        is_open=queue.is_open,
        waiting=_backlog_figure(one, one.backlog.waiting, state=waiting_state(one)),
        longest_wait_s=_backlog_figure(
            one,
            one.backlog.longest_wait_s,
            state=thresholds.longest_wait(one.backlog.longest_wait_s, answer_within_s=row.answer_within_s),
            target=float(row.answer_within_s),
        ),
        offered=_figure(queue, counts.offered, target=counts.normal),
        times_normal=_figure(
            queue,
            ratio(counts.offered_lately, counts.normal_lately),
            state=thresholds.times_normal(counts.offered_lately, counts.normal_lately),
            target=1.0,
        ),
        service_level=_figure(
            queue,
            service_level,
            state=thresholds.service_level(service_level, row.service_level),
            target=row.service_level,
        ),
        abandonment=_figure(queue, abandonment, state=thresholds.abandonment(abandonment)),
        aht_s=Figure(aht.seconds, aht.as_of, stale=queue.fresh.stale, target=row.aht_s),
        work_queued_h=_backlog_figure(one, work_h, state=waiting_state(one)),
        change_per_h=_backlog_figure(one, change),
        answer_within_s=row.answer_within_s,
        agents_required=_required(queue),
        history=_history(queue),
    )


def _figure(
    queue: QueueData, value: float | None, *, state: str = thresholds.OK, target: float | None = None
) -> Figure:
    return Figure(value, queue.until, stale=queue.fresh.stale, state=state, target=target)


def _backlog_figure(
    one: Measured, value: float | None, *, state: str = thresholds.OK, target: float | None = None
) -> Figure:
    return Figure(value, one.backlog.as_of, stale=one.backlog.stale, state=state, target=target)


def waiting_state(one: Measured) -> str:
    """Whether so many waiting contacts ask for attention."""
    normal = one.counts.normal
    per_s = None if normal is None else normal / recent_counts.HOUR.total_seconds()
    return thresholds.waiting(one.backlog.waiting, per_s, answer_within_s=one.queue.row.answer_within_s)


def _required(queue: QueueData) -> Figure:
    """Agents for the median of what is expected in the interval under way."""
    made_at = max((row.made_at for row in (queue.baseline, *queue.surges) if row), default=None)
    expected = queue.expected
    if expected is None or queue.until is None:
        return Figure(None, made_at, stale=queue.fresh.stale)
    start = floor(queue.until)
    cell = expected.between(start, start + INTERVAL)
    if not len(cell.starts):
        return Figure(None, made_at, stale=queue.fresh.stale)
    need = people(queue.row, np.asarray(cell.p50), aht_s=handling_time.planned(queue).seconds)
    return Figure(float(need.agents[0]), made_at, stale=queue.fresh.stale)


def _history(queue: QueueData) -> tuple[Point, ...]:
    return () if queue.until is None else recent_counts.observed(queue, floor(queue.until) - SPARKLINE)


def _urgency(row: QueueNow) -> int:
    shown = (row.waiting, row.longest_wait_s, row.times_normal, row.service_level, row.abandonment)
    worst = thresholds.worst(*(figure.state for figure in shown))
    return (thresholds.OK, thresholds.WATCH, thresholds.ACT).index(worst)
