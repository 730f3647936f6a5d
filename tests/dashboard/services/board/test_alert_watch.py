"""Rules against a real store: opened once, ended when over, told to each target once, and silent for what is old."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.storage.alert_rows import AlertEventRow, AlertRuleRow
from connectors.storage.read import get_alert_history, get_audit, get_deliveries, get_incidents, get_running_alerts
from connectors.storage.write import put_alert_rule, revise_incident
from dashboard.domain.incidents import IncidentFacts
from dashboard.services.accounts import ForbiddenError
from dashboard.services.board import alert_desk, alert_watch
from dashboard.services.board.alert_desk import EntriesError
from tests.dashboard.seeded_centre import Centre, make_ordinary, state
from tests.dashboard.services.desk_store import AGENT, MANAGER, PLANNER

ENTRIES = {
    "kind": "backlog", "subject": "", "threshold": "50", "clear": "30", "hold": "0", "quiet_from": "", "quiet_to": "",
    "emails": "", "ways": ["sound"], "webhooks": [], "language": "de",
}  # fmt: skip


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    made = make_ordinary(tmp_path)
    made.pulled()
    return made


def _rule(centre: Centre, **changed: Any) -> int:
    row = AlertRuleRow("backlog", "", 50.0, 30.0, 0, centre.clock(), "kim")
    with centre.sessions.begin() as session:
        return put_alert_rule(session, replace(row, **changed))


def _look(centre: Centre, *, later_s: float = 0.0) -> int:
    centre.now += timedelta(seconds=later_s)
    with centre.sessions.begin() as session:
        return alert_watch.look(session, settings=centre.settings, clock=centre.clock)


def _waiting(centre: Centre, count: int, *, later_s: float = 5.0) -> int:
    centre.now += timedelta(seconds=later_s)
    centre.store("pbx", states=[state("login", centre.now, waiting=count)])
    centre.pulled()
    return _look(centre)


def _events(centre: Centre) -> list[AlertEventRow]:
    with centre.session() as session:
        return get_alert_history(session)


def test_without_rules_nothing_is_read(centre: Centre) -> None:
    assert _look(centre) == 0


def test_one_cause_is_told_once_however_long_it_lasts(centre: Centre) -> None:
    _rule(centre, emails=("a@example.com", "b@example.com"), webhooks=("pager",))
    assert _waiting(centre, 80) == 1
    assert [_waiting(centre, count) for count in (90, 45, 120, 31)] == [0, 0, 0, 0]
    assert [(event.value, event.worst, event.ended_at) for event in _events(centre)] == [(31.0, 120.0, None)]
    with centre.session() as session:
        sent = get_deliveries(session, events=[event.id for event in _events(centre)])
    assert [(one.way, one.target) for one in sent] == [
        ("email", "a@example.com"), ("email", "b@example.com"), ("webhook", "pager"),
    ]  # fmt: skip


def test_when_it_was_over_it_is_told_anew(centre: Centre) -> None:
    _rule(centre)
    assert [_waiting(centre, count) for count in (80, 20, 80)] == [1, 0, 1]
    assert [event.ended_at is None for event in _events(centre)] == [True, False]


def test_two_workers_open_it_once(centre: Centre) -> None:
    _rule(centre)
    assert [_waiting(centre, 80), _look(centre), _look(centre)] == [1, 0, 0]
    assert len(_events(centre)) == 1


def test_what_has_not_held_yet_is_nowhere_to_be_seen(centre: Centre) -> None:
    _rule(centre, hold_s=60)
    assert [_waiting(centre, 80), _events(centre)] == [0, []]
    assert _waiting(centre, 10) == 0
    with centre.session() as session:
        assert get_running_alerts(session) == []
    assert [_waiting(centre, 80), _waiting(centre, 80, later_s=60)] == [0, 1]


def test_old_figures_neither_begin_nor_end_an_alert(centre: Centre) -> None:
    _rule(centre)
    _waiting(centre, 80)
    centre.now += timedelta(minutes=10)
    assert _look(centre) == 0
    assert [event.ended_at for event in _events(centre)] == [None]


def test_a_rule_that_is_turned_off_ends_what_it_opened(centre: Centre) -> None:
    rule = _rule(centre)
    _waiting(centre, 80)
    with centre.sessions.begin() as session:
        alert_desk.switch(session, rule, status="off", by=MANAGER, now=centre.clock())
    _look(centre, later_s=5)
    assert [event.ended_at is not None for event in _events(centre)] == [True]


def test_a_rule_of_one_queue_leaves_the_others_alone(centre: Centre) -> None:
    _rule(centre, subject="billing")
    assert _waiting(centre, 80) == 0


def test_a_source_that_is_silent_is_told_and_over_with_its_next_contacts(centre: Centre) -> None:
    _rule(centre, kind="source_silent", threshold=1200.0, clear=900.0)
    assert _look(centre) == 0
    assert _look(centre, later_s=1201) == 2
    assert {event.detail["label"] for event in _events(centre)} == {"pbx", "desk"}
    centre.store("pbx", states=[state("login", centre.now, waiting=0)])
    _look(centre, later_s=1)
    ended = {event.detail["label"]: event.ended_at is not None for event in _events(centre)}
    assert ended == {"pbx": True, "desk": False}


def test_every_broken_promise_is_a_cause_of_its_own(centre: Centre) -> None:
    _rule(centre, kind="update_overdue", threshold=60.0, clear=60.0)
    first = centre.clock() + timedelta(minutes=10)
    incident = centre.open_incident(next_update_at=first)
    assert [_look(centre, later_s=600), _look(centre, later_s=61), _look(centre, later_s=300)] == [0, 1, 0]
    _promise(centre, incident, centre.clock() + timedelta(minutes=5))
    assert [_look(centre, later_s=1), _look(centre, later_s=400)] == [0, 1]
    assert [event.ended_at is not None for event in _events(centre)] == [False, True]


def _promise(centre: Centre, incident: int, at: Any) -> None:
    with centre.sessions.begin() as session:
        row = next(one for one in get_incidents(session) if one.id == incident)
        facts = IncidentFacts.from_json(row.facts).changed(next_update_at=at).to_json()
        revise_incident(session, incident, facts, by="kim", now=centre.clock(), expected_revision=row.revision)


def test_in_quiet_hours_the_message_waits_and_the_page_does_not(centre: Centre) -> None:
    _rule(centre, emails=("a@example.com",), quiet_from="10:00", quiet_to="12:00")
    assert _waiting(centre, 80) == 1
    with centre.session() as session:
        assert len(alert_desk.waiting(session)) == 1
        sent = get_deliveries(session, events=[_events(centre)[0].id])
    assert sent[0].due_at.astimezone(centre.settings.zone).strftime("%H:%M") == "12:00"


def test_whoever_acknowledges_is_named_and_nobody_twice(centre: Centre) -> None:
    _rule(centre, sound=True)
    _waiting(centre, 80)
    with centre.sessions.begin() as session:
        event = alert_desk.waiting(session)[0]
        assert event.detail["sound"] is True
        assert alert_desk.acknowledge(session, event.id, by=MANAGER, now=centre.clock())
        assert not alert_desk.acknowledge(session, event.id, by=MANAGER, now=centre.clock())
        assert alert_desk.waiting(session) == ()
        assert [row.action for row in get_audit(session)] == ["alert.acknowledge"]
    assert [_waiting(centre, 90), _waiting(centre, 95)] == [0, 0]
    assert [(event.acknowledged_by, event.ended_at) for event in _events(centre)] == [(MANAGER.name, None)]


@pytest.mark.parametrize("person", [AGENT, PLANNER])
def test_others_neither_set_nor_acknowledge(centre: Centre, person: Any) -> None:
    with centre.session() as session:
        with pytest.raises(ForbiddenError):
            alert_desk.save(session, ENTRIES, by=person, settings=centre.settings, now=centre.clock())
        with pytest.raises(ForbiddenError):
            alert_desk.acknowledge(session, 1, by=person, now=centre.clock())


def test_a_rule_is_saved_changed_and_not_doubled(centre: Centre) -> None:
    def save(rule_id: int = 0, **changed: Any) -> int:
        with centre.sessions.begin() as session:
            typed = {**ENTRIES, **changed}
            return alert_desk.save(
                session, typed, by=MANAGER, settings=centre.settings, now=centre.clock(), rule_id=rule_id
            )

    made = save(subject="Login")
    assert save(made, subject="login", threshold="60", clear="40") == made
    with centre.session() as session:
        rules = alert_desk.desk(session, settings=centre.settings).rules
    assert [(row.subject, row.threshold, row.changed_by) for row in rules] == [("login", 60.0, MANAGER.name)]
    with pytest.raises(EntriesError) as refused:
        save(subject="login", threshold="60", clear="40")
    assert refused.value.problems == {"threshold": "exists"}
