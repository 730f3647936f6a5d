"""Signals of other systems as questions to a person: open an incident, join one, dismiss; every answer is audited.

Nothing here is sent to customers, and no incident is opened without a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connectors.storage.read import get_incidents, get_signals, get_signals_by_id
from connectors.storage.rows import AuditRow, SignalRow
from connectors.storage.write import add_audit, decide_signals
from dashboard.domain.board import ProposalStrip
from dashboard.domain.incidents import IncidentFacts, Phase
from dashboard.domain.people import Right
from dashboard.domain.proposals import AllClear, Proposal, Signal, all_clear, proposals
from dashboard.services.accounts import Account
from dashboard.services.incidents import incident_desk
from dashboard.services.incidents.incident_desk import Revision, UnknownIncidentError
from dashboard.services.incidents.incident_form import Desk, form_of, new_form, stamp

LOOKED_BACK = timedelta(hours=24)
MOST_IDS = 200
CONFIRMED, JOINED, DISMISSED, PROPOSED = "confirmed", "joined", "dismissed", "proposed"


class StaleProposalError(Exception):
    """Somebody has answered meanwhile, or the signals are gone; what the board shows now is right."""


@dataclass(frozen=True, slots=True)
class Prefilled:
    """A form for a new incident as the signals fill it, and the signals it is about."""

    form: dict[str, str]
    signals: tuple[SignalRow, ...]


def on_board(session: Session, *, now: datetime) -> tuple[ProposalStrip, ...]:
    """What the situation asks a person now: proposals first, then incidents whose signals have all ended."""
    incidents = _open(session)
    signals = _signals(session, incidents, now=now)
    asked = [_asked(one, incidents) for one in proposals(signals, incidents, now=now)]
    return (*asked, *(_cleared(one, incidents) for one in all_clear(signals, incidents)))


def of_incident(session: Session, incident_id: int, *, now: datetime) -> list[SignalRow]:
    """The signals that belong to an incident, earliest first."""
    rows = get_signals(session, since=now, incidents=[incident_id])
    return [row for row in rows if row.incident_id == incident_id]


def prefill(session: Session, ids: Sequence[int], *, desk: Desk) -> Prefilled:
    """The form for a new incident out of undecided signals; those that somebody has decided meanwhile are left out."""
    rows = [row for row in get_signals_by_id(session, ids[:MOST_IDS]) if row.disposition == PROPOSED]
    form = new_form(desk)
    if rows:
        proposed = Proposal(tuple(_signal(row) for row in rows))
        form |= {
            "title": proposed.title,
            "services": ", ".join(service.replace(",", " ") for service in proposed.services)[:500],
            "started_at": stamp(min(proposed.started_at, desk.now), desk),
            "severity": proposed.severity.value,
        }
    return Prefilled(form, tuple(rows))


def confirm(session: Session, ids: Sequence[int], *, form: Mapping[str, str], by: Account, desk: Desk) -> int:
    """Open an incident about the signals and return its id; raises FormError, ForbiddenError."""
    incident_id = incident_desk.open_incident(session, form, by=by, desk=desk)
    still = [row for row in get_signals_by_id(session, ids[:MOST_IDS]) if row.disposition == PROPOSED]
    if still:
        _decide(session, still, disposition=CONFIRMED, by=by, now=desk.now, incident_id=incident_id)
    return incident_id


def join(session: Session, ids: Sequence[int], *, incident_id: int, by: Account, now: datetime) -> None:
    """Add signals to an open incident; raises StaleProposalError, UnknownIncidentError, ForbiddenError."""
    by.require(Right.RUN_INCIDENT)
    if incident_id not in _open(session):
        raise UnknownIncidentError(f"incident {incident_id} is not open; look at the situation again")
    _decide(session, _undecided(session, ids), disposition=JOINED, by=by, now=now, incident_id=incident_id)


def dismiss(session: Session, ids: Sequence[int], *, by: Account, now: datetime) -> None:
    """Set signals aside until they end and fire anew; raises StaleProposalError, ForbiddenError."""
    by.require(Right.RUN_INCIDENT)
    _decide(session, _undecided(session, ids), disposition=DISMISSED, by=by, now=now)


def watch(session: Session, incident_id: int, *, by: Account, desk: Desk) -> Revision:
    """Set an incident whose signals have all ended to monitoring; raises StaleProposalError, ForbiddenError."""
    by.require(Right.RUN_INCIDENT)
    incidents = _open(session)
    clear = all_clear(_signals(session, incidents, now=desk.now), incidents)
    if incident_id not in {one.incident_id for one in clear}:
        raise StaleProposalError(f"incident {incident_id} has been changed meanwhile, or a signal fires again")
    current = incident_desk.incident(session, incident_id)
    form = form_of(current.facts, desk) | {"phase": Phase.MONITORING.value}
    return incident_desk.change_incident(
        session, incident_id, form=form, expected_revision=current.revision, by=by, desk=desk
    )


def _undecided(session: Session, ids: Sequence[int]) -> list[SignalRow]:
    rows = get_signals_by_id(session, ids[:MOST_IDS])
    if not rows or len(rows) != len(set(ids)) or any(row.disposition != PROPOSED for row in rows):
        raise StaleProposalError("somebody has answered this proposal meanwhile; the board shows what holds now")
    return rows


def _decide(
    session: Session,
    rows: Sequence[SignalRow],
    *,
    disposition: str,
    by: Account,
    now: datetime,
    incident_id: int | None = None,
) -> None:
    ids = [row.id for row in rows]
    decide_signals(session, ids, disposition=disposition, by=by.name, now=now, incident_id=incident_id)
    subject = f"incident {incident_id}" if incident_id is not None else f"signals {', '.join(map(str, ids))}"
    detail = "; ".join(f"{row.source}: {row.title}" for row in rows)[:2000]
    add_audit(session, AuditRow(now, by.name, f"signal.{disposition}", subject, detail))


def _open(session: Session) -> dict[int, IncidentFacts]:
    return {row.id: IncidentFacts.from_json(row.facts) for row in get_incidents(session, open_only=True)}


def _signals(session: Session, incidents: Mapping[int, IncidentFacts], *, now: datetime) -> list[Signal]:
    rows = get_signals(session, since=now - LOOKED_BACK, incidents=list(incidents))
    return [_signal(row) for row in rows]


def _signal(row: SignalRow) -> Signal:
    return Signal(
        id=row.id,
        source=row.source,
        title=row.title,
        started_at=row.started_at,
        ended_at=row.ended_at,
        severity=row.severity,
        services=row.services,
        url=row.url,
        decided=row.disposition != PROPOSED,
        incident_id=row.incident_id,
    )


def _asked(proposal: Proposal, incidents: Mapping[int, IncidentFacts]) -> ProposalStrip:
    # A person knows better than labels do: where no incident fits, the latest is still offered.
    other = max(incidents, key=lambda one: incidents[one].started_at, default=None)
    joinable = proposal.fits if proposal.fits is not None else other
    return ProposalStrip(
        kind="proposal",
        title=proposal.title,
        signals=proposal.ids,
        firing=sum(one.fires for one in proposal.signals),
        sources=tuple(dict.fromkeys(one.source for one in proposal.signals)),
        services=proposal.services,
        severity=proposal.severity,
        since=proposal.started_at,
        url=next((one.url for one in proposal.signals if one.url), None),
        incident_id=joinable,
        incident_title=incidents[joinable].title if joinable is not None else "",
        fits=proposal.fits is not None,
    )


def _cleared(clear: AllClear, incidents: Mapping[int, IncidentFacts]) -> ProposalStrip:
    facts = incidents[clear.incident_id]
    return ProposalStrip(
        kind="clear",
        title=facts.title,
        signals=(),
        firing=0,
        sources=(),
        services=facts.services,
        severity=facts.severity,
        since=clear.since,
        url=None,
        incident_id=clear.incident_id,
        incident_title=facts.title,
        fits=True,
        ended=clear.count,
    )
