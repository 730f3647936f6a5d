"""What stands as a mark on the charts: levers pulled, updates sent, notes, and each change of an outage's phase."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from sqlalchemy.orm import Session

from connectors.storage.read import get_incident_history
from dashboard.domain.incidents import IncidentFacts
from dashboard.domain.levers import PHASE, Mark
from dashboard.services.board import lever_board
from dashboard.services.readings.board_data import BoardData


def marks(session: Session, data: BoardData, *, queue: str | None = None) -> tuple[Mark, ...]:
    """All marks since the charts begin, in the order of time; for one queue those of the incidents that strike it."""
    striking = tuple(
        row for row in data.incidents if queue is None or _strikes(IncidentFacts.from_json(row.facts), queue)
    )
    found = list(lever_board.marks(session, replace(data, incidents=striking)))
    for incident in striking:
        found += _phases(session, incident.id)
    return tuple(sorted((mark for mark in found if mark.at >= data.day_start), key=lambda mark: mark.at))


def _strikes(facts: IncidentFacts, queue: str) -> bool:
    return not facts.queues or queue in facts.queues


def _phases(session: Session, incident_id: int) -> list[Mark]:
    """The moments at which a revision brought another phase; the first one is the opening, which the incident tells."""
    history = get_incident_history(session, incident_id)
    return [
        Mark(later.recorded_at, PHASE, str(later.facts["phase"]))
        for earlier, later in pairwise(history)
        if earlier.facts.get("phase") != later.facts.get("phase")
    ]
