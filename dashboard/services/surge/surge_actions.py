"""What was done about an incident, as its outlook takes it and keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from connectors.storage.read import get_actions, get_forecast, get_queues
from connectors.storage.rows import QueueRow
from dashboard.domain.levers import EffectView, Spread
from dashboard.services.levers import lever_effects
from dashboard.services.levers.lever_effects import Terms, Working
from dashboard.services.surge import action_measure
from dashboard.services.surge.surge_inputs import SurgeInputs
from forecasting.surge import Effect

EFFECTS, MEASURED = "effects", "measured"


def effects(
    session: Session, incident_id: int, *, working: Sequence[Working], queues: Sequence[QueueRow]
) -> tuple[Effect, ...]:
    """What avoids contacts, for the model; measures for some skills weigh by their queues' part of the last outlook."""
    wanted = {one.terms.skills for one in working if one.terms.skills}
    reach: dict[tuple[str, ...], float] = {}
    if wanted:
        ahead = {row.key: _ahead(session, row.key, incident_id) for row in queues}
        whole = sum(ahead.values())
        for skills in wanted:
            part = sum(ahead[row.key] for row in queues if row.skill in skills)
            reach[skills] = part / whole if whole > 0 else 1.0
    return lever_effects.effects(working, reach=reach)


def kept(
    session: Session,
    incident_id: int,
    *,
    working: Sequence[Working],
    known: Mapping[str, Terms],
    inputs: SurgeInputs,
) -> dict[str, Any]:
    """What is kept with the outlook: what lowered it, and what came of each action so far."""
    rows = get_actions(session, incidents=[incident_id])
    skills = {row.key: row.skill for row in get_queues(session)}
    found = action_measure.of_incident(session, rows, known=known, inputs=inputs, skills=skills)
    return {EFFECTS: [one.to_json() for one in working], MEASURED: found}


def differ(basis: Mapping[str, Any], working: Sequence[Working]) -> bool:
    """Whether something was done, ended, taken back or assumed otherwise since an outlook was made."""
    return bool(basis.get(EFFECTS, []) != [one.to_json() for one in working])


def shown(basis: Mapping[str, Any]) -> dict[str, Any]:
    """The same for the board, by the names of `SurgeBasis`."""
    found = {key: action_measure.from_json(one) for key, one in basis.get(MEASURED, {}).items()}
    return {
        EFFECTS: tuple(_view(one) for one in basis.get(EFFECTS, [])),
        MEASURED: {key: one for key, one in found.items() if one is not None},
    }


def _view(one: Mapping[str, Any]) -> EffectView:
    start, end = (datetime.fromisoformat(one[name]) for name in ("start", "end"))
    return EffectView(one["key"], start, end, Spread(one["low"], one["expected"], one["high"]))


def _ahead(session: Session, queue: str, incident_id: int) -> float:
    last = get_forecast(session, queue, kind="surge", incident_id=incident_id)
    return sum(point.mean for point in last.points) if last else 0.0
