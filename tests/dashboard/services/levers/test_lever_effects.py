"""What is done lowers the outlook by what is assumed of it, for as long as it works, and counts are held against it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.storage.read import get_forecast
from dashboard.domain.board import SurgeBasis
from dashboard.domain.levers import Spread
from dashboard.services.incidents import incident_actions
from dashboard.services.levers import lever_choice, lever_effects, lever_ranges
from dashboard.services.levers.lever_effects import Terms, Working
from dashboard.services.surge import action_measure
from dashboard.services.surge import surge_outlook as outlook
from tests.dashboard.seeded_centre import Centre, call, make_ordinary
from tests.dashboard.services.lever_samples import MANAGER, end, pull, undo, with_levers


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return with_levers(make_ordinary(tmp_path))


def _refresh(centre: Centre) -> int:
    with centre.sessions.begin() as session:
        return outlook.refresh(session, settings=centre.settings, clock=centre.clock)


def _basis(centre: Centre, incident: int) -> SurgeBasis:
    with centre.session() as session:
        row = get_forecast(session, "login", kind="surge", incident_id=incident)
    assert row is not None
    return outlook.basis(row)


def _next_4h(centre: Centre, incident: int) -> float:
    made = _basis(centre, incident).next_4h
    assert made is not None
    return made.p50


def _calls(centre: Centre, *, first: int, minutes: int, every_s: float) -> None:
    """Calls of the last minutes, evenly."""
    start = centre.now - timedelta(minutes=minutes)
    n = int(60 * minutes / every_s)
    centre.store("pbx", events=[call(first + i, start + i * timedelta(seconds=every_s)) for i in range(n)])
    centre.pulled("desk")


def _surge(centre: Centre) -> int:
    _calls(centre, first=0, minutes=40, every_s=2)
    return centre.open_incident(queues=("login",))


def test_a_lever_lowers_the_next_four_hours_at_once_and_undoing_restores_them(centre: Centre) -> None:
    incident = _surge(centre)
    _refresh(centre)
    before = _next_4h(centre, incident)
    action = pull(centre, incident)
    centre.now += timedelta(seconds=2)
    assert _refresh(centre) == 1
    made = _basis(centre, incident)
    assert made.next_4h is not None
    assert 0.45 * before < made.next_4h.p50 < 0.75 * before
    (effect,) = made.effects
    assert (effect.key, effect.share, effect.start) == (
        "sms",
        Spread(0.3, 0.5, 0.6),
        centre.clock() + timedelta(minutes=15, seconds=-2),
    )
    undo(centre, action)
    assert _refresh(centre) == 1
    assert _next_4h(centre, incident) == pytest.approx(before, rel=1e-6)
    assert _basis(centre, incident).effects == ()


def test_what_people_do_and_what_is_put_off_makes_no_fewer_contacts_come(centre: Centre) -> None:
    incident = _surge(centre)
    _refresh(centre)
    for lever in ("overtime", "callback"):
        pull(centre, incident, lever)
    assert _refresh(centre) == 0


def test_a_lever_that_ends_before_it_works_does_nothing(centre: Centre) -> None:
    incident = _surge(centre)
    _refresh(centre)
    action = pull(centre, incident)
    centre.now += timedelta(minutes=6)
    end(centre, action)
    with centre.session() as session:
        known = lever_effects.assumed(session, centre.settings)
        assert lever_effects.working(session, incident, known=known) == ()


def test_the_same_measure_done_again_goes_on_and_does_not_work_twice(centre: Centre) -> None:
    incident = centre.open_incident()
    for minutes in (0, 60, 400):
        with centre.sessions.begin() as session:
            at = centre.clock() + timedelta(minutes=minutes)
            incident_actions.publish(session, incident, text="u", by=MANAGER, settings=centre.settings, now=at)
    with centre.session() as session:
        known = lever_effects.assumed(session, centre.settings)
        found = lever_effects.working(session, incident, known=known)
    starts = [(one.start - centre.clock()) / timedelta(minutes=1) for one in found]
    ends = [(one.end - centre.clock()) / timedelta(minutes=1) for one in found]
    assert (starts, ends) == ([5, 405], [305, 645])


def test_a_changed_range_is_followed_and_its_middle_is_expected(centre: Centre) -> None:
    incident = _surge(centre)
    pull(centre, incident)
    _refresh(centre)
    before = _next_4h(centre, incident)
    with centre.sessions.begin() as session:
        lever_ranges.keep(session, {"sms": lever_ranges.between(0.01, 0.04)})
    assert _refresh(centre) == 1
    assert _next_4h(centre, incident) > 1.3 * before
    assert _basis(centre, incident).effects[0].share == Spread(0.01, pytest.approx(0.02), 0.04)


def test_a_lever_that_left_the_catalogue_keeps_the_terms_it_had(centre: Centre) -> None:
    incident = _surge(centre)
    pull(centre, incident)
    with_levers(centre, '[[lever]]\nkey = "other"\nkind = "demand"\neffect = 0.1\n')
    _refresh(centre)
    assert _basis(centre, incident).effects[0].share == Spread(0.3, 0.5, 0.6)


def test_a_measure_for_some_skills_weighs_by_their_part() -> None:
    terms = Terms(key="a", kind="demand", skills=("x",), low=0.2, expected=0.4, high=1.0)
    moment = datetime(2026, 3, 3, 9, tzinfo=UTC)
    (effect,) = lever_effects.effects([Working(terms, moment, moment + timedelta(hours=1))], reach={("x",): 0.5})
    assert (effect.low, effect.expected, effect.high) == (0.1, 0.2, 0.5)
    (whole,) = lever_effects.effects([Working(terms, moment, moment + timedelta(hours=1))], reach={})
    assert whole.high == 0.95


def test_counts_are_held_against_the_outlook_before(centre: Centre) -> None:
    incident = _surge(centre)
    _refresh(centre)
    said = _next_4h(centre, incident)
    centre.now += timedelta(seconds=1)
    action = str(pull(centre, incident))
    _refresh(centre)
    assert _basis(centre, incident).measured[action].why == "soon"
    centre.now += timedelta(minutes=95)
    _calls(centre, first=5000, minutes=94, every_s=20)
    _refresh(centre)
    found = _basis(centre, incident).measured[action]
    assert found.share is not None
    assert found.share.low <= found.share.expected <= found.share.high
    assert found.contacts == pytest.approx(5 * (45 - 20), abs=10)  # five quarters, 45 calls each, 20 of them normal
    assert said > 0
    assert found.others == 0


def test_without_an_outlook_before_nothing_is_measured(centre: Centre) -> None:
    incident = _surge(centre)
    action = str(pull(centre, incident))
    centre.now += timedelta(minutes=95)
    _calls(centre, first=5000, minutes=94, every_s=20)
    _refresh(centre)
    assert _basis(centre, incident).measured[action].why == "no_outlook"


def test_the_ratio_and_its_range() -> None:
    found = action_measure.compare(300.0, Spread(250.0, 400.0, 600.0), others=1)
    assert found.share is not None
    assert (found.share.low, found.share.expected, found.share.high) == pytest.approx((-0.2, 0.25, 0.5))
    assert (found.others, found.contacts) == (1, 300)
    assert action_measure.compare(3.0, Spread(10.0, 49.0, 90.0)).why == "too_few"


def test_a_catalogue_that_cannot_be_read_is_said_and_breaks_no_outlook(centre: Centre) -> None:
    with_levers(centre, '[[lever]]\nkey = "sms"\nkind = "hope"\n')
    choice = lever_choice.configured(centre.settings)
    assert choice.catalogue is None
    assert "kind must be one of" in choice.problem
    _surge(centre)
    assert _refresh(centre) == 1


def test_a_drill_without_a_catalogue_plays_with_the_shipped_one(centre: Centre) -> None:
    (centre.settings.store.data_dir / "levers.toml").unlink()
    assert lever_choice.configured(centre.settings).catalogue is None
    drill = centre.settings.model_copy(update={"drill": True})
    assert lever_choice.configured(drill).catalogue == lever_choice.shipped()
