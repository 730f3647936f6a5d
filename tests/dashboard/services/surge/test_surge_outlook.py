from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.storage.read import get_forecast, get_incidents
from connectors.storage.rows import ForecastRow
from connectors.storage.write import revise_incident
from dashboard.domain.incidents import IncidentFacts
from dashboard.services.surge import surge_outlook
from tests.dashboard.seeded_centre import Centre, call, make_centre, make_ordinary


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def _refresh(centre: Centre) -> int:
    with centre.sessions.begin() as session:
        return surge_outlook.refresh(session, settings=centre.settings, clock=centre.clock)


def _outlook(centre: Centre, queue: str, incident: int) -> ForecastRow:
    with centre.session() as session:
        row = get_forecast(session, queue, kind="surge", incident_id=incident)
    assert row is not None
    return row


def _surge(centre: Centre) -> None:
    """Calls every two seconds for forty minutes."""
    start = centre.now - timedelta(minutes=40)
    centre.store("pbx", events=[call(i, start + i * timedelta(seconds=2)) for i in range(1200)])


def _revise(centre: Centre, incident: int, **facts: object) -> None:
    with centre.sessions.begin() as session:
        row = next(row for row in get_incidents(session) if row.id == incident)
        changed = IncidentFacts.from_json(row.facts).changed(**facts)
        revise_incident(
            session, incident, changed.to_json(), by="manager", now=centre.clock(), expected_revision=row.revision
        )


def test_without_an_incident_there_is_nothing_to_do(centre: Centre) -> None:
    assert _refresh(centre) == 0


def test_an_incident_in_a_centre_that_knows_no_normal_day_still_gets_its_prior(tmp_path: Path) -> None:
    centre = make_centre(tmp_path)
    incident = centre.open_incident()
    assert _refresh(centre) == 1
    row = _outlook(centre, "login", incident)
    assert row.basis["share_prior"] == 1
    assert max(point.p50 for point in row.points) > 10


def test_queues_that_are_not_struck_get_no_surge(centre: Centre) -> None:
    incident = centre.open_incident(queues=("login",))
    _refresh(centre)
    assert sum(point.p90 for point in _outlook(centre, "billing", incident).points) == 0
    assert sum(point.p50 for point in _outlook(centre, "login", incident).points) > 100


def test_outlooks_are_paced_and_a_revision_is_heeded_at_once(centre: Centre) -> None:
    incident = centre.open_incident()
    assert _refresh(centre) == 1
    centre.now += timedelta(seconds=59)
    assert _refresh(centre) == 0
    _revise(centre, incident, affected_high=1_100_000, affected_low=900_000)
    assert _refresh(centre) == 1
    centre.now += timedelta(seconds=60)
    assert _refresh(centre) == 1
    centre.now += timedelta(hours=6)
    assert _refresh(centre) == 1
    centre.now += timedelta(minutes=4)
    assert _refresh(centre) == 0


def test_until_a_quarter_hour_is_counted_every_quarter_minute_counts(centre: Centre) -> None:
    incident = centre.open_incident(started_at=centre.clock() - timedelta(minutes=2))
    assert _refresh(centre) == 1
    assert _outlook(centre, "login", incident).model == "response_curve"
    centre.now += timedelta(seconds=14)
    assert _refresh(centre) == 0
    centre.now += timedelta(seconds=1)
    assert _refresh(centre) == 1


def test_more_affected_customers_bring_more(centre: Centre) -> None:
    incident = centre.open_incident()
    _refresh(centre)
    few = sum(point.p50 for point in _outlook(centre, "login", incident).points)
    _revise(centre, incident, affected_high=1_100_000, affected_low=900_000)
    _refresh(centre)
    assert sum(point.p50 for point in _outlook(centre, "login", incident).points) > 1.5 * few


def test_a_share_that_a_person_stated_is_shown_as_changed(centre: Centre) -> None:
    incident = centre.open_incident(contact_share_low=0.1, contact_share_high=0.2)
    _refresh(centre)
    basis = surge_outlook.basis(_outlook(centre, "login", incident))
    share = next(one for one in basis.assumptions if one.key == "contact_share")
    assert (share.low, share.high, share.changed, share.source) == (0.1, 0.2, True, "stated")
    affected = basis.assumptions[0]
    assert (affected.key, affected.low, affected.high) == ("affected", 90_000, 110_000)


