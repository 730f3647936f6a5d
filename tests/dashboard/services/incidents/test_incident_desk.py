"""Opening and changing an incident: defaults, problems by field, conflicts, taking back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from connectors.storage.read import get_audit
from dashboard.domain.incidents import IncidentFacts, Phase, Severity
from dashboard.services.accounts import Account, ForbiddenError
from dashboard.services.incidents import incident_desk as desk
from dashboard.services.incidents.incident_form import FIELDS, FormError, form_of, new_form, read_form
from tests.dashboard.services.desk_store import ADMINISTRATOR, AGENT, DESK, MANAGER, NOW, OTHER_MANAGER, PLANNER, store

FORM = {"title": "Anmeldung gestört", "started_at": "10:00", "affected": "1,8–2,0 Mio"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with store(tmp_path) as session:
        yield session


def opened(session: Session, **more: str) -> int:
    return desk.open_incident(session, FORM | more, by=MANAGER, desk=DESK)


def problems(form: dict[str, str], base: IncidentFacts | None = None) -> set[tuple[str, str]]:
    with pytest.raises(FormError) as caught:
        read_form(form, desk=DESK, base=base)
    return {(p.field, p.code) for p in caught.value.problems}


def test_three_fields_open_an_incident(session: Session) -> None:
    incident = desk.incident(session, opened(session))
    assert incident.facts == IncidentFacts(
        title="Anmeldung gestört",
        started_at=datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        affected_low=1_800_000,
        affected_high=2_000_000,
    )
    assert (incident.revision, incident.recorded_by, incident.recorded_at) == (1, "kim", NOW)


def test_the_new_form_has_a_default_for_all_but_two_fields() -> None:
    facts = read_form(new_form(DESK) | {"title": "Login down", "affected": "2 million"}, desk=DESK)
    assert facts.started_at == NOW
    assert facts.next_update_at == NOW + timedelta(minutes=20)
    assert (facts.phase, facts.severity) == (Phase.INVESTIGATING, Severity.MAJOR)


def test_every_problem_is_named_at_once() -> None:
    form = {"title": " ", "started_at": "bald", "affected": "viele", "eta": "32.13. 10:00"}
    assert problems(form) == {
        ("title", "title_missing"),
        ("started_at", "time_unreadable"),
        ("affected", "number_unreadable"),
        ("eta", "time_no_such_day"),
    }
    assert problems({}) == {("title", "required"), ("started_at", "required"), ("affected", "required")}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"started_at": "morgen 10:00"}, ("started_at", "start_in_future")),
        ({"started_at": "01.06.2026 10:00"}, ("started_at", "start_too_old")),
        ({"eta": "24.11.2026 09:00"}, ("eta", "contradiction_eta")),
        ({"eta": "24.11.2026 10:20"}, ("eta", "time_past")),
        ({"next_update_at": "24.11.2026 10:20"}, ("next_update_at", "time_past")),
        ({"contact_share": "130 %"}, ("contact_share", "share_unreadable")),
        ({"phase": "over"}, ("phase", "choice_unknown")),
        ({"title": "x" * 201}, ("title", "text_too_long")),
        ({"phase": "resolved", "ended_at": "24.11.2026 09:30"}, ("ended_at", "end_before_start")),
    ],
)
def test_implausible_facts(more: dict[str, str], expected: tuple[str, str]) -> None:
    assert problems(FORM | more) == {expected}


def test_changing_keeps_what_the_form_shows_unchanged(session: Session) -> None:
    started = NOW - timedelta(minutes=40, seconds=13)
    incident_id = opened(session, started_at="jetzt")
    base = desk.incident(session, incident_id).facts.changed(started_at=started)
    shown = form_of(base, DESK)
    assert read_form(shown | {"eta": "14:30"}, desk=DESK, base=base).started_at == started


def test_a_change_is_a_new_revision_with_its_difference(session: Session) -> None:
    incident_id = opened(session)
    changed = desk.change_incident(
        session, incident_id, form={"eta": "14:30", "phase": "identified"}, expected_revision=1, by=MANAGER, desk=DESK
    )
    assert changed.revision == 2
    latest, first = desk.history(session, incident_id)
    assert [c.field for c in latest.changes] == ["phase", "eta"]
    assert first.changes == ()
    assert first.facts.eta is None


def test_saving_without_a_change_writes_nothing(session: Session) -> None:
    incident_id = opened(session)
    form = form_of(desk.incident(session, incident_id).facts, DESK)
    same = desk.change_incident(session, incident_id, form=form, expected_revision=1, by=MANAGER, desk=DESK)
    assert same.revision == 1
    assert len(desk.history(session, incident_id)) == 1


def test_a_stale_save_shows_the_difference_and_keeps_what_was_typed(session: Session) -> None:
    incident_id = opened(session)
    shown = form_of(desk.incident(session, incident_id).facts, DESK)
    theirs = shown | {"eta": "24.11.2026 15:00", "cause": "Update"}
    desk.change_incident(session, incident_id, form=theirs, expected_revision=1, by=OTHER_MANAGER, desk=DESK)
    mine = shown | {"eta": "24.11.2026 14:30", "region": "bundesweit"}
    with pytest.raises(desk.ConflictError) as caught:
        desk.change_incident(session, incident_id, form=mine, expected_revision=1, by=MANAGER, desk=DESK)
    conflict = caught.value
    assert [c.field for c in conflict.theirs] == ["eta", "cause"]
    assert conflict.current.recorded_by == "lou"
    assert conflict.form["eta"] == "24.11.2026 14:30"
    assert conflict.form["region"] == "bundesweit"
    assert conflict.form["cause"] == "Update"
    saved = desk.change_incident(session, incident_id, form=conflict.form, expected_revision=2, by=MANAGER, desk=DESK)
    assert (saved.facts.region, saved.facts.cause) == ("bundesweit", "Update")
    assert saved.facts.eta == datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


def test_taking_back_is_a_new_revision(session: Session) -> None:
    incident_id = opened(session)
    desk.change_incident(session, incident_id, form={"phase": "resolved"}, expected_revision=1, by=MANAGER, desk=DESK)
    assert desk.open_incidents(session) == []
    reverted = desk.revert_incident(
        session, incident_id, to_revision=1, expected_revision=2, by=OTHER_MANAGER, desk=DESK
    )
    assert (reverted.revision, reverted.facts.phase) == (3, Phase.INVESTIGATING)
    assert [r.incident_id for r in desk.open_incidents(session)] == [incident_id]
    with pytest.raises(desk.ConflictError):
        desk.revert_incident(session, incident_id, to_revision=1, expected_revision=2, by=MANAGER, desk=DESK)


def test_resolving_sets_the_end_and_opening_again_takes_it_away(session: Session) -> None:
    base = read_form(FORM, desk=DESK)
    resolved = read_form({"phase": "resolved"}, desk=DESK, base=base)
    assert resolved.ended_at == NOW
    later = replace(DESK, now=NOW + timedelta(hours=1))
    assert read_form({"phase": "reviewed"}, desk=later, base=resolved).ended_at == NOW
    assert read_form({"phase": "monitoring"}, desk=later, base=resolved).ended_at is None


@pytest.mark.parametrize("person", [AGENT, PLANNER])
def test_who_may_not(session: Session, person: Account) -> None:
    incident_id = opened(session)
    with pytest.raises(ForbiddenError):
        desk.open_incident(session, FORM, by=person, desk=DESK)
    with pytest.raises(ForbiddenError):
        desk.change_incident(session, incident_id, form=FORM, expected_revision=1, by=person, desk=DESK)
    with pytest.raises(ForbiddenError):
        desk.revert_incident(session, incident_id, to_revision=1, expected_revision=1, by=person, desk=DESK)
    assert desk.open_incident(session, FORM, by=ADMINISTRATOR, desk=DESK)


def test_every_change_is_audited(session: Session) -> None:
    incident_id = opened(session)
    desk.change_incident(session, incident_id, form={"cause": "Update"}, expected_revision=1, by=MANAGER, desk=DESK)
    desk.revert_incident(session, incident_id, to_revision=1, expected_revision=2, by=OTHER_MANAGER, desk=DESK)
    entries = {(row.user, row.action, row.detail) for row in get_audit(session, 10)}
    assert entries == {
        ("kim", "incident.open", "Anmeldung gestört"),
        ("kim", "incident.change", "cause: nothing → Update"),
        ("lou", "incident.revert", "cause: Update → nothing"),
    }


def test_unknown_incidents_are_said_to_be_unknown(session: Session) -> None:
    with pytest.raises(desk.UnknownIncidentError, match="incident 7"):
        desk.incident(session, 7)
    incident_id = opened(session)
    with pytest.raises(desk.UnknownIncidentError, match="revision 9"):
        desk.revert_incident(session, incident_id, to_revision=9, expected_revision=1, by=MANAGER, desk=DESK)


@given(
    low=st.integers(1, 10**9),
    spread=st.integers(0, 10**9),
    share=st.none() | st.integers(1, 1000),
    minutes=st.integers(1, 5000),
    language=st.sampled_from(["de", "en"]),
)
def test_a_form_reads_back_to_the_same_facts(
    low: int, spread: int, share: int | None, minutes: int, language: str
) -> None:
    here = replace(DESK, language=language)
    facts = IncidentFacts(
        title="A title",
        started_at=NOW - timedelta(minutes=7),
        affected_low=low,
        affected_high=low + spread,
        eta=NOW + timedelta(minutes=minutes),
        services=("Shop", "App"),
        contact_share_low=share and share / 1000,
        contact_share_high=share and share / 1000,
    )
    assert read_form(form_of(facts, here), desk=here) == facts
    assert set(form_of(facts, here)) == set(FIELDS)
