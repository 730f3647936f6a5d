"""One truth about levers: the file, what the plan's page sets and what the assumptions set, seen alike everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.services.accounts import ForbiddenError
from dashboard.services.board import lever_board
from dashboard.services.levers import lever_effects, lever_figures, lever_ranges
from dashboard.services.staffing import surge_plan_levers
from dashboard.services.staffing.surge_plan_levers import LeverEntryError
from dashboard.services.surge import lever_assumptions
from tests.dashboard.board_fakes import PEOPLE
from tests.dashboard.seeded_centre import Centre, make_ordinary
from tests.dashboard.services.lever_samples import CATALOGUE, MANAGER

PEOPLE_LEVER = """
[[lever]]
key = "extra"
kind = "people"
capacity = 10
lead_min = 30
least_min = 60
most_min = 180
cost_per_hour = 45
effect = [0.8, 1.0, 1.0]
"""


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    (tmp_path / "levers.toml").write_text(CATALOGUE + PEOPLE_LEVER, encoding="utf-8")
    return make_ordinary(tmp_path)


def in_the_plan(centre: Centre, **entries: dict[str, str]) -> None:
    with centre.sessions.begin() as session:
        surge_plan_levers.save(session, entries, settings=centre.settings, by=PEOPLE["planner"], now=centre.clock())


def in_the_assumptions(centre: Centre, **entries: tuple[str, str]) -> tuple[str, ...]:
    named = {f"lever.{key}": ends for key, ends in entries.items()}
    with centre.sessions.begin() as session:
        return lever_assumptions.save_all(session, named, settings=centre.settings, by=MANAGER, now=centre.clock())


def effects_of(centre: Centre, key: str) -> list[tuple[float, float, float]]:
    """The effect of a lever as plan, its form, outlook and assumptions know it."""
    with centre.session() as session:
        levers, _ = surge_plan_levers.catalogue(session, centre.settings)
        terms = next(one for one in surge_plan_levers.terms(session, centre.settings) if one.key == key)
        assumed = lever_effects.assumed(session, centre.settings)[key]
        fields = [one.field for one in lever_assumptions.fields(session, centre.settings) if one.lever == key]
    found = [next(one.effect for one in levers.levers if one.key == key)]
    found += [(terms.low, terms.effect, terms.high), (assumed.low, assumed.expected, assumed.high)]
    return found + [(one.low / 100, assumed.expected, one.high / 100) for one in fields]


def test_a_range_of_the_assumptions_holds_in_the_plan(centre: Centre) -> None:
    assert in_the_assumptions(centre, sms=("10", "40")) == ("lever.sms",)
    found = effects_of(centre, "sms")
    assert len(found) == 4
    assert all(one == pytest.approx((0.1, 0.2, 0.4)) for one in found)


def test_an_effect_of_the_plan_holds_in_the_outlook_and_the_assumptions(centre: Centre) -> None:
    in_the_plan(centre, sms={"effect": "70"})
    assert all(one == pytest.approx((0.3, 0.7, 0.7)) for one in effects_of(centre, "sms"))
    in_the_assumptions(centre, sms=("30", "70"))  # the form as it is shown changes nothing
    assert effects_of(centre, "sms")[0] == pytest.approx((0.3, 0.7, 0.7))
    in_the_plan(centre, sms={"effect": ""})
    assert effects_of(centre, "sms")[0] == (0.3, 0.5, 0.6)


def test_the_plans_form_sent_as_it_is_shown_keeps_a_range(centre: Centre) -> None:
    in_the_assumptions(centre, sms=("1", "9"))
    before = effects_of(centre, "sms")
    in_the_plan(centre, sms={"effect": "3", "lead_min": "15"})
    assert effects_of(centre, "sms") == before


def test_capacity_times_and_costs_of_the_plan_hold_on_the_situation(centre: Centre) -> None:
    in_the_plan(centre, extra={"capacity": "4", "lead_min": "75", "cost_per_hour": "60", "effect": "50"})
    with centre.session() as session:
        (lever,) = [one for one in lever_figures.of_centre(session, centre.settings) if one.key == "extra"]
        assumed = lever_effects.assumed(session, centre.settings)["extra"]
        line = lever_board._line(lever, assumed, queues=[], incident_id=1, on={}, now=centre.clock())
        changed = lever_figures.effective(session, centre.settings)
    assert (line.people and line.people.expected, line.lead_s, line.cost) == (2.0, 4500.0, 240.0)
    assert line.changed
    assert changed.changed["extra"] == ("capacity", "lead_min", "cost_per_hour", "effect")
    assert changed.is_changed("extra")


def test_what_makes_no_lever_is_refused_and_nothing_is_kept(centre: Centre) -> None:
    for bad in ({"effect": "0"}, {"effect": "96"}, {"lead_min": "-1"}):
        with pytest.raises(LeverEntryError):
            in_the_plan(centre, sms=bad, extra={"capacity": "5"})
    with centre.session() as session:
        assert lever_figures.kept(session) == {}
        assert lever_ranges.kept(session) == {}


def test_agents_change_nothing(centre: Centre) -> None:
    with centre.sessions.begin() as session, pytest.raises(ForbiddenError):
        surge_plan_levers.save(session, {}, settings=centre.settings, by=PEOPLE["agent"], now=centre.clock())


def test_without_a_file_the_plan_takes_the_shipped_levers_and_says_so_and_nobody_pulls_them(tmp_path: Path) -> None:
    centre = make_ordinary(tmp_path)
    with centre.session() as session:
        assert surge_plan_levers.catalogue(session, centre.settings)[1] == "shipped"
        assert lever_figures.of_centre(session, centre.settings) == ()
