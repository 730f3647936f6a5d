"""What the rules of alerts are held against: one value for each queue, source and open incident."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from connectors.registry import is_pushed
from connectors.storage.read import get_sources
from connectors.storage.rows import IncidentRow, QueueRow, SourceRow
from dashboard.domain.alerts import INCIDENT, KINDS, QUEUE, SOURCE
from dashboard.domain.board import Figure, QueueNow
from dashboard.domain.clock import Clock
from dashboard.domain.incidents import IncidentFacts, Phase
from dashboard.services.board import queue_now
from dashboard.services.readings import freshness
from dashboard.services.readings.board_data import BoardData, load
from dashboard.settings import Settings

QUIET_PHASES = frozenset({Phase.RESOLVED, Phase.REVIEWED})


@dataclass(frozen=True, slots=True)
class Reading:
    """A value now; `cause` tells one trouble from the next, None is what nobody measured."""

    kind: str
    subject: str
    cause: str
    label: str
    value: float | None


def read(session: Session, kinds: Collection[str], *, settings: Settings, clock: Clock) -> tuple[Reading, ...]:
    """All values of these kinds."""
    data = load(session, settings=settings, clock=clock)
    wanted = {KINDS[kind].of for kind in kinds}
    found: list[Reading] = []
    if QUEUE in wanted:
        measured = queue_now.measure(data, stale_after_s=settings.board.stale_after_s)
        found += [one for row in queue_now.figures(measured, changes={}) if row.is_open for one in _queue(row)]
    if SOURCE in wanted:
        found += _sources(data, get_sources(session), settings=settings)
    if INCIDENT in wanted:
        found += [one for row in data.incidents for one in _incident(row, data)]
    return tuple(one for one in found if one.kind in kinds)


def _queue(row: QueueNow) -> Iterator[Reading]:
    figures = {
        "service_level": row.service_level,
        "wait": row.longest_wait_s,
        "times_normal": row.times_normal,
        "backlog": row.waiting,
    }
    for kind, figure in figures.items():
        yield Reading(kind, row.key, f"queue {row.key}", row.label, _known(figure))


def _known(figure: Figure) -> float | None:
    """An old figure says nothing of now; that its source is silent is an alert of its own."""
    return None if figure.stale else figure.value


def _sources(data: BoardData, rows: list[SourceRow], *, settings: Settings) -> Iterator[Reading]:
    configured = [row for row in rows if not settings.sources or row.name in settings.sources]
    queues: list[QueueRow] = [queue.row for queue in data.queues]
    silent = {queue.row.key: queue.fresh.silent for queue in data.queues}
    mute = freshness.silent_sources(settings, configured, queues=queues, silent=silent)
    for row in configured:
        told_at = row.last_record_at if row.name in mute else row.last_success_at
        expected = freshness.expected_every(settings, row.name)
        waits = not is_pushed(row.kind) or expected is not None
        value = (data.now - told_at).total_seconds() - (expected or 0.0) if told_at and waits else None
        yield Reading("source_silent", row.name, f"source {row.name}", row.name, value)


def _incident(row: IncidentRow, data: BoardData) -> Iterator[Reading]:
    """A new promise is a new cause: keeping the next one is not what keeping this one was."""
    facts = IncidentFacts.from_json(row.facts)
    promised = facts.next_update_at
    if promised is None or facts.phase in QUIET_PHASES:
        return
    late_s = (data.now - promised).total_seconds()
    cause = f"incident {row.id} {promised.timestamp():.0f}"
    yield Reading("update_overdue", "", cause, facts.title, late_s)
