"""Marks on the charts: what was done, noted, and each change of phase, in the order of time."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.storage.read import get_incidents
from connectors.storage.write import add_action, revise_incident
from dashboard.components import lever_text
from dashboard.components.words import Words
from dashboard.domain.incidents import IncidentFacts, Phase
from dashboard.services.board import chart_marks
from dashboard.services.readings import board_data
from tests.dashboard.seeded_centre import Centre, make_ordinary


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def _marks(centre: Centre, queue: str | None = None) -> list[tuple[str, str]]:
    with centre.session() as session:
        data = board_data.load(session, settings=centre.settings, clock=centre.clock)
        found = chart_marks.marks(session, data, queue=queue)
    return [(one.kind, lever_text.mark(one, Words("en"))) for one in found]


def _phase(centre: Centre, incident: int, phase: Phase) -> None:
    centre.now += timedelta(minutes=1)
    with centre.sessions.begin() as session:
        row = next(one for one in get_incidents(session) if one.id == incident)
        facts = IncidentFacts.from_json(row.facts).changed(phase=phase).to_json()
        revise_incident(session, incident, facts, by="kim", now=centre.clock(), expected_revision=row.revision)


def test_phases_and_notes_stand_in_the_order_of_time(centre: Centre) -> None:
    incident = centre.open_incident()
    _phase(centre, incident, Phase.IDENTIFIED)
    centre.now += timedelta(minutes=1)
    with centre.sessions.begin() as session:
        add_action(session, incident, kind="note", text="Radio reported", by="kim", now=centre.clock())
    _phase(centre, incident, Phase.IDENTIFIED)  # the same once more is no change
    _phase(centre, incident, Phase.MONITORING)
    assert [kind for kind, _ in _marks(centre)] == ["phase", "note", "phase"]
    assert [said for _, said in _marks(centre)] == ["Identified", "Radio reported", "Monitoring"]


def test_a_queue_shows_the_marks_of_what_strikes_it(centre: Centre) -> None:
    incident = centre.open_incident(queues=("login",))
    _phase(centre, incident, Phase.IDENTIFIED)
    assert ([len(_marks(centre, queue)) for queue in ("login", "billing")]) == [1, 0]


def test_on_a_calm_day_there_are_none(centre: Centre) -> None:
    assert _marks(centre) == []
