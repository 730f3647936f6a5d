"""When service failed again, read off the versions of an incident: its phase went back after it had been mended.

From "identified" back to "investigating" is no failure: the cause was another. A step undone within minutes was a slip.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.storage.read import get_incident_history
from connectors.storage.rows import IncidentRow
from dashboard.domain.incidents import IncidentFacts, Phase
from dashboard.domain.levers import UNDO_WITHIN
from forecasting.outages import Relapse

_MENDED = (Phase.MONITORING, Phase.RESOLVED, Phase.REVIEWED)


def of(session: Session, incident: int) -> tuple[Relapse, ...]:
    """The failures after the first one, the oldest first."""
    return from_versions(get_incident_history(session, incident))


def from_versions(rows: Sequence[IncidentRow]) -> tuple[Relapse, ...]:
    """The same from all versions of one incident."""
    mended: datetime | None = None
    found: list[Relapse] = []
    for row in sorted(rows, key=lambda one: one.revision):
        facts, at = IncidentFacts.from_json(row.facts), row.recorded_at
        if facts.phase in _MENDED:
            if found and mended is None and at - found[-1].at < UNDO_WITHIN:
                mended = found.pop().restored_at
            ended = facts.ended_at if facts.ended_at is not None and facts.ended_at <= at else at
            mended = mended or ended
        elif mended is not None:
            if at - mended >= UNDO_WITHIN:
                found.append(Relapse(at=at, restored_at=mended))
            mended = None
    onset = IncidentFacts.from_json(max(rows, key=lambda one: one.revision).facts).started_at if rows else None
    return tuple(one for one in found if onset is not None and _after(one, onset))


def _after(one: Relapse, onset: datetime) -> bool:
    return one.at > onset and (one.restored_at is None or one.restored_at >= onset)
