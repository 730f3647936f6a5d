"""The roster's use cases: draft, confirm, undo, what is told of it, and who counts it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from connectors.storage.read import get_audit, get_queues
from dashboard.domain.what_if import Changes
from dashboard.services.accounts import ForbiddenError
from dashboard.services.staffing import roster, roster_people, staffing_plan, what_if, what_if_inputs
from dashboard.services.staffing.roster import RosterError
from dashboard.services.staffing.roster_store import to_rows, to_shifts
from tests.dashboard.board_fakes import PEOPLE
from tests.dashboard.seeded_centre import BERLIN, Centre, make_ordinary
from tests.dashboard.services.staffing.roster_samples import PLANNER, day, rows, take, upload


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def test_a_draft_counts_for_nothing_until_it_is_confirmed(centre: Centre) -> None:
    draft = upload(centre, rows(day("Ann", "login", "08:00", "16:30", breaks="12:00-12:30")), file="C:\\x\\a.csv")
    with centre.session() as session:
        assert roster.in_force(session) is None
        found = roster.own_draft(session, by=PLANNER)
        assert found is not None
        assert (found.id, found.file, found.shifts, found.people, found.hours) == (draft, "a.csv", 1, 1, 8.0)
        assert roster.own_draft(session, by=PEOPLE["manager"]) is None
    with centre.sessions.begin() as session:
        roster.confirm(session, draft, by=PLANNER, now=centre.clock())
        assert (now := roster.in_force(session)) is not None
        assert (now.id, now.skills, now.on_call, now.knows_breaks) == (draft, ("login",), False, True)
        assert get_audit(session)[0].action == "roster.confirm"
        with pytest.raises(RosterError, match="draft_gone"):
            roster.confirm(session, draft, by=PLANNER, now=centre.clock())


def test_rows_at_fault_stop_it_unless_somebody_says_so(centre: Centre) -> None:
    draft = upload(centre, rows(day("Ann", "login", "08:00", "16:00"), day("Bo", "harbour", "08:00", "16:00")))
    with centre.sessions.begin() as session:
        with pytest.raises(RosterError, match="rows_at_fault"):
            roster.confirm(session, draft, by=PLANNER, now=centre.clock())
        assert roster.confirm(session, draft, partly=True, by=PLANNER, now=centre.clock()).shifts == 1


def test_a_file_without_a_shift_cannot_be_put_in_force(centre: Centre) -> None:
    draft = upload(centre, b"nonsense")
    with centre.sessions.begin() as session:
        with pytest.raises(RosterError, match="nothing_to_take"):
            roster.confirm(session, draft, partly=True, by=PLANNER, now=centre.clock())
        roster.discard(session, draft, by=PLANNER)
        roster.discard(session, draft, by=PLANNER)
        assert roster.own_draft(session, by=PLANNER) is None


def test_undo_gives_the_roster_before(centre: Centre) -> None:
    first = take(centre, day("Ann", "login", "08:00", "16:00"), file="first.csv")
    centre.now += timedelta(minutes=5)
    second = take(centre, day("Bo", "login", "08:00", "16:00"), file="second.csv")
    with centre.sessions.begin() as session:
        assert [one.file for one in roster.history(session)] == ["second.csv", "first.csv"]
        with pytest.raises(RosterError, match="not_in_force"):
            roster.undo(session, first, by=PLANNER, now=centre.clock())
        assert (now := roster.undo(session, second, by=PLANNER, now=centre.clock())) is not None
        assert now.file == "first.csv"
        assert roster.undo(session, first, by=PLANNER, now=centre.clock()) is None


def test_who_may_not_plan_may_not_change_it(centre: Centre) -> None:
    with centre.sessions.begin() as session, pytest.raises(ForbiddenError):
        roster.draft(session, b"", file="a", zone="", settings=centre.settings, by=PEOPLE["agent"], now=centre.clock())


def test_an_unknown_zone_is_said(centre: Centre) -> None:
    with centre.session() as session, pytest.raises(RosterError, match="zone_unknown"):
        roster.preview(session, rows(), zone="Middle/Earth", settings=centre.settings)


def test_many_problems_are_counted_and_the_first_kept(centre: Centre) -> None:
    upload(centre, rows(*(day(f"P{i}", "harbour", "08:00", "16:00") for i in range(600))))
    with centre.session() as session:
        assert (found := roster.own_draft(session, by=PLANNER)) is not None
        assert (len(found.problems), found.more_problems) == (500, 100)
        assert found.problems[0].row == 2


def test_the_need_shows_who_is_scheduled_and_what_is_missing(centre: Centre) -> None:
    take(
        centre,
        day("Team", "login", "08:00", "12:00", people=3),
        day("Cy", "login", "10:10", "20:00", breaks="11:00-11:15"),
    )
    with centre.session() as session:
        shown = staffing_plan.view(session, settings=centre.settings, clock=centre.clock)
    login = next(one for one in shown.queues if one.key == "login")
    at = {one.at.astimezone(BERLIN).strftime("%d %H:%M"): one for one in login.cells}
    assert [at[f"03 {clock}"].rostered for clock in ("08:00", "10:15", "11:00", "12:00")] == [3, 4, 3, 1]
    assert at["03 10:00"].rostered == pytest.approx(3 + 5 / 15)
    cell = at["03 12:00"]
    assert (cell.short_p50, cell.short_p90) == (cell.scheduled_p50 - 1, cell.scheduled_p90 - 1)
    # Behind the roster's last day, and for a queue it does not name, nothing is known.
    assert at["04 10:00"].rostered is None
    other = next(one for one in shown.queues if one.key == "billing")
    assert all(one.rostered is None and one.short_p50 is None for one in other.cells)


def test_who_can_do_two_queues_counts_once_where_the_need_is(centre: Centre) -> None:
    with centre.session() as session:
        queues = get_queues(session)
    start = datetime(2026, 3, 3, 8, tzinfo=BERLIN).astimezone(centre.clock().tzinfo)
    starts = [start + i * timedelta(minutes=15) for i in range(4)]
    with centre.session() as session:
        reading = roster.preview(
            session,
            rows(day("Team", "login|billing", "08:00", "09:00", people=6), day("Eva", "", "08:00", "09:00")),
            zone="",
            settings=centre.settings,
        )
    need = {"login": np.array([1.0, 2.0, 0.0, 0.0]), "billing": np.array([2.0, 1.0, 0.0, 5.0])}
    there = roster_people.people(reading.shifts, queues, starts=starts, need=need)
    assert there["login"].tolist() == pytest.approx([2, 4, 3, 0], abs=1e-6)
    assert there["billing"].tolist() == pytest.approx([4, 2, 3, 6], abs=1e-6)
    assert to_shifts(to_rows(reading.shifts)) == reading.shifts


def test_the_what_if_counts_the_roster_less_those_absent(centre: Centre) -> None:
    def ask() -> tuple[np.ndarray, what_if.WhatIf]:
        with centre.session() as session:
            inputs = what_if_inputs.current(session, settings=centre.settings, clock=centre.clock)
        login = next(one for one in inputs.queues if one.row.key == "login")
        return login.agents[inputs.first :], what_if.answer(inputs, Changes())

    ordinary, before = ask()
    assert before.rostered == 0
    take(centre, day("Team", "login", "08:00", "20:00", people=2))
    few, after = ask()
    assert after.rostered == 1
    open_until_eight = slice(0, 37)
    assert few[open_until_eight] == pytest.approx(2 * 0.7)
    assert few[open_until_eight].max() < ordinary[open_until_eight].max()
    assert after.before.service_level is not None
    assert before.before.service_level is not None
    assert after.before.service_level < before.before.service_level
    assert ordinary[96 - 3 :].tolist() == few[96 - 3 :].tolist()  # the next day the roster does not reach


def test_breaches_follow_the_rules_in_force(centre: Centre) -> None:
    take(centre, day("Ann", "login", "08:00", "15:00", breaks="12:00-12:20"))

    def kinds() -> list[str]:
        with centre.session() as session:
            now = roster.in_force(session)
            assert now is not None
            return [one.kind for one in roster.breaches(session, now, settings=centre.settings)]

    assert kinds() == ["break"]
    (centre.settings.store.data_dir / "working_time.toml").write_text("[breaks]\ndue = []\n", encoding="utf-8")
    assert kinds() == []
