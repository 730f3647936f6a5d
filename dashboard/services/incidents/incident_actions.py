"""What is done about an incident: recorded, ended, taken back within minutes; every step is audited.

The board records; it sends no message and calls nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connectors.storage.read import get_actions, get_incidents
from connectors.storage.rows import ActionRow, AuditRow
from connectors.storage.write import add_action, add_audit, end_action
from dashboard.domain.levers import LEVER, NOTE, UNDO_WITHIN, UPDATE
from dashboard.domain.people import Right
from dashboard.services.accounts import Account
from dashboard.services.incidents.incident_desk import UnknownIncidentError
from dashboard.services.levers import lever_effects
from dashboard.services.levers.lever_effects import STATUS_UPDATE, Terms
from dashboard.settings import Settings

MOST_TEXT = 2000
MOST_LEVERS_TEXT = 200


class StaleActionError(Exception):
    """Somebody was faster, or it is too late for this; what the board shows now is right."""


class ActionError(ValueError):
    """Something that cannot be recorded: what, and what to do."""


def pull(
    session: Session, incident_id: int, *, lever: str, by: Account, settings: Settings, now: datetime, text: str = ""
) -> int:
    """Record that a lever was pulled; returns the action's id. StaleActionError while it is on already."""
    by.require(Right.RUN_INCIDENT)
    _require_open(session, incident_id)
    terms = lever_effects.assumed(session, settings).get(lever) if lever != STATUS_UPDATE else None
    if terms is None:
        raise ActionError(f"there is no lever {lever[:MOST_LEVERS_TEXT]!r}; choose one of the catalogue")
    if any(row.lever == lever and is_on(row, now) for row in get_actions(session, incidents=[incident_id])):
        raise StaleActionError(f"{lever} is on already; the board shows since when")
    return _record(session, incident_id, kind=LEVER, terms=terms, text=text, by=by, now=now)


def publish(session: Session, incident_id: int, *, text: str, by: Account, settings: Settings, now: datetime) -> int:
    """Record that a status update was published; returns the action's id."""
    by.require(Right.RUN_INCIDENT)
    _require_open(session, incident_id)
    terms = lever_effects.assumed(session, settings)[STATUS_UPDATE]
    return _record(session, incident_id, kind=UPDATE, terms=terms, text=text, by=by, now=now)


def note(session: Session, incident_id: int, *, text: str, by: Account, now: datetime) -> int:
    """Record a person's note; returns the action's id."""
    by.require(Right.RUN_INCIDENT)
    _require_open(session, incident_id)
    if not text.strip():
        raise ActionError("a note needs a text, got none")
    return _record(session, incident_id, kind=NOTE, terms=None, text=text.strip(), by=by, now=now)


def undo(session: Session, action_id: int, *, by: Account, now: datetime) -> None:
    """Say that it was never done; StaleActionError after five minutes, when only its end can be recorded."""
    by.require(Right.RUN_INCIDENT)
    row = _action(session, action_id)
    if now - row.at > UNDO_WITHIN:
        raise StaleActionError("it was recorded more than five minutes ago; record its end instead")
    _end(session, row, entry="undone", by=by, now=now)


def end(session: Session, action_id: int, *, by: Account, now: datetime) -> None:
    """Record that a lever is off again; StaleActionError where it is off already."""
    by.require(Right.RUN_INCIDENT)
    row = _action(session, action_id)
    if row.kind != LEVER or not is_on(row, now):
        raise StaleActionError("it is not on any more; the board shows what holds now")
    _end(session, row, entry="ended", by=by, now=now)


def listed(session: Session, incident_id: int) -> list[ActionRow]:
    """All that was done about an incident, the latest first, with what was taken back."""
    return get_actions(session, incidents=[incident_id])[::-1]


def is_on(row: ActionRow, now: datetime) -> bool:
    """Whether something done still holds: not ended, not taken back, and its longest time not over."""
    terms = Terms.from_json(row.terms)
    if not row.is_on or terms is None:
        return row.is_on
    return now < row.at + timedelta(seconds=terms.lead_s + terms.most_s)


def _record(
    session: Session, incident_id: int, *, kind: str, terms: Terms | None, text: str, by: Account, now: datetime
) -> int:
    lever, kept = (terms.key, terms.to_json()) if terms else ("", {})
    text = text[:MOST_TEXT]
    added = add_action(session, incident_id, kind=kind, lever=lever, text=text, terms=kept, by=by.name, now=now)
    _audit(session, incident_id, f"action.{kind}", detail=lever or text, by=by, now=now)
    return added


def _end(session: Session, row: ActionRow, *, entry: str, by: Account, now: datetime) -> None:
    if not end_action(session, row.id, entry="undone" if entry == "undone" else "ended", by=by.name, now=now):
        raise StaleActionError("somebody has recorded this already; the board shows what holds now")
    _audit(session, row.incident_id, f"action.{entry}", detail=row.lever or row.text, by=by, now=now)


def _action(session: Session, action_id: int) -> ActionRow:
    found = get_actions(session, action=action_id)
    if not found:
        raise StaleActionError(f"there is no action {action_id}; the board shows what holds now")
    return found[0]


def _require_open(session: Session, incident_id: int) -> None:
    if incident_id not in {row.id for row in get_incidents(session, open_only=True)}:
        raise UnknownIncidentError(f"incident {incident_id} is not open; look at the situation again")


def _audit(session: Session, incident_id: int, action: str, *, detail: str, by: Account, now: datetime) -> None:
    add_audit(session, AuditRow(now, by.name, action, f"incident {incident_id}", detail))
