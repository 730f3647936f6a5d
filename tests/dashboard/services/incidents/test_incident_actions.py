"""Recording what is done about an incident: by managers, audited, once, taken back within five minutes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.storage.read import get_actions, get_audit
from dashboard.services.accounts import ForbiddenError
from dashboard.services.incidents import incident_actions
from dashboard.services.incidents.incident_actions import ActionError, StaleActionError
from dashboard.services.incidents.incident_desk import UnknownIncidentError
from tests.dashboard.seeded_centre import Centre, make_centre
from tests.dashboard.services.lever_samples import AGENT, MANAGER, end, pull, undo, with_levers


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return with_levers(make_centre(tmp_path))


def _audited(centre: Centre) -> list[tuple[str, str, str]]:
    with centre.session() as session:
        return [(row.action, row.subject, row.detail) for row in get_audit(session)][::-1]


def test_a_lever_is_recorded_with_its_terms_and_audited(centre: Centre) -> None:
    incident = centre.open_incident()
    action = pull(centre, incident)
    with centre.session() as session:
        (row,) = incident_actions.listed(session, incident)
    assert (row.id, row.kind, row.lever, row.at, row.by) == (action, "lever", "sms", centre.clock(), "manager")
    assert (row.terms["lead_s"], row.terms["expected"]) == (900, 0.5)
    assert _audited(centre) == [("action.lever", f"incident {incident}", "sms")]


def test_it_can_be_taken_back_for_five_minutes_and_then_only_ended(centre: Centre) -> None:
    incident = centre.open_incident()
    first = pull(centre, incident)
    centre.now += timedelta(minutes=5)
    undo(centre, first)
    second = pull(centre, incident)
    centre.now += timedelta(minutes=5, seconds=1)
    with pytest.raises(StaleActionError, match="five minutes"):
        undo(centre, second)
    end(centre, second)
    with pytest.raises(StaleActionError):
        end(centre, second)
    assert [action for action, _, _ in _audited(centre)] == [
        "action.lever",
        "action.undone",
        "action.lever",
        "action.ended",
    ]
    with centre.session() as session:
        later, earlier = incident_actions.listed(session, incident)
    assert (earlier.undone_by, later.ended_at, later.undone_at) == ("manager", centre.clock(), None)


def test_it_is_on_once_until_its_longest_time_is_over(centre: Centre) -> None:
    incident = centre.open_incident()
    pull(centre, incident, "message")
    with pytest.raises(StaleActionError, match="on already"):
        pull(centre, incident, "message")
    centre.now += timedelta(minutes=75)
    pull(centre, incident, "message")
    pull(centre, centre.open_incident(), "message")


def test_of_two_who_take_it_back_the_second_is_told(centre: Centre) -> None:
    action = pull(centre, centre.open_incident())
    undo(centre, action)
    with pytest.raises(StaleActionError):
        undo(centre, action)


@pytest.mark.parametrize("act", [pull, lambda centre, incident, by: undo(centre, pull(centre, incident), by)])
def test_an_agent_may_do_none_of_it(centre: Centre, act: Callable[..., object]) -> None:
    with pytest.raises(ForbiddenError):
        act(centre, centre.open_incident(), by=AGENT)


def test_what_does_not_exist_is_refused_in_words(centre: Centre) -> None:
    incident = centre.open_incident()
    with pytest.raises(ActionError, match="no lever 'magic'"):
        pull(centre, incident, "magic")
    with pytest.raises(ActionError, match="status_update"):
        pull(centre, incident, "status_update")
    with pytest.raises(UnknownIncidentError, match="99"):
        pull(centre, 99)
    with pytest.raises(UnknownIncidentError):
        pull(centre, centre.open_incident(phase="resolved", ended_at=centre.clock()))
    with pytest.raises(StaleActionError, match="no action 7"):
        undo(centre, 7)


def test_updates_and_notes_are_actions_as_well(centre: Centre) -> None:
    incident = centre.open_incident()
    with centre.sessions.begin() as session:
        known = {"by": MANAGER, "now": centre.clock()}
        incident_actions.publish(session, incident, text="We are on it", settings=centre.settings, **known)  # type: ignore[arg-type]
        incident_actions.note(session, incident, text=" Vendor called ", **known)  # type: ignore[arg-type]
        with pytest.raises(ActionError, match="text"):
            incident_actions.note(session, incident, text=" ", **known)  # type: ignore[arg-type]
    with centre.session() as session:
        rows = get_actions(session)
    assert [(row.kind, row.lever, row.text) for row in rows] == [
        ("update", "status_update", "We are on it"),
        ("note", "", "Vendor called"),
    ]
