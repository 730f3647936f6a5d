"""What tickets, conversations and calls of Intercom mean."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.records import Channel, Outcome
from connectors.registry import build
from tests.connectors.fake_vendor import FakeVendor, without_waiting
from tests.connectors.rig_client import RigClient, feed, one, reasons
from tests.connectors.sources.intercom.rig import (
    IntercomCallsRig,
    IntercomConversationsRig,
    IntercomTicketsRig,
    seconds,
)

TICKETS, TALKS, CALLS = IntercomTicketsRig(), IntercomConversationsRig(), IntercomCallsRig()
NOW = TICKETS.now


def ticket(state: str = "submitted", **said: Any) -> dict[str, Any]:
    return TICKETS.ticket(20, state) | {"team_assignee_id": "814865"} | said


@pytest.mark.parametrize(
    ("state", "said", "outcome"),
    [
        ("submitted", {}, Outcome.WAITING),
        ("in_progress", {}, Outcome.IN_SERVICE),
        ("waiting_on_customer", {}, Outcome.IN_SERVICE),
        ("resolved", {}, Outcome.ANSWERED),
        ("submitted", {"open": False}, Outcome.ANSWERED),
    ],
)
def test_a_ticket_s_state_decides(state: str, said: dict[str, Any], outcome: Outcome) -> None:
    assert one(feed("intercom", [ticket(state, **said)])).outcome is outcome


def test_a_ticket_is_answered_and_over_when_its_history_says_so() -> None:
    event = one(feed("intercom", [ticket("resolved", updated_at=seconds(NOW))]))
    assert event.answered_at - event.arrived_at == timedelta(minutes=5)
    assert event.ended_at - event.arrived_at == timedelta(minutes=30)


def test_a_comment_of_a_teammate_answers_and_one_of_the_customer_does_not() -> None:
    said = ticket("in_progress")
    created = said["created_at"]
    parts = [
        {"created_at": created + 60, "part_type": "comment", "author": {"type": "user"}},
        {"created_at": created + 90, "part_type": "comment", "author": {"type": "admin"}},
        {"created_at": "broken", "part_type": "comment", "author": {"type": "admin"}},
    ]
    event = one(feed("intercom", [{**said, "ticket_parts": {"ticket_parts": parts}}]))
    assert seconds(event.answered_at) == created + 90


def test_the_centre_s_own_tickets_are_left_out() -> None:
    assert feed("intercom", [ticket(category="Back-office"), ticket(category="Tracker")])[0].events == []


@pytest.mark.parametrize(
    ("team", "queue"), [("814865", "support"), ("7", "7"), ("0", "unassigned"), (None, "unassigned")]
)
def test_the_team_is_the_queue(team: str | None, queue: str) -> None:
    assert one(feed("intercom", [ticket(team_assignee_id=team)])).queue == queue
    assert one(feed("intercom", [ticket(team_assignee_id=team)], queue_from="type")).queue == "Login"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"ticket_state": None}, "missing or of another type"),
        ({"ticket_state": {"category": "parked"}}, "the state must be one of submitted"),
        ({"updated_at": "yesterday"}, "updated_at must be a time"),
        ({"category": None}, None),
        ({"created_at": seconds(NOW + timedelta(hours=1))}, "future"),
    ],
)
def test_a_bad_ticket_is_rejected_with_its_reason(said: dict[str, Any], reason: str | None) -> None:
    found = reasons(feed("intercom", [ticket(**said)]))
    assert [reason in text for text in found if reason] == ([True] if reason else [])


def talk(**said: Any) -> dict[str, Any]:
    return TALKS.conversation(12) | said


CLOSED = {"state": "closed", "open": False}
REPLIED = {"statistics": {"first_admin_reply_at": seconds(NOW - timedelta(hours=7)), "last_close_at": seconds(NOW)}}


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({}, Outcome.WAITING),
        ({"state": "snoozed"}, Outcome.WAITING),
        (REPLIED, Outcome.IN_SERVICE),
        ({"state": "snoozed", **REPLIED}, Outcome.IN_SERVICE),
        ({**CLOSED, **REPLIED}, Outcome.ANSWERED),
        (CLOSED, Outcome.ABANDONED),
        ({"ai_agent_participated": True, "ai_agent": {"resolution_state": None}}, Outcome.IN_SERVICE),
        (
            {**CLOSED, "ai_agent_participated": True, "ai_agent": {"resolution_state": "assumed_resolution"}},
            Outcome.ANSWERED,
        ),
        ({"ai_agent_participated": True, "ai_agent": {"resolution_state": "routed_to_team"}}, Outcome.WAITING),
        ({**CLOSED, "ai_agent_participated": True, "ai_agent": {"resolution_state": "abandoned"}}, Outcome.ABANDONED),
    ],
)
def test_a_conversation_waits_until_somebody_serves_it(said: dict[str, Any], outcome: Outcome) -> None:
    assert one(feed("intercom_conversations", [talk(**said)])).outcome is outcome


@pytest.mark.parametrize(
    ("source", "channel"),
    [("email", Channel.EMAIL), ("twitter", Channel.SOCIAL), ("whatsapp", Channel.CHAT), ("conversation", Channel.CHAT)],
)
def test_the_source_is_the_channel(source: str, channel: Channel) -> None:
    said = talk(source={"type": source, "delivered_as": "customer_initiated"})
    assert one(feed("intercom_conversations", [said])).channel is channel


def test_what_the_centre_began_is_a_contact_from_the_customer_s_reply_on() -> None:
    outbound = {"type": "conversation", "delivered_as": "campaigns_initiated"}
    reply = seconds(NOW - timedelta(hours=2))
    answered = one(feed("intercom_conversations", [talk(source=outbound, first_contact_reply={"created_at": reply})]))
    assert seconds(answered.arrived_at) == reply
    assert feed("intercom_conversations", [talk(source=outbound, first_contact_reply=None)])[0].events == []


def test_telephone_calls_are_counted_by_their_own_kind() -> None:
    said = talk(source={"type": "phone_call", "delivered_as": "customer_initiated"})
    assert feed("intercom_conversations", [said])[0].events == []


def test_a_block_may_read_some_sources_only() -> None:
    mail = talk(source={"type": "email", "delivered_as": "customer_initiated"})
    assert feed("intercom_conversations", [mail], sources=["whatsapp"])[0].events == []
    assert one(feed("intercom_conversations", [mail], sources=["email"])).channel is Channel.EMAIL


def test_a_conversation_of_an_unknown_state_is_rejected() -> None:
    assert "the state must be one of open" in reasons(feed("intercom_conversations", [talk(state="gone")]))[0]


def call(**said: Any) -> dict[str, Any]:
    begun = NOW - timedelta(minutes=30)
    known = {"initiated_at": begun.isoformat(), "answered_at": None, "ended_at": None, "direction": "inbound"}
    return CALLS.call(71) | known | said


@pytest.mark.parametrize(
    ("answered", "ended", "outcome"),
    [
        (None, None, Outcome.WAITING),
        (20, None, Outcome.IN_SERVICE),
        (20, 10, Outcome.ANSWERED),
        (None, 10, Outcome.ABANDONED),
    ],
)
def test_a_call_is_what_its_times_say(answered: int | None, ended: int | None, outcome: Outcome) -> None:
    times = {
        "answered_at": None if answered is None else seconds(NOW - timedelta(minutes=answered)),
        "ended_at": None if ended is None else (NOW - timedelta(minutes=ended)).isoformat(),
    }
    event = one(feed("intercom_calls", [call(**times)]))
    assert (event.outcome, event.queue, event.caller) == (outcome, "phones", "hash:61")


def test_reading_stops_at_the_first_page_that_is_too_old() -> None:
    with FakeVendor(CALLS) as vendor, without_waiting():
        source: Any = build(vendor.config(), caller_hash=str)
        list(source.fetch(source.watermark_at(NOW - timedelta(minutes=60)), now=NOW))
        assert [request.one("page") for request in vendor.requests] == ["1", "2"]


def test_a_list_that_is_not_in_order_is_read_to_its_end() -> None:
    def turned(path: str, body: dict[str, Any]) -> dict[str, Any]:
        body["data"].reverse()
        return body

    source: Any = build(CALLS.config("http://127.0.0.1:1"), caller_hash=str)
    source._client = RigClient(CALLS, turned)
    batches = list(source.fetch(source.watermark_at(NOW - timedelta(minutes=60)), now=NOW))
    assert batches[-1].done == 81


def test_the_next_fetch_begins_at_the_oldest_call_that_is_not_over() -> None:
    running = call(id="1", initiated_at=(NOW - timedelta(hours=2)).isoformat())
    over = call(id="2", ended_at=seconds(NOW))
    batches = feed("intercom_calls", [over, running])
    assert (NOW - timedelta(hours=2)).isoformat() in batches[-1].watermark


def test_the_version_of_the_interface_is_named() -> None:
    with FakeVendor(TICKETS) as vendor, without_waiting():
        build(vendor.config(), caller_hash=str).probe(now=NOW)  # type: ignore[attr-defined]
        assert vendor.requests[0].headers["intercom-version"] == "2.14"
