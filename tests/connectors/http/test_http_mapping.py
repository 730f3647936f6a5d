"""Rows to records: times, states of tickets, and rows that cannot be taken."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import RecordError, SourceError
from connectors.mapping import TicketStatus, identity, map_records, ticket_event, utc, utc_or_none
from connectors.records import Channel, ContactEvent, IntervalVolume, Outcome, QueueState

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    ["2026-11-23T12:00:00Z", "2026-11-23T13:00:00+01:00", "2026-11-23T13:00:00.000+0100", NOW.timestamp(), 1795435200],
)
def test_times_are_read_as_utc(said: Any) -> None:
    assert utc(said, field="created") == NOW
    assert utc(said, field="created").utcoffset() == timedelta(0)
    assert utc_or_none(None, field="closed") is None


@pytest.mark.parametrize(
    "said",
    [
        *(
            "",
            "soon",
            "2026-11-23T12:00:00",
            "2026-13-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "1970-01-01T00:00:00Z",
        ),
        *(None, True, [], {}, float("nan"), float("inf"), -1, 10**30, 1795435200000, "9999-12-31T23:59:59-14:00"),
    ],
)
def test_what_is_no_time_is_refused(said: Any) -> None:
    with pytest.raises(RecordError, match="created must"):
        utc(said, field="created")


@pytest.mark.parametrize("said", [None, True, "", 1.5, [], {}])
def test_what_is_no_id_is_refused(said: Any) -> None:
    with pytest.raises(RecordError, match="id must be an id"):
        identity(said, field="id")
    assert (identity(7, field="id"), identity("a", field="id")) == ("7", "a")


def ticket(status: TicketStatus, **times: int | None) -> ContactEvent:
    """A ticket made at noon; its other times in minutes from then."""
    given = {key: None if m is None else NOW + timedelta(minutes=m) for key, m in times.items()}
    updated = given.pop("updated", None) or NOW
    return ticket_event("1", "q", created=NOW, updated=updated, status=status, **given)


def minutes(event: ContactEvent) -> tuple[Outcome, float | None, float | None]:
    ends = (event.answered_at, event.ended_at)
    answered, ended = (None if end is None else (end - NOW).total_seconds() / 60 for end in ends)
    return event.outcome, answered, ended


def test_the_four_states_become_outcomes() -> None:
    assert minutes(ticket(TicketStatus.NEW, updated=9)) == (Outcome.WAITING, None, None)
    assert minutes(ticket(TicketStatus.OPEN, updated=9)) == (Outcome.IN_SERVICE, 9, None)
    assert minutes(ticket(TicketStatus.OPEN, updated=9, first_reply=3)) == (Outcome.IN_SERVICE, 3, None)
    assert minutes(ticket(TicketStatus.DONE, updated=9)) == (Outcome.ANSWERED, 9, 9)
    assert minutes(ticket(TicketStatus.DONE, updated=9, first_reply=3, closed=7)) == (Outcome.ANSWERED, 3, 7)
    assert minutes(ticket(TicketStatus.WITHDRAWN, updated=9)) == (Outcome.ABANDONED, None, 9)


def test_impossible_orders_are_moved_to_possible_ones() -> None:
    assert minutes(ticket(TicketStatus.OPEN, updated=-5)) == (Outcome.IN_SERVICE, 0, None)
    assert minutes(ticket(TicketStatus.DONE, updated=9, first_reply=-3, closed=-7)) == (Outcome.ANSWERED, 0, 0)
    assert minutes(ticket(TicketStatus.DONE, updated=9, first_reply=8, closed=7)) == (Outcome.ANSWERED, 7, 7)
    assert minutes(ticket(TicketStatus.WITHDRAWN, updated=-9)) == (Outcome.ABANDONED, None, 0)


@given(
    st.sampled_from(TicketStatus),
    st.lists(st.one_of(st.none(), st.integers(-100, 100)), min_size=3, max_size=3),
)
def test_no_order_of_times_contradicts_itself(status: TicketStatus, said: list[int | None]) -> None:
    updated, reply, closed = said
    event = ticket(status, updated=updated or 0, first_reply=reply, closed=closed)
    assert event.arrived_at == NOW


def test_rows_come_as_records_and_those_that_are_not_ours_are_left_out() -> None:
    records, rejected = map_records([1, 2, 3], lambda row: None if row == 2 else row * 10, where="desk")
    assert (records, rejected) == ([10, 30], [])


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyError("created"), "the field created is missing"),
        (IndexError("list index out of range"), "of another type (IndexError: list index out of range)"),
        (TypeError("'NoneType' object is not iterable"), "(TypeError: 'NoneType' object is not iterable)"),
        (ValueError("invalid literal: '+49 30 1234567'"), "of another type (ValueError)"),
        (RecordError("created must be a time"), "created must be a time"),
        (OverflowError("date value out of range"), "(OverflowError: date value out of range)"),
        (AttributeError("'int' object has no attribute 'get'"), "(AttributeError: 'int' object"),
    ],
)
def test_whatever_a_row_raises_is_a_reason(error: Exception, reason: str) -> None:
    def parse(row: Any) -> Any:
        raise error

    records, (rejected,) = map_records([{"id": 7}], parse, where="desk")
    assert records == []
    assert reason in rejected.reason
    assert rejected.location == "desk:7"


def test_what_is_not_the_rows_fault_is_not_hidden() -> None:
    def parse(row: Any) -> Any:
        raise SourceError("desk", "secret missing", permanent=True)

    with pytest.raises(SourceError):
        map_records([{}], parse, where="desk")


def test_rows_without_an_id_never_fall_together_and_stay_the_same_when_read_again() -> None:
    pages = [[{}, {"a": 1}], [{}, {"a": 2}]]
    places = [map_records(page, lambda row: row["x"], where="desk")[1] for page in (*pages, pages[0])]
    first, second, again = ([record.location for record in page] for page in places)
    assert len({*first, *second}) == 4
    assert first == again


def test_rejected_rows_hold_nothing_private() -> None:
    row = {
        "id": 7,
        "subject": "my card does not work",
        "status": "new",
        "created": "2026-11-23T12:00:00Z",
        "from": {"email": "ada@example.com"},
        "via": [{"number": "+49 30 1234567"}, "ada@example.com", "+4930123456", {"deep": {"text": "private"}}],
    }
    _, (rejected,) = map_records([row], lambda row: row["x"], where="desk")
    for private in ("card", "ada", "4930", "1234567", "private"):
        assert private not in rejected.raw
    said = json.loads(rejected.raw)
    assert (said["id"], said["status"], said["created"]) == (7, "new", "2026-11-23T12:00:00Z")
    assert (
        len(map_records([{"a": "x" * 50, **{str(n): n for n in range(999)}}], lambda r: r["x"], where="d")[1][0].raw)
        <= 500
    )


def test_records_of_the_future_are_refused() -> None:
    soon, late = NOW + timedelta(minutes=4), NOW + timedelta(minutes=15)
    rows = [
        ContactEvent("1", "q", Channel.CALL, soon, Outcome.WAITING),
        ContactEvent("2", "q", Channel.CALL, late, Outcome.WAITING),
        IntervalVolume("q", Channel.CALL, late, 900, offered=1),
        QueueState("q", Channel.CALL, late, 1),
        ContactEvent("3", "q", Channel.CALL, NOW, Outcome.ABANDONED, None, late),
    ]
    records, rejected = map_records(rows, lambda row: row, where="desk", now=NOW)
    assert records == rows[:1]
    assert {record.reason for record in rejected} == {
        "its time 2026-11-23 12:15:00 UTC lies in the future; check the clock of the system"
    }


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=12,
    )
)
def test_any_value_can_be_rejected(row: Any) -> None:
    _, (rejected,) = map_records([row], lambda row: {}["x"], where="desk")
    assert len(rejected.raw) <= 500
    assert rejected.location.startswith("desk:")
