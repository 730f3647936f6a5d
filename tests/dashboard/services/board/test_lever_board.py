"""The levers of an incident: ranked by what they bring now, with cost and delay; what is on keeps its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.domain.board import SituationView
from dashboard.domain.levers import LeverBoard, LeverLine, Spread
from dashboard.services.board import lever_board, situation
from dashboard.services.incidents import incident_actions
from dashboard.services.readings import board_data
from dashboard.services.surge import surge_outlook
from tests.dashboard.seeded_centre import Centre, call, make_ordinary
from tests.dashboard.services.lever_samples import CATALOGUE, MANAGER, end, pull, undo, with_levers


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return with_levers(make_ordinary(tmp_path))


def _view(centre: Centre) -> SituationView:
    with centre.session() as session:
        return situation.view(session, settings=centre.settings, clock=centre.clock)


def _board(centre: Centre) -> LeverBoard:
    found = _view(centre).levers
    assert found is not None
    return found


def _lines(centre: Centre) -> dict[str, LeverLine]:
    return {line.key: line for line in _board(centre).lines}


def _surge(centre: Centre, every_s: float = 2) -> int:
    start, n = centre.now - timedelta(minutes=40), int(2400 / every_s)
    centre.store("pbx", events=[call(i, start + i * timedelta(seconds=every_s)) for i in range(n)])
    incident = centre.open_incident(queues=("login",))
    _refresh(centre)
    return incident


def _refresh(centre: Centre) -> None:
    with centre.sessions.begin() as session:
        surge_outlook.refresh(session, settings=centre.settings, clock=centre.clock)


def test_without_an_incident_there_are_no_levers(centre: Centre) -> None:
    assert _view(centre).levers is None


def test_without_a_catalogue_the_block_says_so(centre: Centre) -> None:
    (centre.settings.store.data_dir / "levers.toml").unlink()
    _surge(centre)
    board = _board(centre)
    assert (board.configured, board.lines, board.problem) == (False, (), "")
    with_levers(centre, "currency = 3")
    assert "levers" in _board(centre).problem


def test_they_are_ranked_by_the_contacts_of_the_next_two_hours(centre: Centre) -> None:
    incident = _surge(centre)
    board = _board(centre)
    brought = [line.contacts.expected for line in board.lines]
    assert brought == sorted(brought, reverse=True)
    assert [line.key for line in board.lines][0::4] == ["sms", "outsourcer"]
    lines = _lines(centre)
    sms, message, callback = lines["sms"], lines["message"], lines["callback"]
    assert sms.contacts.expected == pytest.approx(message.contacts.expected * 0.5 / 0.15)
    assert callback.contacts.expected == pytest.approx(0.4 * sms.contacts.expected)
    assert (board.incident_id, board.currency, sms.lead_s, sms.source) == (incident, "EUR", 900, "our last outage")


def test_a_share_counts_only_from_when_it_works(centre: Centre) -> None:
    _surge(centre)
    with centre.session() as session:
        data_now = _lines(centre)["sms"].contacts.expected
        assert session is not None
    with_levers(centre, CATALOGUE.replace("lead_min = 15\nleast_min = 480", "lead_min = 119\nleast_min = 480"))
    assert 0 < _lines(centre)["sms"].contacts.expected < 0.03 * data_now


def test_people_handle_what_their_time_allows_and_never_more_than_comes(centre: Centre) -> None:
    _surge(centre)
    overtime = _lines(centre)["overtime"]
    assert overtime.people is not None
    assert overtime.people.expected == pytest.approx(9)
    # 90 minutes of nine people at the occupancy limit of 0.9, five minutes a contact as it was measured
    assert overtime.contacts.expected == pytest.approx(9 * 5400 * 0.9 / 300, rel=0.15)
    with_levers(centre, CATALOGUE.replace("capacity = 10", "capacity = 5000"))
    many = _lines(centre)["overtime"].contacts
    assert many.low == many.high < 5000


def test_people_who_chat_handle_several_at_once(centre: Centre) -> None:
    _surge(centre)
    with centre.session() as session:
        data = board_data.load(session, settings=centre.settings, clock=centre.clock)
    helped = [queue for queue in data.queues if queue.row.key == "login"]
    chats = [replace(queue, row=replace(queue.row, concurrency=3)) for queue in helped]
    span = {"start": data.now, "end": data.now + timedelta(minutes=30)}
    people = Spread(1.0, 1.0, 1.0)
    one, three = (lever_board._handled(people, queues, **span) for queues in (helped, chats))
    assert one.expected > 0
    assert three.expected == pytest.approx(3 * one.expected)


def test_costs_are_those_of_the_shortest_shift_of_a_use_or_of_what_is_put_off(centre: Centre) -> None:
    _surge(centre)
    lines = _lines(centre)
    assert (lines["sms"].cost, lines["sms"].cost_hours) == (4000, None)
    assert (lines["overtime"].cost, lines["overtime"].cost_hours) == (500, 1)
    assert (lines["message"].cost, lines["outsourcer"].contacts.expected) == (0, 0)
    put_off = lines["callback"].contacts.expected
    assert lines["callback"].cost == pytest.approx(put_off * 300 / 3600 * 0.5, rel=0.15)


def test_a_lever_for_a_skill_that_no_struck_queue_has_brings_nothing(centre: Centre) -> None:
    _surge(centre)
    with_levers(centre, CATALOGUE.replace('key = "sms"', 'key = "sms"\nskills = ["loans"]'))
    assert _lines(centre)["sms"].contacts.expected == 0


def test_what_is_on_goes_last_and_blocks_what_it_excludes(centre: Centre) -> None:
    incident = _surge(centre)
    action = pull(centre, incident)
    board = _board(centre)
    assert board.lines[-1].key == "sms"
    on = board.lines[-1].action
    assert on is not None
    assert (on.id, on.at, on.by, on.ended, on.may_be_undone(centre.clock())) == (
        action,
        centre.clock(),
        "manager",
        False,
        True,
    )
    assert on.starts_at - on.at == timedelta(minutes=15)
    assert _lines(centre)["message"].blocked_by == "sms"
    centre.now += timedelta(minutes=6)
    end(centre, action)
    board = _board(centre)
    assert all(line.action is None and not line.blocked_by for line in board.lines)
    assert [(one.lever, one.ended) for one in board.done] == [("sms", True)]


def test_one_taken_back_leaves_no_trace_on_the_board(centre: Centre) -> None:
    incident = _surge(centre)
    undo(centre, pull(centre, incident))
    view = _view(centre)
    assert view.levers is not None
    assert view.levers.done == ()
    assert all(fan.marks == () for fan in view.fans)


def test_what_was_done_is_marked_on_every_chart(centre: Centre) -> None:
    incident = _surge(centre)
    pull(centre, incident)
    centre.now += timedelta(minutes=3)
    with centre.sessions.begin() as session:
        incident_actions.note(session, incident, text="Vendor called", by=MANAGER, now=centre.clock())
    for fan in _view(centre).fans:
        assert [(mark.kind, mark.lever, mark.text) for mark in fan.marks] == [
            ("lever", "sms", ""),
            ("note", "", "Vendor called"),
        ]


def test_what_is_measured_stands_beside_what_is_assumed(centre: Centre) -> None:
    incident = _surge(centre)
    centre.now += timedelta(seconds=2)
    pull(centre, incident)
    _refresh(centre)
    on = _lines(centre)["sms"].action
    assert on is not None
    assert on.assumed is not None
    assert on.measured is not None
    assert (on.assumed.expected, on.measured.why) == (0.5, "soon")
