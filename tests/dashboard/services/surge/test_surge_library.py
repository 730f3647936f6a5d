"""Own incidents: taken up once they are over, counted among the library, and used to tighten what is assumed."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.storage.read import get_incidents, get_setting
from connectors.storage.write import revise_incident
from dashboard.domain.incidents import IncidentFacts
from dashboard.services.surge import surge_library
from forecasting.surge import SurgeAssumptions
from forecasting.surge.library.shipped import shipped_nowcaster
from tests.dashboard.seeded_centre import Centre, counts, make_ordinary, quarters

ASSUMED = SurgeAssumptions()


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def _surge(centre: Centre, *, hours: int = 8, offered: int = 420) -> int:
    """A surge of calls from half past ten on, over at noon; then the clock is put on by the hours given."""
    start = centre.now.replace(minute=30)
    ended = start + timedelta(minutes=90)
    incident = centre.open_incident(started_at=start.astimezone(centre.clock().tzinfo), queues=("login",))
    centre.store("pbx", volumes=counts("login", quarters(start, ended), offered=offered))
    centre.store("pbx", volumes=counts("login", quarters(ended, ended + timedelta(hours=12))))
    centre.now = ended + timedelta(hours=hours)
    centre.pulled()
    _revise(centre, incident, phase="resolved", ended_at=ended.astimezone(centre.clock().tzinfo))
    return incident


def _revise(centre: Centre, incident: int, **facts: object) -> None:
    with centre.sessions.begin() as session:
        row = next(row for row in get_incidents(session) if row.id == incident)
        changed = IncidentFacts.from_json(row.facts).changed(**facts)
        revise_incident(
            session, incident, changed.to_json(), by="manager", now=centre.clock(), expected_revision=row.revision
        )


def _learn(centre: Centre) -> int:
    with centre.sessions.begin() as session:
        return surge_library.learn(session, settings=centre.settings, clock=centre.clock)


def test_without_own_incidents_the_shipped_library_speaks(centre: Centre) -> None:
    assert _learn(centre) == 0
    with centre.session() as session:
        assert surge_library.nowcaster(session) is shipped_nowcaster()
        assert surge_library.tightened(session, ASSUMED) == ASSUMED


def test_an_incident_is_taken_up_once_eight_hours_have_passed_since_its_end(centre: Centre) -> None:
    incident = _surge(centre, hours=7)
    assert _learn(centre) == 0
    centre.now += timedelta(hours=1)
    assert _learn(centre) == 1
    with centre.session() as session:
        (kept,) = json.loads(get_setting(session, surge_library.SETTING) or "")
        library = surge_library.nowcaster(session)
        assumed = surge_library.tightened(session, ASSUMED)
    assert kept["incident"] == incident
    assert kept["highest"] == pytest.approx(400, abs=15)
    assert kept["contacts"] == pytest.approx(6 * 400 / ASSUMED.attempts_per_caller, rel=0.1)
    assert [surge.key for surge in library.surges if surge.key.startswith("own-")] == [f"own-{incident}"]
    share = assumed.contact_share
    assert share.source == "own_incidents"
    assert share.middle < 0.6 * ASSUMED.contact_share.middle  # two in a hundred got in touch
    assert share.sigma < ASSUMED.contact_share.sigma


def test_what_was_taken_up_stays_and_a_revision_is_heeded(centre: Centre) -> None:
    incident = _surge(centre)
    _learn(centre)
    before = _kept(centre)
    assert _learn(centre) == 1
    assert _kept(centre) == before
    _revise(centre, incident, affected_low=9_000, affected_high=11_000)
    _learn(centre)
    assert _kept(centre)[0]["affected_high"] == 11_000


def test_a_handful_of_contacts_teaches_nothing(centre: Centre) -> None:
    _surge(centre, offered=22)
    assert _learn(centre) == 0


def test_an_incident_that_is_opened_again_leaves_the_library(centre: Centre) -> None:
    incident = _surge(centre)
    assert _learn(centre) == 1
    _revise(centre, incident, phase="investigating", ended_at=None)
    assert _learn(centre) == 0


def _kept(centre: Centre) -> list[dict[str, object]]:
    with centre.session() as session:
        found: list[dict[str, object]] = json.loads(get_setting(session, surge_library.SETTING) or "")
    return found
