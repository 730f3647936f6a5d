"""Records refuse to exist when they contradict themselves, and say what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from connectors.errors import RecordError
from connectors.records import (
    MAX_SIGNAL_ID,
    Channel,
    ContactEvent,
    IntervalVolume,
    OutageSignal,
    Outcome,
    QueueState,
    SignalStatus,
    web_address,
)

T = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
LATER = T + timedelta(minutes=1)
EVENT: dict[str, Any] = {
    "external_id": "1",
    "queue": "hotline",
    "channel": Channel.CALL,
    "arrived_at": T,
    "outcome": Outcome.WAITING,
}
COUNT: dict[str, Any] = {
    "queue": "hotline",
    "channel": Channel.CALL,
    "interval_start": T,
    "interval_s": 900,
    "offered": 10,
}
SIGNAL: dict[str, Any] = {
    "external_id": "a1",
    "title": "Checkout is down",
    "started_at": T,
    "status": SignalStatus.FIRING,
}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"external_id": ""}, "needs an id"),
        ({"queue": ""}, "needs an id and a queue"),
        ({"external_id": "a\0b"}, "NUL"),
        ({"arrived_at": T.replace(tzinfo=None)}, "aware"),
        ({"arrived_at": datetime(2026, 11, 24, 10, tzinfo=timezone(timedelta(hours=1)))}, "UTC"),
        ({"outcome": Outcome.ANSWERED}, "answered_at"),
        ({"outcome": Outcome.ANSWERED, "answered_at": LATER}, "ended_at"),
        ({"outcome": Outcome.ABANDONED}, "ended_at"),
        ({"outcome": Outcome.WAITING, "answered_at": LATER}, "answered_at"),
        ({"outcome": Outcome.IN_SERVICE, "answered_at": T - timedelta(seconds=1)}, "before it arrived"),
        ({"outcome": Outcome.ABANDONED, "ended_at": T - timedelta(seconds=1)}, "before it began"),
    ],
)
def test_a_contact_that_contradicts_itself(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(RecordError, match=says):
        ContactEvent(**EVENT | changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"interval_s": 700}, "divide 900"),
        ({"interval_s": 0}, "divide 900"),
        ({"interval_start": T + timedelta(minutes=1)}, "multiple"),
        ({"offered": -1}, "offered"),
        ({"offered": 2_000_000}, "offered"),
        ({"answered": 8, "abandoned": 3}, "exceed offered"),
        ({"aht_s": -1.0}, "aht_s"),
        ({"aht_s": float("nan")}, "aht_s"),
    ],
)
def test_a_count_that_contradicts_itself(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(RecordError, match=says):
        IntervalVolume(**COUNT | changes)


def test_a_state_counts_nobody_below_zero() -> None:
    with pytest.raises(RecordError, match="waiting"):
        QueueState(queue="hotline", channel=Channel.CALL, at=T, waiting=-1)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"external_id": ""}, "needs an id"),
        ({"external_id": "x" * (MAX_SIGNAL_ID + 1)}, "1 to 500"),
        ({"title": " "}, "title"),
        ({"title": "a\0b"}, "NUL"),
        ({"services": ("shop", "\ud800")}, "half"),
        ({"url": "javascript:alert(1)"}, "http"),
        ({"started_at": T.replace(tzinfo=None)}, "aware"),
        ({"ended_at": LATER}, "one of the two"),
        ({"status": SignalStatus.RESOLVED, "ended_at": T - timedelta(seconds=1)}, "before it began"),
    ],
)
def test_a_signal_that_contradicts_itself(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(RecordError, match=says):
        OutageSignal(**SIGNAL | changes)


@pytest.mark.parametrize("said", ["ftp://x", "//x", "javascript:alert(1)", "", None, 7])
def test_only_a_web_address_may_become_a_link(said: object) -> None:
    assert web_address(said) is None


def test_a_signal_may_end_at_a_time_nobody_tells() -> None:
    assert OutageSignal(**SIGNAL | {"status": SignalStatus.RESOLVED}).ended_at is None
    assert OutageSignal(**SIGNAL | {"status": SignalStatus.RESOLVED, "ended_at": LATER}).ended_at == LATER


def test_what_is_whole_stands() -> None:
    answered = ContactEvent(**EVENT | {"outcome": Outcome.ANSWERED, "answered_at": T, "ended_at": LATER})
    assert answered.ended_at == LATER
    assert IntervalVolume(**COUNT | {"answered": 7, "abandoned": 3}).offered == 10


@pytest.mark.parametrize("queue", ["", "a\0b"])
def test_a_queue_needs_a_name_that_every_store_can_hold(queue: str) -> None:
    with pytest.raises(RecordError, match="needs a queue"):
        IntervalVolume(queue, Channel.CALL, datetime(2026, 11, 23, tzinfo=UTC), 900, offered=1)
    with pytest.raises(RecordError, match="needs a queue"):
        QueueState(queue, Channel.CALL, datetime(2026, 11, 23, tzinfo=UTC), waiting=0)
