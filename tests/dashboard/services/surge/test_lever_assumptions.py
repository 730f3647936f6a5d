"""Levers' ranges on the form of assumptions: changed, audited, given back, refused whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.storage.read import get_audit
from dashboard.services.accounts import Account, ForbiddenError
from dashboard.services.surge import lever_assumptions, surge_assumptions, surge_outlook
from dashboard.services.surge.lever_assumptions import LeverField
from dashboard.services.surge.surge_assumptions import AssumptionError
from tests.dashboard.seeded_centre import Centre, make_ordinary
from tests.dashboard.services.lever_samples import AGENT, MANAGER, pull, with_levers


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return with_levers(make_ordinary(tmp_path))


def _fields(centre: Centre) -> dict[str, LeverField]:
    with centre.session() as session:
        return {one.lever: one for one in lever_assumptions.fields(session, centre.settings)}


def _save(centre: Centre, entries: dict[str, tuple[str, str]], by: Account = MANAGER) -> tuple[str, ...]:
    with centre.sessions.begin() as session:
        return lever_assumptions.save_all(session, entries, settings=centre.settings, by=by, now=centre.clock())


def test_every_lever_that_avoids_contacts_and_the_update_has_a_field(centre: Centre) -> None:
    shown = _fields(centre)
    assert list(shown) == ["sms", "message", "status_update"]
    sms = shown["sms"].field
    assert (sms.name, sms.low, sms.high, sms.unit, sms.changed) == ("lever.sms", 30, 60, "percent", False)
    assert (sms.source, shown["status_update"].field.source) == ("our last outage", "")


def test_a_change_is_kept_audited_and_given_back(centre: Centre) -> None:
    assert _save(centre, {"lever.sms": ("10 %", "22,5"), "lever.message": ("5", "30"), "lever.x": ("1", "2")}) == (
        "lever.sms",
    )
    field = _fields(centre)["sms"].field
    assert (field.low, field.high, field.changed) == (pytest.approx(10), pytest.approx(22.5), True)
    with centre.session() as session:
        assert [(row.action, row.subject) for row in get_audit(session)] == [("lever.effects", "sms")]
    assert _save(centre, {"lever.sms": ("", "")}) == ("lever.sms",)
    assert not _fields(centre)["sms"].field.changed


@pytest.mark.parametrize("entry", [("9", "3"), ("0", "3"), ("many", "3"), ("3", ""), ("50", "96"), ("nan", "3")])
def test_what_is_no_share_is_refused_with_every_other_fault_and_nothing_is_kept(
    centre: Centre, entry: tuple[str, str]
) -> None:
    with pytest.raises(AssumptionError) as refused:
        _save(centre, {"lever.sms": entry, "rise": ("3", "1"), "contact_share": ("1", "2")})
    assert refused.value.problems == {"lever.sms": "share", "rise": "range"}
    with pytest.raises(AssumptionError):
        _save(centre, {"lever.sms": entry, "contact_share": ("1", "2")})
    assert not _fields(centre)["sms"].field.changed
    with centre.session() as session:
        assert not any(one.changed for one in surge_assumptions.fields(session))


def test_who_does_not_run_incidents_changes_nothing(centre: Centre) -> None:
    with pytest.raises(ForbiddenError):
        _save(centre, {"lever.sms": ("5", "12")}, AGENT)


def test_what_was_measured_stands_beside_the_range(centre: Centre) -> None:
    incident = centre.open_incident()
    assert _fields(centre)["sms"].measured == ()
    pull(centre, incident)
    centre.now += timedelta(seconds=1)
    with centre.sessions.begin() as session:
        surge_outlook.refresh(session, settings=centre.settings, clock=centre.clock)
    ((at, found),) = _fields(centre)["sms"].measured
    assert (at, found.why) == (centre.clock() - timedelta(seconds=1), "soon")
