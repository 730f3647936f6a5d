"""From signals to incidents: what is asked, what an answer does, and who may give it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from connectors.records import OutageSignal, SignalStatus
from connectors.storage.read import get_audit, get_incidents, get_signals
from connectors.storage.write import upsert_signals
from dashboard.domain.board import ProposalStrip
from dashboard.domain.incidents import Phase
from dashboard.domain.people import Role
from dashboard.services.accounts import Account, ForbiddenError
from dashboard.services.incidents import incident_desk, incident_proposals
from dashboard.services.incidents.incident_desk import UnknownIncidentError
from dashboard.services.incidents.incident_form import Desk, FormError
from dashboard.services.incidents.incident_proposals import StaleProposalError
from tests.dashboard.services.desk_store import BERLIN, MANAGER, NOW, store

AGENT = Account("kim", Role.AGENT)
DESK = Desk("de", BERLIN, NOW)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with store(tmp_path) as session:
        yield session


def report(
    session: Session, external_id: str = "a", *, ago: float = 14, ended: float | None = None, **said: Any
) -> None:
    """A signal that began so many minutes ago, and ended so many minutes ago."""
    values = {"title": "Login fails", "services": ("login",), "severity": "critical"} | said
    source = values.pop("source", "monitor")
    signal = OutageSignal(
        external_id,
        started_at=NOW - timedelta(minutes=ago),
        status=SignalStatus.FIRING if ended is None else SignalStatus.RESOLVED,
        ended_at=None if ended is None else NOW - timedelta(minutes=ended),
        **values,
    )
    upsert_signals(session, [signal], source=source, now=NOW)


def asked(session: Session) -> list[ProposalStrip]:
    return list(incident_proposals.on_board(session, now=NOW))


def confirm(session: Session, *, ids: tuple[int, ...] | None = None, **form: str) -> int:
    chosen = ids if ids is not None else asked(session)[0].signals
    filled = incident_proposals.prefill(session, chosen, desk=DESK).form | {"affected": "2 Mio"} | form
    return incident_proposals.confirm(session, chosen, form=filled, by=MANAGER, desk=DESK)


def actions(session: Session) -> list[tuple[str, str, str]]:
    return [(row.user, row.action, row.subject) for row in get_audit(session)][::-1]


def test_alerts_propose_one_incident_and_a_person_confirms_it_prefilled(session: Session) -> None:
    report(session)
    report(session, "b", ago=9, title="Orders fail", services=("login", "orders, checkout"), severity="warning")
    (proposal,) = asked(session)
    assert (proposal.title, len(proposal.signals), proposal.firing) == ("Login fails", 2, 2)
    filled = incident_proposals.prefill(session, proposal.signals, desk=DESK)
    assert filled.form["title"] == "Login fails"
    assert filled.form["services"] == "login, orders  checkout"
    assert filled.form["severity"] == "critical"
    incident_id = confirm(session)
    facts = incident_desk.incident(session, incident_id).facts
    assert facts.started_at == (NOW - timedelta(minutes=14)).replace(second=0, microsecond=0)
    assert facts.affected_low == 2_000_000
    assert asked(session) == []
    rows = incident_proposals.of_incident(session, incident_id, now=NOW)
    assert [(row.disposition, row.decided_by) for row in rows] == [("confirmed", MANAGER.name)] * 2
    assert actions(session)[-2:] == [
        (MANAGER.name, "incident.open", f"incident {incident_id}"),
        (MANAGER.name, "signal.confirmed", f"incident {incident_id}"),
    ]


def test_nothing_opens_by_itself(session: Session) -> None:
    report(session)
    asked(session)
    assert get_incidents(session) == []


def test_a_form_that_is_refused_decides_nothing(session: Session) -> None:
    report(session)
    with pytest.raises(FormError):
        confirm(session, affected="many")
    assert len(asked(session)) == 1


def test_a_late_alert_is_offered_to_the_incident_and_joins_it(session: Session) -> None:
    report(session)
    incident_id = confirm(session)
    report(session, "late", ago=1, title="Login is slow")
    (proposal,) = asked(session)
    assert (proposal.incident_id, proposal.incident_title, proposal.fits) == (incident_id, "Login fails", True)
    incident_proposals.join(session, proposal.signals, incident_id=incident_id, by=MANAGER, now=NOW)
    assert asked(session) == []
    assert len(incident_proposals.of_incident(session, incident_id, now=NOW)) == 2
    assert actions(session)[-1] == (MANAGER.name, "signal.joined", f"incident {incident_id}")


def test_an_alert_of_another_service_may_join_too_but_is_not_said_to_fit(session: Session) -> None:
    report(session)
    incident_id = confirm(session)
    report(session, "b", services=("backup",), title="Backup is full")
    (proposal,) = asked(session)
    assert (proposal.incident_id, proposal.fits) == (incident_id, False)


def test_dismissed_stays_dismissed_until_it_fires_anew(session: Session) -> None:
    report(session)
    incident_proposals.dismiss(session, asked(session)[0].signals, by=MANAGER, now=NOW)
    report(session, title="Login still fails")
    assert asked(session) == []
    report(session, ended=5)
    report(session, ago=2)
    assert [one.title for one in asked(session)] == ["Login fails"]
    assert actions(session)[-1][1] == "signal.dismissed"


def test_what_fires_anew_during_its_incident_asks_nothing_and_after_it_proposes(session: Session) -> None:
    report(session)
    incident_id = confirm(session)
    report(session, ended=5)
    report(session, ago=2)
    assert asked(session) == []
    assert len(incident_proposals.of_incident(session, incident_id, now=NOW)) == 1
    _set_phase(session, incident_id, Phase.RESOLVED)
    assert [one.title for one in asked(session)] == ["Login fails"]


def test_an_alert_confirmed_once_never_proposes_again_though_its_incident_is_over(session: Session) -> None:
    report(session)
    _set_phase(session, confirm(session), Phase.RESOLVED)
    report(session, title="Login fails, still")
    assert asked(session) == []


def test_when_all_have_ended_monitoring_is_suggested_and_set_by_a_person(session: Session) -> None:
    report(session)
    report(session, "b", ago=9, title="Orders fail")
    incident_id = confirm(session)
    report(session, ended=3)
    assert asked(session) == []
    report(session, "b", ago=9, title="Orders fail", ended=1)
    (clear,) = asked(session)
    assert (clear.kind, clear.incident_id, clear.ended) == ("clear", incident_id, 2)
    assert clear.since == NOW - timedelta(minutes=1)
    incident_proposals.watch(session, incident_id, by=MANAGER, desk=DESK)
    assert incident_desk.incident(session, incident_id).facts.phase is Phase.MONITORING
    assert asked(session) == []
    with pytest.raises(StaleProposalError):
        incident_proposals.watch(session, incident_id, by=MANAGER, desk=DESK)


def test_of_two_answers_the_first_counts(session: Session) -> None:
    report(session)
    (proposal,) = asked(session)
    incident_id = confirm(session)
    with pytest.raises(StaleProposalError, match="answered this proposal meanwhile"):
        incident_proposals.dismiss(session, proposal.signals, by=MANAGER, now=NOW)
    with pytest.raises(StaleProposalError):
        incident_proposals.join(session, [4711], incident_id=incident_id, by=MANAGER, now=NOW)
    assert incident_proposals.prefill(session, proposal.signals, desk=DESK).signals == ()
    second = confirm(session, ids=proposal.signals, title="By hand", started_at="10:00")
    assert incident_proposals.of_incident(session, second, now=NOW) == []


def test_to_join_what_is_not_open(session: Session) -> None:
    report(session)
    with pytest.raises(UnknownIncidentError):
        incident_proposals.join(session, asked(session)[0].signals, incident_id=99, by=MANAGER, now=NOW)


def test_an_agent_may_look_but_not_answer(session: Session) -> None:
    report(session)
    ids = asked(session)[0].signals
    with pytest.raises(ForbiddenError):
        incident_proposals.dismiss(session, ids, by=AGENT, now=NOW)
    with pytest.raises(ForbiddenError):
        incident_proposals.join(session, ids, incident_id=1, by=AGENT, now=NOW)
    with pytest.raises(ForbiddenError):
        incident_proposals.watch(session, 1, by=AGENT, desk=DESK)
    with pytest.raises(ForbiddenError):
        incident_proposals.confirm(session, ids, form={}, by=AGENT, desk=DESK)
    assert [row.disposition for row in get_signals(session, since=NOW)] == ["proposed"]


def test_a_jump_in_the_contacts_counts_as_an_effect(session: Session) -> None:
    report(session)
    report(session, "hotline", ago=4, title="4 × normal", services=("Hotline",), source="volumes")
    (proposal,) = asked(session)
    assert (proposal.title, proposal.sources) == ("Login fails", ("monitor", "volumes"))


def test_a_start_ahead_of_our_clock_fills_in_now(session: Session) -> None:
    report(session, ago=-3)
    filled = incident_proposals.prefill(session, [get_signals(session, since=NOW)[0].id], desk=DESK)
    assert filled.form["started_at"] == NOW.astimezone(BERLIN).strftime("%d.%m.%Y %H:%M")


def _set_phase(session: Session, incident_id: int, phase: Phase) -> None:
    current = incident_desk.incident(session, incident_id)
    incident_desk.change_incident(
        session,
        incident_id,
        form={"phase": phase.value},
        expected_revision=current.revision,
        by=MANAGER,
        desk=DESK,
    )
