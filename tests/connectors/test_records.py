"""Records refuse to exist when they contradict themselves, and say what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from connectors.errors import RecordError
from connectors.records import Channel, ContactEvent, IntervalVolume, Outcome, QueueState

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


def test_what_is_whole_stands() -> None:
    answered = ContactEvent(**EVENT | {"outcome": Outcome.ANSWERED, "answered_at": T, "ended_at": LATER})
    assert answered.ended_at == LATER
    assert IntervalVolume(**COUNT | {"answered": 7, "abandoned": 3}).offered == 10
