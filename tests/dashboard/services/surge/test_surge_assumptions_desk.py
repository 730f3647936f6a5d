"""Changing what is assumed of a surge: in its unit, audited, taken back by empty fields, followed by the forecast."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.storage.read import get_forecast
from dashboard.domain.people import Role
from dashboard.services.accounts import Account, ForbiddenError
from dashboard.services.surge import surge_assumptions, surge_outlook
from dashboard.services.surge.surge_assumptions import AssumptionError, Field
from forecasting.surge import SurgeAssumptions
from tests.dashboard.seeded_centre import Centre, make_ordinary

ASSUMED = SurgeAssumptions()
MANAGER = Account("manager", Role.MANAGER, "de", "auto")


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def _save(centre: Centre, by: Account = MANAGER, **entries: tuple[str, str]) -> tuple[str, ...]:
    with centre.sessions.begin() as session:
        return surge_assumptions.save(session, entries, by=by, now=centre.clock())


def _fields(centre: Centre) -> dict[str, Field]:
    with centre.session() as session:
        return {one.name: one for one in surge_assumptions.fields(session)}


def test_every_assumption_has_a_field_in_its_unit(centre: Centre) -> None:
    shown = _fields(centre)
    assert set(shown) == set(ASSUMED.ranges())
    assert (shown["contact_share"].low, shown["contact_share"].unit) == (pytest.approx(16), "percent")
    assert (shown["half_life_s"].high, shown["half_life_s"].unit) == (pytest.approx(480), "minutes")
    assert (shown["rise"].low, shown["rise"].unit) == (0.7, "factor")
    assert not any(one.changed for one in shown.values())


def test_a_change_is_kept_marked_and_taken_back_by_empty_fields(centre: Centre) -> None:
    assert _save(centre, contact_share=("5 %", "12,5"), rise=("0.7", "2.5"), unknown=("1", "2")) == ("contact_share",)
    changed = _fields(centre)["contact_share"]
    assert (changed.low, changed.high, changed.changed) == (pytest.approx(5), pytest.approx(12.5), True)
    assert _save(centre, contact_share=("5", "12.5")) == ()
    assert _save(centre, contact_share=("", " ")) == ("contact_share",)
    assert not _fields(centre)["contact_share"].changed


@pytest.mark.parametrize("entry", [("9", "3"), ("0", "3"), ("many", "3"), ("3", ""), ("50", "140"), ("nan", "3")])
def test_what_is_no_range_is_refused_and_nothing_is_kept(centre: Centre, entry: tuple[str, str]) -> None:
    with pytest.raises(AssumptionError) as refused:
        _save(centre, contact_share=entry, half_life_s=("60", "120"))
    assert refused.value.problems == {"contact_share": "range"}
    assert not _fields(centre)["half_life_s"].changed


def test_who_does_not_run_incidents_changes_nothing(centre: Centre) -> None:
    with pytest.raises(ForbiddenError):
        _save(centre, Account("agent", Role.AGENT, "de", "auto"), contact_share=("5", "12"))


def test_the_forecast_follows(centre: Centre) -> None:
    incident = centre.open_incident(started_at=centre.clock())
    totals = []
    for entry in (("20", "40"), ("2", "4")):
        _save(centre, contact_share=entry, peak_share=tuple(f"{float(end) / 30:.4f}" for end in entry))  # type: ignore[arg-type]
        centre.now = centre.now.replace(second=centre.now.second + 20)
        with centre.sessions.begin() as session:
            assert surge_outlook.refresh(session, settings=centre.settings, clock=centre.clock) == 1
        with centre.session() as session:
            row = get_forecast(session, "login", kind="surge", incident_id=incident)
        assert row is not None
        basis = surge_outlook.basis(row)
        totals.append(basis.expected_total.p50)
        share = next(one for one in basis.assumptions if one.key == "contact_share")
        assert share.changed
    assert totals[1] < 0.2 * totals[0]