def test_a_resolved_incident_gets_no_further_outlook(centre: Centre) -> None:
    centre.open_incident(phase="resolved", ended_at=centre.clock())
    assert _refresh(centre) == 0


def test_an_incident_announced_for_later_waits_for_its_start(centre: Centre) -> None:
    centre.open_incident(started_at=centre.clock() + timedelta(hours=2))
    assert _refresh(centre) == 0


def test_what_two_incidents_have_together_is_shared_out(centre: Centre) -> None:
    _surge(centre)
    alone = centre.open_incident(queues=("login",))
    _refresh(centre)
    observed_alone = _outlook(centre, "login", alone).basis["observed"]
    second = centre.open_incident(queues=("login",), started_at=centre.clock() - timedelta(minutes=30))
    centre.now += timedelta(seconds=60)
    assert _refresh(centre) == 2
    parts = [_outlook(centre, "login", incident).basis["observed"] for incident in (alone, second)]
    assert sum(parts) == pytest.approx(observed_alone, abs=25)
    assert min(parts) > 0


def test_a_counted_surge_is_forecast_by_the_library_and_says_on_what_it_rests(centre: Centre) -> None:
    _surge(centre)
    incident = centre.open_incident(queues=("login",))
    _refresh(centre)
    row = _outlook(centre, "login", incident)
    basis = surge_outlook.basis(row)
    assert (row.model, basis.model) == ("surge_library", "library")
    assert basis.elapsed_min == 30
    assert (basis.library, basis.own, len(basis.nearest)) == (59, 0, 3)
    assert basis.score is not None
    assert basis.score.ratio < 1
    assert basis.peak is not None
    assert basis.people is not None
    assert basis.people.p50 < basis.expected_total.p50
    assert basis.clear[0] is not None
    last = row.points[-1].interval_start
    assert last - centre.clock() > timedelta(hours=71)
    assert all(point.p10 <= point.p50 <= point.p90 for point in row.points)


def test_a_source_that_lags_leaves_its_queues_unknown_and_the_others_counted(centre: Centre) -> None:
    _surge(centre)
    incident = centre.open_incident(started_at=centre.clock() - timedelta(minutes=40))
    _refresh(centre)
    together = surge_outlook.basis(_outlook(centre, "login", incident))
    centre.now += timedelta(minutes=15)
    start = centre.now - timedelta(minutes=15)
    centre.store("pbx", events=[call(2000 + i, start + i * timedelta(seconds=2)) for i in range(450)])
    _refresh(centre)  # the tickets were read a quarter of an hour ago
    alone = surge_outlook.basis(_outlook(centre, "login", incident))
    assert alone.elapsed_min == together.elapsed_min + 15
    assert alone.observed > together.observed + 300


def test_an_outlook_kept_by_an_earlier_version_can_still_be_read(centre: Centre) -> None:
    incident = centre.open_incident()
    _refresh(centre)
    row = _outlook(centre, "login", incident)
    old = replace(row, basis={key: value for key, value in row.basis.items() if key != "grounds"})
    assert surge_outlook.basis(old).expected_total == surge_outlook.basis(row).expected_total


def test_an_outage_on_its_second_day_still_knows_what_was_normal_on_the_first(centre: Centre) -> None:
    incident = centre.open_incident(started_at=centre.clock() - timedelta(hours=30))
    assert _refresh(centre) == 1
    assert _outlook(centre, "login", incident).points[0].interval_start == centre.clock().replace(minute=15)


def test_the_end_is_unknown_where_it_lies_beyond_what_is_looked_at() -> None:
    row = ForecastRow("q", "surge", None, "m", 900, (), basis={"normal_again": ["2026-03-04T09:00:00+00:00", None]})  # type: ignore[arg-type]
    assert surge_outlook.normal_again([row]) is None
    assert surge_outlook.normal_again([]) is None
