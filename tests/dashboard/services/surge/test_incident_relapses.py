"""A manager sets the phase back: the outlook gets a second surge from that moment on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.storage.read import get_forecast
from connectors.storage.rows import ForecastRow, IncidentRow
from dashboard.domain.people import Role
from dashboard.services.accounts import Account
from dashboard.services.incidents import incident_desk
from dashboard.services.incidents.incident_form import Desk
from dashboard.services.surge import relapses, surge_outlook
from tests.dashboard.seeded_centre import BERLIN, Centre, make_ordinary

START = datetime(2026, 3, 3, 9, tzinfo=UTC)
MANAGER = Account("lead", Role.MANAGER)


def version(number: int, minute: int, phase: str, **facts: Any) -> IncidentRow:
    kept = {
        "title": "x",
        "started_at": START.isoformat(),
        "affected_low": 1,
        "affected_high": 2,
        "phase": phase,
        **facts,
    }
    at = START + timedelta(minutes=minute)
    return IncidentRow(id=1, revision=number, recorded_at=at, recorded_by="lead", facts=kept)


def minutes(*steps: tuple[int, str]) -> list[tuple[float, float]]:
    rows = [version(i, minute, phase) for i, (minute, phase) in enumerate(steps, start=1)]
    return [
        ((one.restored_at - START).total_seconds() / 60, (one.at - START).total_seconds() / 60)
        for one in relapses.from_versions(rows)
        if one.restored_at is not None
    ]


def test_back_from_monitoring_or_resolved_it_is_down_again() -> None:
    assert minutes((1, "investigating"), (60, "monitoring"), (90, "investigating")) == [(60, 90)]
    assert minutes((1, "investigating"), (60, "monitoring"), (70, "resolved"), (200, "identified")) == [(60, 200)]
    twice = ((1, "identified"), (60, "resolved"), (90, "identified"), (120, "monitoring"), (180, "investigating"))
    assert minutes(*twice) == [(60, 90), (120, 180)]


def test_another_cause_and_a_slip_of_the_hand_are_no_failure() -> None:
    assert minutes((1, "identified"), (60, "investigating")) == []
    assert minutes((1, "identified"), (60, "resolved"), (62, "identified")) == []
    assert minutes((1, "identified"), (60, "monitoring"), (90, "identified"), (92, "monitoring")) == []
    still = ((1, "identified"), (60, "monitoring"), (90, "identified"), (92, "monitoring"), (150, "identified"))
    assert minutes(*still) == [(60, 150)]


def test_the_end_that_was_typed_counts_and_one_before_the_start_is_left_out() -> None:
    ended = (START + timedelta(minutes=40)).isoformat()
    rows = [version(1, 1, "identified"), version(2, 60, "resolved", ended_at=ended), version(3, 90, "identified")]
    (one,) = relapses.from_versions(rows)
    assert one.restored_at == START + timedelta(minutes=40)
    moved = version(4, 95, "identified", started_at=(START + timedelta(minutes=80)).isoformat())
    assert relapses.from_versions([*rows, moved]) == ()
    assert relapses.from_versions([]) == ()


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def _outlook(centre: Centre, incident: int) -> ForecastRow:
    with centre.sessions.begin() as session:
        surge_outlook.refresh(session, settings=centre.settings, clock=centre.clock)
        row = get_forecast(session, "login", kind="surge", incident_id=incident)
    assert row is not None
    return row


def _phase(centre: Centre, incident: int, phase: str) -> None:
    desk = Desk("en", BERLIN, centre.clock())
    with centre.sessions.begin() as session:
        now = incident_desk.incident(session, incident)
        form = {"phase": phase}
        incident_desk.change_incident(
            session, incident, form=form, expected_revision=now.revision, by=MANAGER, desk=desk
        )


@pytest.mark.parametrize("phase", ["monitoring", "resolved"])
def test_setting_the_phase_back_on_the_board_raises_what_is_to_come(centre: Centre, phase: str) -> None:
    incident = centre.open_incident()
    centre.now += timedelta(hours=1)
    _phase(centre, incident, phase)
    centre.now += timedelta(minutes=30)
    _phase(centre, incident, "investigating")
    centre.now += timedelta(minutes=1)
    row = _outlook(centre, incident)
    assert "relapsed" in row.basis["grounds"]["notes"]
    assert max(point.p50 for point in row.points) > 10
    assert [one["key"] for one in row.basis["assumptions"]].count("relapse_share") == 1
