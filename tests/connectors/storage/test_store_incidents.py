"""Incidents: append-only revisions, of which two people cannot write the same."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError
from connectors.storage.errors import StaleRevision
from connectors.storage.read import get_incident_history, get_incidents
from connectors.storage.rows import IncidentRow
from connectors.storage.write import add_incident, revise_incident
from tests.connectors.storage.store_samples import at

Sessions = sessionmaker[Session]
FACTS = {"title": "Login down", "phase": "investigating", "services": ["login"], "eta": None}


def _open(sessions: Sessions) -> int:
    with sessions.begin() as session:
        return add_incident(session, FACTS, by="mira", now=at(0))


def test_each_change_is_a_revision_and_the_earlier_ones_stay(sessions: Sessions) -> None:
    incident = _open(sessions)
    changed = {**FACTS, "phase": "identified"}
    with sessions.begin() as session:
        assert revise_incident(session, incident, changed, by="jan", now=at(60), expected_revision=1) == 2
    first = IncidentRow(incident, 1, at(0), "mira", FACTS)
    second = IncidentRow(incident, 2, at(60), "jan", changed)
    with sessions() as session:
        assert get_incident_history(session, incident) == [first, second]
        assert get_incidents(session) == [second]


@pytest.mark.parametrize("expected", [1, 3])
def test_a_change_to_another_revision_is_refused(sessions: Sessions, expected: int) -> None:
    incident = _open(sessions)
    with sessions.begin() as session:
        revise_incident(session, incident, FACTS, by="jan", now=at(60), expected_revision=1)
    with sessions() as session, pytest.raises(StaleRevision, match="revision 2") as caught:
        revise_incident(session, incident, FACTS, by="mira", now=at(61), expected_revision=expected)
    assert (caught.value.expected, caught.value.actual) == (expected, 2)


def test_of_two_who_read_the_same_revision_the_second_is_refused(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = _open(sessions)
    from connectors.storage.write import incidents

    checked = incidents._require

    def overtaken(session: Session, incident_id: int, expected: int) -> None:
        checked(session, incident_id, expected)
        monkeypatch.setattr(incidents, "_require", checked)
        with sessions.begin() as other:
            revise_incident(other, incident_id, FACTS, by="jan", now=at(60), expected_revision=expected)

    monkeypatch.setattr(incidents, "_require", overtaken)
    with sessions() as session, pytest.raises(StaleRevision):
        revise_incident(session, incident, FACTS, by="mira", now=at(61), expected_revision=1)
    with sessions() as session:
        assert [row.recorded_by for row in get_incident_history(session, incident)] == ["mira", "jan"]


def test_open_incidents_are_those_neither_resolved_nor_reviewed(sessions: Sessions) -> None:
    first, second = _open(sessions), _open(sessions)
    with sessions.begin() as session:
        revise_incident(session, first, {**FACTS, "phase": "resolved"}, by="m", now=at(9), expected_revision=1)
    with sessions() as session:
        assert [row.id for row in get_incidents(session)] == [second, first]
        assert [row.id for row in get_incidents(session, open_only=True)] == [second]


def test_an_unknown_incident_is_refused(sessions: Sessions) -> None:
    with sessions() as session:
        assert get_incident_history(session, 99) == []
        with pytest.raises(ConfigError, match="99"):
            revise_incident(session, 99, FACTS, by="m", now=at(0), expected_revision=1)
