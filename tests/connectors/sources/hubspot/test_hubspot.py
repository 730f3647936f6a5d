"""What tickets and calls of HubSpot mean, and how its search is walked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import RecordError
from connectors.records import Outcome
from connectors.registry import build
from connectors.sources.hubspot.search import when
from tests.connectors.fake_vendor import FakeVendor, without_waiting
from tests.connectors.rig_client import feed, one, reasons
from tests.connectors.sources.hubspot.rig import NOW, HubSpotCallsRig, HubSpotTicketsRig, iso

TICKETS, CALLS = HubSpotTicketsRig(), HubSpotCallsRig()


def ticket(stage: str = "1", *, archived: bool = False, **properties: Any) -> dict[str, Any]:
    said = TICKETS.ticket(1)
    known = {"hs_pipeline_stage": stage, "closed_date": None, "first_agent_reply_date": None}
    return {**said, "archived": archived, "properties": {**said["properties"], **known, **properties}}


REPLY = iso(NOW - timedelta(hours=18))


@pytest.mark.parametrize(
    ("stage", "said", "outcome"),
    [
        ("1", {}, Outcome.WAITING),
        ("1", {"first_agent_reply_date": REPLY}, Outcome.IN_SERVICE),
        ("1", {"hs_first_agent_message_sent_at": REPLY}, Outcome.IN_SERVICE),
        ("2", {}, Outcome.IN_SERVICE),
        ("3", {}, Outcome.IN_SERVICE),
        ("4", {}, Outcome.ANSWERED),
        ("94831", {}, Outcome.WAITING),  # a stage of a pipeline of one's own, of which nothing was said
        ("94832", {"closed_date": REPLY}, Outcome.ANSWERED),
        ("4", {"archived": True}, Outcome.ABANDONED),
    ],
)
def test_stage_and_reply_decide(stage: str, said: dict[str, Any], outcome: Outcome) -> None:
    assert one(feed("hubspot_tickets", [ticket(stage, **said)])).outcome is outcome


def test_stages_of_one_s_own_can_be_named() -> None:
    stages = {"working_stages": ["94831"], "closed_stages": ["94832"], "withdrawn_stages": ["94833"]}
    found = [one(feed("hubspot_tickets", [ticket(str(94831 + n))], **stages)).outcome for n in range(3)]
    assert found == [Outcome.IN_SERVICE, Outcome.ANSWERED, Outcome.ABANDONED]


def test_a_ticket_is_answered_when_the_first_agent_replied() -> None:
    first, later = NOW - timedelta(hours=18), NOW - timedelta(hours=17)
    times = {
        "first_agent_reply_date": iso(later),
        "hs_first_agent_message_sent_at": iso(first),
        "closed_date": iso(NOW),
    }
    event = one(feed("hubspot_tickets", [ticket("4", **times)]))
    assert (event.answered_at, event.ended_at) == (first, NOW)


@pytest.mark.parametrize(("pipeline", "queue"), [("0", "support"), ("75", "75"), ("", "no queue"), (None, "no queue")])
def test_a_property_names_the_queue(pipeline: str | None, queue: str) -> None:
    assert one(feed("hubspot_tickets", [ticket(hs_pipeline=pipeline)])).queue == queue


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T09:15:00.250Z", datetime(2026, 11, 23, 9, 15, 0, 250_000, tzinfo=UTC)),
        ("2026-11-23T10:15:00+01:00", datetime(2026, 11, 23, 9, 15, tzinfo=UTC)),
        ("1795425300000", datetime(2026, 11, 23, 9, 15, tzinfo=UTC)),
    ],
)
def test_times_come_as_iso_or_as_milliseconds(text: str, moment: datetime) -> None:
    assert when(text, "createdate") == moment


@pytest.mark.parametrize("text", ["", "soon", None, 5, "2026-11-23T09:15:00", "9" * 400])
def test_other_times_are_refused(text: object) -> None:
    with pytest.raises((RecordError, OverflowError)):
        when(text, "createdate")


def test_a_bad_ticket_is_rejected_with_its_reason() -> None:
    batches = feed("hubspot_tickets", [ticket(createdate="soon"), {**ticket(), "id": None}, {"id": "7"}])
    assert [event for batch in batches for event in batch.events] == []
    said = reasons(batches)
    assert "createdate must be a time" in said[0]
    assert said[1:] == ["id must be an id, got None", "the field properties is missing"]


def test_each_page_is_asked_from_the_last_change_so_that_no_question_passes_ten_thousand() -> None:
    with FakeVendor(TICKETS) as vendor, without_waiting():
        list(build(vendor.config(), caller_hash=str).fetch(None, now=NOW))
        asked = [request.json() for request in vendor.requests]
    starts = [int(one["filterGroups"][0]["filters"][0]["value"]) for one in asked]
    assert starts == sorted(starts)
    assert len(set(starts)) > 2
    # Three tickets were changed in one millisecond and fill a page: only there an offset is used.
    assert {one["after"] for one in asked} == {"0", "3"}


def call(status: str = "COMPLETED", **properties: Any) -> dict[str, Any]:
    said = CALLS.call(1, status)
    return {**said, "properties": {**said["properties"], **properties}}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("COMPLETED", Outcome.ANSWERED),
        ("IN_PROGRESS", Outcome.IN_SERVICE),
        ("RINGING", Outcome.WAITING),
        ("QUEUED", Outcome.WAITING),
        ("NO_ANSWER", Outcome.ABANDONED),
        ("BUSY", Outcome.ABANDONED),
        ("MISSED", Outcome.ABANDONED),
        ("CANCELED", Outcome.ABANDONED),
        ("FAILED", Outcome.ABANDONED),
    ],
)
def test_a_call_s_status_decides(status: str, outcome: Outcome) -> None:
    assert one(feed("hubspot_calls", [call(status)])).outcome is outcome


def test_a_call_lasts_as_long_as_it_says() -> None:
    event = one(feed("hubspot_calls", [call()]))
    assert event.ended_at - event.arrived_at == timedelta(seconds=185)
    assert (event.queue, event.caller) == ("phones", "hash:61")


@pytest.mark.parametrize("direction", ["OUTBOUND", None, ""])
def test_calls_that_are_not_inbound_are_left_out(direction: str | None) -> None:
    found = feed("hubspot_calls", [call(hs_call_direction=direction)])
    assert [event for batch in found for event in batch.events] == []
    assert reasons(found) == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"hs_call_status": "LOST"}, "hs_call_status must be one of COMPLETED"),
        ({"hs_call_duration": "-5"}, "hs_call_duration must be from 0 ms"),
        ({"hs_timestamp": ""}, "hs_timestamp must be a time"),
    ],
)
def test_a_bad_call_is_rejected_with_its_reason(said: dict[str, Any], reason: str) -> None:
    assert reason in reasons(feed("hubspot_calls", [call(**said)]))[0]
