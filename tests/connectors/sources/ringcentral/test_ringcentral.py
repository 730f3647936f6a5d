"""What a record of RingCentral's call log means."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from connectors.records import Outcome
from connectors.registry import build
from tests.connectors.fake_vendor import SECRET, FakeVendor, without_waiting
from tests.connectors.rig_client import feed, one, reasons
from tests.connectors.sources.ringcentral.rig import PATH, TOKEN, RingCentralRig, iso

RIG = RingCentralRig()
NOW = RIG.now


def record(result: str = "Accepted", **said: Any) -> dict[str, Any]:
    return RIG.record(13) | {"result": result, "duration": 300, "legs": []} | said


def leg(result: str, after_s: float, *, master: bool = False) -> dict[str, Any]:
    began = NOW - timedelta(hours=1) + timedelta(seconds=after_s)
    return {"result": result, "startTime": iso(began), "duration": 60, "master": master}


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ("Accepted", Outcome.ANSWERED),
        ("Call connected", Outcome.ANSWERED),
        ("In Progress", Outcome.WAITING),
        ("Missed", Outcome.ABANDONED),
        ("Voicemail", Outcome.ABANDONED),
        ("Abandoned", Outcome.ABANDONED),
        ("Hang Up", Outcome.ABANDONED),
        ("Answered Not Accepted", Outcome.ABANDONED),
        ("Unknown", Outcome.ABANDONED),
    ],
)
def test_the_result_decides(result: str, outcome: Outcome) -> None:
    assert one(feed("ringcentral", [record(result)])).outcome is outcome


def test_a_call_is_answered_when_the_first_leg_beside_the_caller_s_is_accepted() -> None:
    legs = [leg("Accepted", 0, master=True), leg("Missed", 10), leg("Accepted", 35), leg("Accepted", 90)]
    event = one(feed("ringcentral", [record(legs=legs)]))
    assert event.answered_at - event.arrived_at == timedelta(seconds=35)
    assert event.ended_at - event.arrived_at == timedelta(seconds=300)


def test_a_running_call_is_in_service_once_a_leg_is_accepted() -> None:
    running = record("In Progress", legs=[leg("Accepted", 35)])
    assert one(feed("ringcentral", [running])).outcome is Outcome.IN_SERVICE


def test_a_transferred_call_with_two_records_is_one_contact() -> None:
    first = record(legs=[leg("Accepted", 20)])
    began = NOW - timedelta(minutes=50)
    second = record(id="other", startTime=iso(began), legs=[leg("Accepted", 600)])
    event = one(feed("ringcentral", [second, first]))
    assert event.answered_at - event.arrived_at == timedelta(seconds=20)
    assert event.ended_at == began + timedelta(seconds=300)


def test_a_session_that_reaches_back_over_the_beginning_is_not_begun_anew() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        source: Any = build(vendor.config(), caller_hash=str)
        # The look-back of four hours begins between the two records of the transferred call s-0.
        since = RIG.now - timedelta(hours=10) + timedelta(minutes=2)
        found = [e.external_id for b in source.fetch(source.watermark_at(since), now=NOW) for e in b.events]
    assert "s-0" not in found
    assert "s-1" in found


@pytest.mark.parametrize("said", [{"type": "Fax"}, {"direction": "Outbound"}, {"deleted": True}, {"result": "Blocked"}])
def test_what_is_no_customer_s_call_is_left_out(said: dict[str, Any]) -> None:
    found = feed("ringcentral", [record(**said)])
    assert [event for batch in found for event in batch.events] == []
    assert reasons(found) == []


@pytest.mark.parametrize(
    ("queue_from", "queue"), [("extension", "support"), ("name", "Support"), ("number", "+498001234")]
)
def test_extension_name_or_number_is_the_queue(queue_from: str, queue: str) -> None:
    assert one(feed("ringcentral", [record()], queue_from=queue_from)).queue == queue


def test_times_are_read_in_the_offset_they_carry() -> None:
    event = one(feed("ringcentral", [record(startTime="2026-11-23T05:30:00.250-05:00")]))
    assert event.arrived_at.isoformat() == "2026-11-23T10:30:00.250000+00:00"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"result": None}, "result must be text"),
        ({"duration": -1}, "duration must be seconds"),
        ({"startTime": "2026-11-23T10:00:00"}, "must carry its offset"),
        ({"startTime": iso(NOW + timedelta(hours=1))}, "future"),
        ({"id": {}}, "id must be an id"),
    ],
)
def test_a_bad_record_is_rejected_with_its_reason(said: dict[str, Any], reason: str) -> None:
    batches = feed("ringcentral", [record(**said), RIG.record(9)])
    assert one(batches).external_id == "s-9"
    assert reason in reasons(batches)[0]


def test_it_signs_in_with_the_jwt_and_asks_for_inbound_voice_in_detail() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        list(build(vendor.config(), caller_hash=str).fetch(None, now=NOW))
        token, first = vendor.requests[:2]
    form = parse_qs(token.body.decode())
    assert token.path == TOKEN
    assert form == {"grant_type": ["urn:ietf:params:oauth:grant-type:jwt-bearer"], "assertion": [SECRET]}
    assert first.path == PATH
    assert (first.one("view"), first.one("direction"), first.one("type")) == ("Detailed", "Inbound", "Voice")
