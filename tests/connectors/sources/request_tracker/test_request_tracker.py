"""Tickets of Request Tracker: the mapping, the account's zone, and what vanishes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import ConfigError
from connectors.http.account_zone import measure, starting
from connectors.mapping import TicketStatus
from connectors.records import ContactEvent, Outcome
from connectors.source import SourceConfig
from connectors.sources.request_tracker import RequestTracker
from connectors.sources.request_tracker.tickets import event
from tests.connectors.fake_vendor import SECRET_ENV, FakeVendor, without_waiting
from tests.connectors.sources.request_tracker.rig import DELETED, MERGED, RequestTrackerRig

NEWEST = datetime(2026, 11, 23, 11, 59, tzinfo=UTC)


def fetched(watermark: str | None = None) -> tuple[dict[str, ContactEvent], str, RequestTrackerRig]:
    rig = RequestTrackerRig()
    with without_waiting(), FakeVendor(rig) as vendor:
        source = RequestTracker(rig.config(vendor.url), caller_hash=lambda text: f"#{text}")
        batches = list(source.fetch(watermark, now=rig.now))
    return {each.external_id: each for batch in batches for each in batch.events}, batches[-1].watermark, rig


def test_all_tickets_are_read_to_the_end_and_the_vanished_ones_too() -> None:
    events, _, rig = fetched()
    assert set(events) == rig.expected()


def test_deleted_and_merged_tickets_are_abandoned_and_keep_their_own_arrival() -> None:
    events, _, rig = fetched()
    assert events[str(DELETED)].outcome is events[str(MERGED)].outcome is Outcome.ABANDONED
    assert events[str(DELETED)].arrived_at == rig.created(3)
    assert events[str(MERGED)].arrived_at == rig.created(2)
    assert events["5"].outcome is Outcome.ABANDONED  # rejected
    assert events["6"].outcome is Outcome.WAITING  # not mistaken for a merged one


def test_the_late_update_is_what_counts() -> None:
    events, _, rig = fetched()
    assert (events["1"].outcome, events["1"].ended_at) == (Outcome.ANSWERED, rig.now - timedelta(minutes=2))


def test_a_second_fetch_reads_the_overlap_alone() -> None:
    _, watermark, _ = fetched()
    events, _, _ = fetched(watermark)
    assert set(events) <= {"1", str(DELETED), str(MERGED)}
    assert "1" in events


@pytest.mark.parametrize("offset_h", [-12.0, -9.5, -3.0, 0.0, 1.0, 5.75, 14.0])
@pytest.mark.parametrize("guess_h", [0.0, 1.0])
def test_the_zone_of_the_account_is_found(offset_h: float, guess_h: float) -> None:
    zone = timedelta(hours=offset_h)

    def found(first: datetime, end: datetime | None) -> bool:
        return first - zone <= NEWEST and (end is None or end - zone > NEWEST)

    assert measure(NEWEST, found, guess=timedelta(hours=guess_h)) == zone


def test_an_older_start_leaves_room_for_a_change_of_the_clocks() -> None:
    assert starting(NEWEST, now=NEWEST + timedelta(minutes=5)) == NEWEST
    assert starting(NEWEST, now=NEWEST + timedelta(days=3)) == NEWEST - timedelta(hours=1)


def ticket(**changed: Any) -> dict[str, Any]:
    return RequestTrackerRig().ticket(4) | changed


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("new", Outcome.WAITING),
        ("open", Outcome.IN_SERVICE),
        ("stalled", Outcome.IN_SERVICE),
        ("Waiting for parts", Outcome.IN_SERVICE),
        ("Resolved", Outcome.ANSWERED),
        ("rejected", Outcome.ABANDONED),
    ],
)
def test_statuses(word: str, outcome: Outcome) -> None:
    words = {"new": TicketStatus.NEW, "resolved": TicketStatus.DONE, "rejected": TicketStatus.WITHDRAWN}
    config = RequestTrackerRig().config("https://rt.example.com")
    made = event(ticket(Status=word), config=config, words=words, caller_hash=lambda text: f"#{text}")
    assert made.outcome is outcome
    assert made.caller == "#mailto:u1@example.com"


def test_a_ticket_resolved_without_being_taken_up_was_answered_then() -> None:
    words = {"resolved": TicketStatus.DONE}
    config = RequestTrackerRig().config("https://rt.example.com")
    said = ticket(Started="1970-01-01T00:00:00Z")
    made = event(said, config=config, words=words, caller_hash=str)
    assert made.answered_at == made.ended_at == datetime.fromisoformat(said["Resolved"])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"user": "board"}, "either user and password_env, or token_env alone"),
        ({}, "either user and password_env, or token_env alone"),
        ({"token_env": SECRET_ENV, "user": "board"}, "either user and password_env, or token_env alone"),
        ({"password": "secret"}, "must not stand in the config"),
        ({"token_env": SECRET_ENV, "page_size": 500}, "page_size must be a whole number from 2 to 100"),
    ],
)
def test_senseless_blocks_are_refused(options: dict[str, Any], expected: str) -> None:
    config = SourceConfig("rt", RequestTracker.KIND, {"url": "https://rt.example.com", **options})
    with pytest.raises(ConfigError, match=expected):
        RequestTracker(config, caller_hash=str)


def test_a_probe_names_the_queues_and_what_is_missing() -> None:
    rig = RequestTrackerRig()
    with without_waiting(), FakeVendor(rig) as vendor:
        config = rig.config(vendor.url)
        options = {**config.options, "rt_queues": ["Support", "Sales"]}
        source = RequestTracker(SourceConfig("rt", rig.KIND, options), caller_hash=str)
        probe = source.probe(now=rig.now)
    assert list(probe.queues) == ["Support", "Billing"]
    assert list(probe.missing) == ["the right to see the queue Sales"]
