"""What Front's events make of a conversation."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.http import Since
from connectors.records import ContactEvent, Outcome
from connectors.registry import build
from connectors.sources.front.rounds import Event, Rounds
from tests.connectors.fake_vendor import FakeVendor, without_waiting
from tests.connectors.rig_client import feed, one, reasons
from tests.connectors.sources.front.rig import COMPANY, INBOXES, FrontRig

RIG = FrontRig()
NOW = RIG.now
BEGUN = NOW - timedelta(hours=2)


def event(kind: str, minutes: float = 0, **conversation: Any) -> dict[str, Any]:
    said = RIG.event(kind, 1, BEGUN + timedelta(minutes=minutes))
    return {**said, "conversation": {**said["conversation"], **conversation}}


def after(*events: dict[str, Any]) -> ContactEvent:
    """The contact after these events of one inbox."""
    found = one(feed("front", list(events), inboxes=[INBOXES[0]]))
    assert isinstance(found, ContactEvent)
    return found


@pytest.mark.parametrize(
    ("kinds", "outcome"),
    [
        (["inbound"], Outcome.WAITING),
        (["inbound", "inbound"], Outcome.WAITING),
        (["inbound", "out_reply"], Outcome.IN_SERVICE),
        (["inbound", "outbound"], Outcome.IN_SERVICE),
        (["inbound", "out_reply", "archive"], Outcome.ANSWERED),
        (["inbound", "archive"], Outcome.ABANDONED),
        (["inbound", "trash"], Outcome.ABANDONED),
        (["inbound", "out_reply", "trash"], Outcome.ABANDONED),
        (["inbound", "archive", "reopen"], Outcome.WAITING),
        (["inbound", "out_reply", "archive", "reopen"], Outcome.IN_SERVICE),
        (["inbound", "trash", "restore"], Outcome.WAITING),
    ],
)
def test_events_in_turn_make_the_outcome(kinds: list[str], outcome: Outcome) -> None:
    assert after(*(event(kind, 10 * turn) for turn, kind in enumerate(kinds))).outcome is outcome


def test_the_first_reply_answers_and_the_archiving_ends() -> None:
    contact = after(event("inbound"), event("out_reply", 8), event("out_reply", 15), event("archive", 20))
    assert contact.answered_at == BEGUN + timedelta(minutes=8)
    assert contact.ended_at == BEGUN + timedelta(minutes=20)


def test_events_may_come_in_any_order() -> None:
    contact = after(event("archive", 20), event("out_reply", 8), event("inbound"))
    assert (contact.outcome, contact.arrived_at) == (Outcome.ANSWERED, BEGUN)


def test_a_message_on_an_archived_conversation_begins_another_contact() -> None:
    rows = [event("inbound"), event("out_reply", 8), event("archive", 20), event("inbound", 60)]
    contacts = {c.external_id: c.outcome for b in feed("front", rows, inboxes=[INBOXES[0]]) for c in b.events}
    first, second = (int((BEGUN + timedelta(minutes=m)).timestamp()) for m in (0, 60))
    assert contacts == {f"cnv_1/{first}": Outcome.ANSWERED, f"cnv_1/{second}": Outcome.WAITING}


@pytest.mark.parametrize("said", [{"type": "discussion"}, {"type": "task"}, {"is_private": True}])
def test_what_is_no_customer_s_conversation_is_left_out(said: dict[str, Any]) -> None:
    found = feed("front", [event("inbound", **said)], inboxes=[INBOXES[0]])
    assert [contact for batch in found for contact in batch.events] == []


def test_a_conversation_that_we_began_is_no_contact_until_it_is_replied_to() -> None:
    assert after(event("outbound"), event("archive", 5), event("inbound", 30)).arrived_at == BEGUN + timedelta(
        minutes=30
    )


def test_a_moved_conversation_is_one_contact_in_its_new_queue() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        batches = list(build(vendor.config(), caller_hash=str).fetch(None, now=NOW))
    last = {c.external_id.split("/")[0]: c.queue for batch in batches for c in batch.events}
    assert last["cnv_2"] == INBOXES[1]
    assert last["cnv_4"] == "support"


def test_what_is_open_is_remembered_until_the_next_fetch() -> None:
    first = feed("front", [event("inbound"), event("out_reply", 8)], inboxes=[INBOXES[0]])
    then = feed("front", [event("archive", 100)], watermark=first[-1].watermark, inboxes=[INBOXES[0]])
    contact = one(then)
    assert (contact.outcome, contact.arrived_at) == (Outcome.ANSWERED, BEGUN)
    assert contact.answered_at == BEGUN + timedelta(minutes=8)


def test_events_read_twice_change_nothing() -> None:
    rows = [event("inbound"), event("out_reply", 8), event("archive", 20)]
    first = feed("front", rows, inboxes=[INBOXES[0]])
    assert one(feed("front", rows, watermark=first[-1].watermark, inboxes=[INBOXES[0]])) == one(first)


def test_of_too_many_open_conversations_the_newest_are_followed() -> None:
    rounds = Rounds()
    rounds.fold(Event(f"e{n}", "inbound", BEGUN + timedelta(seconds=n), f"cnv_{n}", "inb_1") for n in range(5100))
    seen = rounds.remember(_since(), now=NOW).seen
    assert len(seen) == 5000
    assert json.loads(seen[0])[0] == "cnv_100"


def _since() -> Since:
    return Since(NOW)


@pytest.mark.parametrize(
    "text", ["", "[]", "[1]", '["a","b",1,2]', '["a","b","x",null,null,null,false]', "null", '["a"']
)
def test_a_memory_that_is_not_ours_is_left_out(text: str) -> None:
    assert Rounds.recall([text]).last == {}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"emitted_at": "now"}, "emitted_at must be a time"),
        ({"emitted_at": (NOW + timedelta(hours=1)).timestamp()}, "future"),
        ({"conversation": None}, "missing or of another type"),
        ({"id": None}, "id must be an id"),
    ],
)
def test_a_bad_event_is_rejected_with_its_reason(said: dict[str, Any], reason: str) -> None:
    batches = feed("front", [{**event("inbound", 5), **said}, event("inbound")], inboxes=[INBOXES[0]])
    assert one(batches).arrived_at == BEGUN
    assert reason in reasons(batches)[0]


def test_the_company_s_own_host_in_the_links_is_not_followed() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        list(build(vendor.config(), caller_hash=str).fetch(None, now=NOW))
        tokens = [r.one("page_token") for r in vendor.requests if r.path == "/events" and r.one("page_token")]
    assert "15" in tokens
    assert COMPANY not in vendor.url


def test_private_inboxes_are_not_read_and_an_unknown_one_is_named() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        source: Any = build(vendor.config(), caller_hash=str)
        assert list(source.probe(now=NOW).queues) == list(INBOXES)
        source._values["inboxes"] = ["inb_7"]
        assert source.probe(now=NOW).missing == ["the inbox inb_7, or the right to see it"]


def test_the_moment_is_kept_to_the_millisecond() -> None:
    rows = [event("inbound"), {**event("out_reply"), "emitted_at": BEGUN.timestamp() + 0.25}]
    answered = after(*rows).answered_at
    assert isinstance(answered, datetime)
    assert answered - BEGUN == timedelta(milliseconds=250)
