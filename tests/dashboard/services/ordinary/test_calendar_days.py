"""Days that people enter: read, kept, taken back, given back, and what the forecast makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from connectors.storage.read import get_audit, get_calendar, get_queues
from connectors.storage.rows import QueueRow
from connectors.storage.write import upsert_queues
from dashboard.services.accounts import ForbiddenError
from dashboard.services.ordinary import calendar_days
from dashboard.services.ordinary.calendar_days import CalendarError
from dashboard.services.readings.queue_history import calendar_of
from tests.dashboard.services.desk_store import AGENT, NOW, PLANNER, store

FORM = {
    "kind": "campaign",
    "name": "Sale 2026",
    "first_day": "30.11.2026",
    "last_day": "2026-12-04",
    "percent": "+30 %",
}
TODAY = date(2026, 11, 24)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with store(tmp_path) as made:
        upsert_queues(made, [QueueRow("hotline", "Hotline", "call"), QueueRow("chat", "Chat", "chat")])
        yield made


def enter(session: Session, **changed: str) -> int:
    return calendar_days.enter(session, FORM | changed, by=PLANNER, now=NOW)


def test_an_entry_reaches_the_queues_it_is_for(session: Session) -> None:
    enter(session, queue="hotline")
    hotline = {row.key: row for row in get_queues(session)}["hotline"]
    chat = {row.key: row for row in get_queues(session)}["chat"]
    (group,) = calendar_of(hotline).special
    assert group.name == "campaign: Sale"
    assert group.days[0] == (date(2026, 11, 30), pytest.approx(0.3))
    assert len(group.days) == 5
    assert calendar_of(chat).special == ()


def test_a_closure_closes_and_has_no_effect_of_its_own(session: Session) -> None:
    enter(session, kind="closure", name="Works outing", last_day="")
    calendar = calendar_of(get_queues(session)[0])
    assert calendar.closures == {date(2026, 11, 30)}
    assert calendar.special == ()
    assert not len(calendar.open_index(datetime(2026, 11, 30, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)))


def test_years_and_kinds_decide_what_is_alike(session: Session) -> None:
    for name, kind in (("Sale 2025/26", "campaign"), ("SALE", "campaign"), ("Autumn 2026", "school_holiday")):
        enter(session, name=name, kind=kind)
    enter(session, name="Winter", kind="school_holiday")
    assert [group.name for group in calendar_of(get_queues(session)[0]).special] == ["campaign: Sale", "school_holiday"]


@pytest.mark.parametrize(
    ("changed", "problems"),
    [
        ({"kind": "party"}, {"kind": "kind"}),
        ({"name": " "}, {"name": "name"}),
        ({"name": "x" * 101}, {"name": "name"}),
        ({"first_day": ""}, {"first_day": "needed"}),
        ({"first_day": "31.11.2026"}, {"first_day": "day"}),
        ({"first_day": "tomorrow"}, {"first_day": "day"}),
        ({"first_day": "1.1.1899"}, {"first_day": "day"}),
        ({"last_day": "29.11.2026"}, {"last_day": "order"}),
        ({"last_day": "1.1.2029"}, {"last_day": "order"}),
        ({"queue": "fax"}, {"queue": "queue"}),
        ({"percent": "much"}, {"percent": "percent"}),
        ({"percent": "-100"}, {"percent": "percent"}),
        ({"percent": "nan"}, {"percent": "percent"}),
        ({"kind": "", "percent": "1e9"}, {"kind": "kind", "percent": "percent"}),
    ],
)
def test_what_cannot_be_taken_is_named_and_nothing_kept(
    session: Session, changed: dict[str, str], problems: dict[str, str]
) -> None:
    with pytest.raises(CalendarError) as error:
        enter(session, **changed)
    assert error.value.problems == problems
    assert get_calendar(session) == []


def test_the_same_twice_is_refused(session: Session) -> None:
    enter(session)
    with pytest.raises(CalendarError, match="twice"):
        enter(session, percent="")


def test_taken_back_and_given_back(session: Session) -> None:
    made = enter(session)
    assert calendar_days.withdraw(session, made, by=PLANNER, now=NOW)
    assert not calendar_days.withdraw(session, made, by=PLANNER, now=NOW)
    assert calendar_of(get_queues(session)[0]).special == ()
    assert calendar_days.restore(session, made, by=PLANNER, now=NOW)
    assert not calendar_days.restore(session, made, by=PLANNER, now=NOW)
    assert [entry.name for entry in calendar_days.view(session, today=TODAY).entries] == ["Sale 2026"]
    actions = {entry.action for entry in get_audit(session)}
    assert {"calendar.entered", "calendar.withdrawn", "calendar.restored"} <= actions


def test_what_was_entered_anew_meanwhile_is_not_given_back_twice(session: Session) -> None:
    made = enter(session)
    calendar_days.withdraw(session, made, by=PLANNER, now=NOW)
    enter(session)
    assert not calendar_days.restore(session, made, by=PLANNER, now=NOW)


def test_only_planners_may(session: Session) -> None:
    made = enter(session)
    for act in (
        lambda: calendar_days.enter(session, FORM, by=AGENT, now=NOW),
        lambda: calendar_days.import_file(session, "", by=AGENT, now=NOW),
        lambda: calendar_days.withdraw(session, made, by=AGENT, now=NOW),
        lambda: calendar_days.restore(session, made, by=AGENT, now=NOW),
    ):
        with pytest.raises(ForbiddenError):
            act()


FILE = "\ufeffKind;Name;First_day;Last_day\nschool_holiday;Ferien 2026;17.10.2026;31.10.2026\nbilling;Run;2026-11-02;\n"


def test_a_file_is_taken_once(session: Session) -> None:
    assert len(calendar_days.import_file(session, FILE, by=PLANNER, now=NOW)[0]) == 2
    assert calendar_days.import_file(session, FILE, by=PLANNER, now=NOW) == ([], 2)
    assert [entry.first_day for entry in get_calendar(session)] == [date(2026, 10, 17), date(2026, 11, 2)]


@pytest.mark.parametrize(
    ("text", "problems", "line"),
    [
        ("", {"file": "empty"}, 0),
        ("kind,name,first_day\n", {"file": "empty"}, 0),
        ("kind,first_day\nbilling,2026-01-01\n", {"file": "columns", "columns": "name"}, 1),
        ("kind,name,first_day\nbilling,Run,2026-01-02\nbilling,Run,2026-13-02\n", {"first_day": "day"}, 3),
        ("kind,name,first_day\nbilling\n", {"name": "name", "first_day": "needed"}, 2),
        ('kind,name,first_day\n"billing,Run,2026-01-02\n', {"kind": "kind", "name": "name", "first_day": "needed"}, 2),
    ],
)
def test_a_file_with_a_fault_changes_nothing(session: Session, text: str, problems: dict[str, str], line: int) -> None:
    with pytest.raises(CalendarError) as error:
        calendar_days.import_file(session, text, by=PLANNER, now=NOW)
    assert (error.value.problems, error.value.line) == (problems, line)
    assert get_calendar(session) == []


def test_more_than_two_thousand_lines_are_refused(session: Session) -> None:
    rows = "".join(f"billing,Run {n},2026-01-02\n" for n in range(2_001))
    with pytest.raises(CalendarError, match="long"):
        calendar_days.import_file(session, "kind,name,first_day\n" + rows, by=PLANNER, now=NOW)
