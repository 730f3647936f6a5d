"""Opening, changing and taking back an incident's facts; every version is kept, every change is audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from connectors.storage.errors import StaleRevision
from connectors.storage.read import get_incident_history, get_incidents, get_queues
from connectors.storage.rows import AuditRow, IncidentRow
from connectors.storage.write import add_audit, add_incident, revise_incident
from dashboard.domain.incidents import IncidentFacts
from dashboard.domain.people import Right
from dashboard.services.accounts import Account
from dashboard.services.incidents.incident_form import FIELDS, Desk, form_of, read_form


@dataclass(frozen=True, slots=True)
class Change:
    """A form field that differs between two versions; values are those of the facts."""

    field: str
    before: tuple[Any, ...]
    after: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of an incident's facts and what it changed."""

    incident_id: int
    revision: int
    recorded_at: datetime
    recorded_by: str
    facts: IncidentFacts
    changes: tuple[Change, ...] = ()


class UnknownIncidentError(LookupError):
    """There is no such incident."""


class ConflictError(Exception):
    """Somebody else changed the facts meanwhile; `form` keeps what was typed and takes up what the other changed."""

    def __init__(self, current: Revision, *, theirs: tuple[Change, ...], form: Mapping[str, str]) -> None:
        super().__init__(f"incident {current.incident_id} stands at revision {current.revision}")
        self.current = current
        self.theirs = theirs
        self.form = form


def open_incidents(session: Session) -> list[Revision]:
    """Incidents that are not over, newest first."""
    rows = [_revision(row) for row in get_incidents(session, open_only=True)]
    return sorted((r for r in rows if r.facts.is_open), key=lambda r: r.facts.started_at, reverse=True)


def incident(session: Session, incident_id: int) -> Revision:
    """The current facts; raises UnknownIncidentError."""
    return history(session, incident_id)[0]


def history(session: Session, incident_id: int) -> list[Revision]:
    """All versions, newest first, each with what it changed; raises UnknownIncidentError."""
    rows = sorted(get_incident_history(session, incident_id), key=lambda row: row.revision)
    if not rows:
        raise UnknownIncidentError(f"there is no incident {incident_id}")
    versions = [_revision(row) for row in rows]
    changed = [versions[0], *(_with_changes(old, new) for old, new in pairwise(versions))]
    return changed[::-1]


def open_incident(session: Session, form: Mapping[str, str], *, by: Account, desk: Desk) -> int:
    """Record a new incident and return its id; raises FormError, ForbiddenError."""
    by.require(Right.RUN_INCIDENT)
    facts = read_form(form, desk=desk)
    incident_id = add_incident(session, facts.to_json(), by=by.name, now=desk.now)
    _audit(session, by, "incident.open", incident_id=incident_id, detail=facts.title, now=desk.now)
    return incident_id


def change_incident(
    session: Session, incident_id: int, *, form: Mapping[str, str], expected_revision: int, by: Account, desk: Desk
) -> Revision:
    """Save a changed form; raises FormError, ConflictError where it was filled on an older version, ForbiddenError."""
    by.require(Right.RUN_INCIDENT)
    versions = history(session, incident_id)
    base = _version(versions, expected_revision)
    if base.revision != versions[0].revision:
        raise _conflict(base, versions[0], form=form, desk=desk)
    facts = read_form(form, desk=desk, base=base.facts)
    return _record(session, base, facts=facts, action="incident.change", by=by, desk=desk)


def revert_incident(
    session: Session, incident_id: int, *, to_revision: int, expected_revision: int, by: Account, desk: Desk
) -> Revision:
    """Bring back an earlier version's facts as a new version; raises ConflictError, ForbiddenError."""
    by.require(Right.RUN_INCIDENT)
    versions = history(session, incident_id)
    base, wanted = _version(versions, expected_revision), _version(versions, to_revision)
    if base.revision != versions[0].revision:
        raise _conflict(base, versions[0], form=form_of(base.facts, desk), desk=desk)
    return _record(session, base, facts=wanted.facts, action="incident.revert", by=by, desk=desk)


def queue_names(session: Session) -> list[tuple[str, str]]:
    """Key and label of every queue, by label."""
    return sorted(((row.key, row.label) for row in get_queues(session)), key=lambda queue: queue[1].casefold())


def changes_between(before: IncidentFacts, after: IncidentFacts) -> tuple[Change, ...]:
    """The form fields in which two versions differ."""
    pairs = ((field, _values(before, field), _values(after, field)) for field in FIELDS)
    return tuple(Change(field, old, new) for field, old, new in pairs if old != new)


def facts_by_field(facts: IncidentFacts) -> dict[str, tuple[Any, ...]]:
    """The facts under the form field that holds them."""
    return {field: _values(facts, field) for field in FIELDS}


def _record(
    session: Session, base: Revision, *, facts: IncidentFacts, action: str, by: Account, desk: Desk
) -> Revision:
    changes = changes_between(base.facts, facts)
    if not changes:
        return base
    try:
        revision = revise_incident(
            session,
            base.incident_id,
            facts.to_json(),
            by=by.name,
            now=desk.now,
            expected_revision=base.revision,
        )
    except StaleRevision as error:
        current = incident(session, base.incident_id)
        raise _conflict(base, current, form=form_of(facts, desk), desk=desk) from error
    detail = "; ".join(f"{c.field}: {_plain(c.before)} → {_plain(c.after)}" for c in changes)
    _audit(session, by, action, incident_id=base.incident_id, detail=detail, now=desk.now)
    return Revision(base.incident_id, revision, desk.now, by.name, facts, changes)


def _conflict(base: Revision, current: Revision, *, form: Mapping[str, str], desk: Desk) -> ConflictError:
    shown, theirs = form_of(base.facts, desk), form_of(current.facts, desk)
    kept = {field: theirs[field] if form.get(field, shown[field]) == shown[field] else form[field] for field in FIELDS}
    return ConflictError(current, theirs=changes_between(base.facts, current.facts), form=kept)


def _version(versions: list[Revision], number: int) -> Revision:
    for version in versions:
        if version.revision == number:
            return version
    raise UnknownIncidentError(f"incident {versions[0].incident_id} has no revision {number}")


def _revision(row: IncidentRow) -> Revision:
    return Revision(row.id, row.revision, row.recorded_at, row.recorded_by, IncidentFacts.from_json(row.facts))


def _with_changes(old: Revision, new: Revision) -> Revision:
    return Revision(
        new.incident_id,
        new.revision,
        new.recorded_at,
        new.recorded_by,
        new.facts,
        changes_between(old.facts, new.facts),
    )


def _values(facts: IncidentFacts, field: str) -> tuple[Any, ...]:
    return tuple(getattr(facts, name) for name in FIELDS[field])


def _plain(values: tuple[Any, ...]) -> str:
    shown = [v.isoformat() if isinstance(v, datetime) else str(v) for v in values if v not in (None, "", ())]
    return "–".join(dict.fromkeys(shown)) or "nothing"


def _audit(session: Session, by: Account, action: str, *, incident_id: int, detail: str, now: datetime) -> None:
    add_audit(session, AuditRow(now, by.name, action, f"incident {incident_id}", detail))
