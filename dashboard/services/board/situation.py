"""The situation: incidents, the centre as a whole, every channel and every queue, at one moment.

Waiting, longest wait, service level and abandonment of the whole centre count calls and chats, where customers wait on
the line; in a centre without either they count every queue. Contacts against normal count every queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from connectors.registry import only_signals
from connectors.storage.read import get_sources
from dashboard.domain.board import Figure, IncidentStrip, SituationView
from dashboard.domain.clock import Clock
from dashboard.domain.incidents import IncidentFacts
from dashboard.services.board import chart_marks, lever_board, queue_now, thresholds
from dashboard.services.board.channel_fan import fans
from dashboard.services.board.queue_now import Measured
from dashboard.services.incidents import incident_proposals
from dashboard.services.ordinary import accuracy, onset_watch
from dashboard.services.readings import recent_counts
from dashboard.services.readings.board_data import BoardData, load
from dashboard.services.readings.freshness import Freshness, oldest
from dashboard.services.readings.recent_counts import ratio
from dashboard.services.staffing.requirement import is_live
from dashboard.services.surge import surge_outlook
from dashboard.settings import Settings


def view(session: Session, *, settings: Settings, clock: Clock) -> SituationView:
    """All of the situation page, as of now."""
    data = load(session, settings=settings, clock=clock)
    incidents, marks = _incidents(data), chart_marks.marks(session, data)
    found = queue_now.measure(data, stale_after_s=settings.board.stale_after_s)
    live = [one for one in found if is_live(one.queue.row)] or list(found)
    return SituationView(
        now=data.now,
        drill=settings.drill,
        timezone=settings.board.timezone,
        incidents=incidents,
        times_normal=_times_normal(found),
        waiting=_waiting(live),
        longest_wait_s=_longest_wait(live),
        service_level=_service_level(live),
        abandonment=_abandonment(live),
        fans=tuple(replace(fan, marks=marks) for fan in fans(data, accuracy.get_accuracy(session))),
        queues=queue_now.figures(found, changes=queue_now.changes(session, found, now=data.now)),
        proposals=incident_proposals.on_board(session, now=data.now),
        levers=lever_board.board(session, data, incident=_first(incidents), settings=settings),
        watch=onset_watch.current(session),
        sources=_sources(session, settings),
    )


def _sources(session: Session, settings: Settings) -> tuple[str, ...]:
    """The sources whose contacts and states are counted; where none is configured, all that ever told of something."""
    return tuple(
        row.name
        for row in get_sources(session)
        if (row.name in settings.sources or not settings.sources) and not only_signals(row.kind)
    )


def _first(incidents: Sequence[IncidentStrip]) -> IncidentStrip | None:
    """The incident that the levers are for: the newest with an outlook, as the basis beside them."""
    return next((one for one in incidents if one.basis), next(iter(incidents), None))


def _incidents(data: BoardData) -> tuple[IncidentStrip, ...]:
    outlooks = {row.incident_id: row for queue in data.queues for row in queue.surges}
    return tuple(
        IncidentStrip(
            id=row.id,
            facts=IncidentFacts.from_json(row.facts),
            revision=row.revision,
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
            basis=surge_outlook.basis(outlooks[row.id]) if row.id in outlooks else None,
        )
        for row in data.incidents
    )


def _times_normal(found: Sequence[Measured]) -> Figure:
    total = recent_counts.total(one.counts for one in found)
    state = thresholds.times_normal(total.offered_lately, total.normal_lately)
    return _figure(found, ratio(total.offered_lately, total.normal_lately), state=state, target=1.0)


def _waiting(live: Sequence[Measured]) -> Figure:
    """Waiting contacts of the queues that tell; its state is that of the queue in the gravest state."""
    known = [one for one in live if one.backlog.waiting is not None]
    waits = [one.backlog.waiting or 0 for one in known]
    state = thresholds.worst(*(queue_now.waiting_state(one) for one in known))
    return _backlog_figure(known, float(sum(waits)) if known else None, state=state)


def _longest_wait(live: Sequence[Measured]) -> Figure:
    known = [one for one in live if one.backlog.longest_wait_s is not None]
    if not known:
        return _backlog_figure(known, None)
    longest = max(known, key=lambda one: one.backlog.longest_wait_s or 0.0)
    seconds, promised = longest.backlog.longest_wait_s, longest.queue.row.answer_within_s
    state = thresholds.longest_wait(seconds, answer_within_s=promised)
    return _backlog_figure(known, seconds, state=state, target=float(promised))


def _service_level(live: Sequence[Measured]) -> Figure:
    """Over all queues; the target is that of the queues, weighted by their contacts."""
    total = recent_counts.total(one.counts for one in live)
    value = ratio(total.within, total.decided_waits)
    wanted = [
        (one.counts.decided_waits, one.queue.row.service_level) for one in live if one.counts.decided_waits is not None
    ]
    target = ratio(sum(n * level for n, level in wanted), sum(n for n, _ in wanted))
    state = thresholds.OK if target is None else thresholds.service_level(value, target)
    return _figure(live, value, state=state, target=target)


def _abandonment(live: Sequence[Measured]) -> Figure:
    total = recent_counts.total(one.counts for one in live)
    value = ratio(total.abandoned, total.decided)
    return _figure(live, value, state=thresholds.abandonment(value))


def _figure(
    parts: Sequence[Measured], value: float | None, *, state: str = thresholds.OK, target: float | None = None
) -> Figure:
    """A figure over several queues: as old as the oldest of those that have ever been told of."""
    fresh = oldest(one.queue.fresh for one in parts if one.queue.until is not None)
    return Figure(value, fresh.as_of, stale=fresh.stale, state=state, target=target)


def _backlog_figure(
    parts: Sequence[Measured], value: float | None, *, state: str = thresholds.OK, target: float | None = None
) -> Figure:
    fresh = oldest(Freshness(one.backlog.as_of, one.backlog.stale) for one in parts)
    return Figure(value, fresh.as_of, stale=fresh.stale, state=state, target=target)
