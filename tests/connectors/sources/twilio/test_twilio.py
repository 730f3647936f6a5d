"""What Twilio's calls, legs and statistics mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import RecordError
from connectors.records import IntervalVolume, Outcome, QueueState
from connectors.registry import build
from connectors.sources.twilio.times import rfc2822
from tests.connectors.fake_vendor import FakeVendor, without_waiting
from tests.connectors.rig_client import RigClient, feed, one, reasons
from tests.connectors.sources.twilio.rig import NOW, TwilioCallsRig, TwilioTaskRouterRig, rfc, sid

CALLS, QUEUES = TwilioCallsRig(), TwilioTaskRouterRig()
BEGUN = NOW - timedelta(hours=1)


def call(**said: Any) -> dict[str, Any]:
    return CALLS.row(1, BEGUN, **said)


def leg(number: int, after_s: float, **said: Any) -> dict[str, Any]:
    """A leg that is dialled some seconds into the call."""
    belongs = {"parent_call_sid": sid("CA", 1), "direction": "outbound-dial"}
    return CALLS.row(number, BEGUN + timedelta(seconds=after_s), **belongs, **said)


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([call()], Outcome.WAITING),
        ([call(status="ringing")], Outcome.WAITING),
        ([call(), leg(2, 20)], Outcome.IN_SERVICE),
        ([call(), leg(2, 20, ends=30, status="no-answer")], Outcome.WAITING),
        ([call(ends=200, talked=200), leg(2, 20, ends=170, talked=160)], Outcome.ANSWERED),
        ([call(ends=200, talked=200)], Outcome.ABANDONED),
        ([call(ends=200, talked=200), leg(2, 20, ends=30, status="busy")], Outcome.ABANDONED),
        ([call(ends=5, status="no-answer")], Outcome.ABANDONED),
        ([call(ends=5, status="canceled")], Outcome.ABANDONED),
    ],
)
def test_a_call_is_answered_by_the_first_leg_that_connects(rows: list[dict[str, Any]], outcome: Outcome) -> None:
    assert one(feed("twilio_calls", rows)).outcome is outcome


def test_the_answer_is_the_leg_s_end_less_what_was_talked() -> None:
    rows = [leg(2, 20, ends=170, talked=160), call(ends=200, talked=200)]  # newest first, as the log comes
    event = one(feed("twilio_calls", rows))
    assert event.answered_at == BEGUN + timedelta(seconds=30)
    assert event.ended_at == BEGUN + timedelta(seconds=200)


def test_a_transfer_stays_one_call() -> None:
    rows = [call(ends=600, talked=600), leg(2, 10, ends=300, talked=290), leg(3, 310, ends=280, talked=270)]
    event = one(feed("twilio_calls", rows))
    assert event.answered_at == BEGUN + timedelta(seconds=20)


def test_where_no_leg_tells_twilio_itself_may_answer() -> None:
    event = one(feed("twilio_calls", [call(ends=200, talked=195)], answered_by="platform"))
    assert (event.outcome, event.answered_at) == (Outcome.ANSWERED, BEGUN + timedelta(seconds=5))


def test_our_own_calls_and_trunks_are_left_out() -> None:
    rows = [
        call(direction=direction, ends=9) for direction in ("outbound-api", "outbound-dial", "trunking-originating")
    ]
    assert [event for batch in feed("twilio_calls", rows) for event in batch.events] == []


def test_a_call_over_midnight_finds_its_leg() -> None:
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    begun = midnight - timedelta(minutes=1)
    parent = CALLS.row(1, begun, ends=600, talked=600)
    after = CALLS.row(2, midnight + timedelta(minutes=1), parent_call_sid=sid("CA", 1), direction="outbound-dial")
    after |= {"end_time": rfc(begun + timedelta(seconds=600)), "duration": "400", "status": "completed"}
    days = {"2026-11-22": [parent], "2026-11-23": [after]}

    class Days(RigClient):
        def get(self, path: str, *, params: Any = None, headers: Any = None) -> Any:
            answer = super().get(path, params=params)
            answer.body["calls"] = days.get((params or {}).get("StartTime>", "")[:10], [])
            answer.body["next_page_uri"] = None
            return answer

    source: Any = build(CALLS.config("http://127.0.0.1:1"), caller_hash=str)
    source._client = Days(CALLS, lambda path, body: body)
    event = one(list(source.fetch(source.watermark_at(begun), now=NOW)))
    assert (event.outcome, event.answered_at) == (Outcome.ANSWERED, begun + timedelta(seconds=200))


def test_the_upper_bound_is_a_midnight_so_that_dates_alone_lose_nothing() -> None:
    with FakeVendor(CALLS) as vendor, without_waiting():
        source: Any = build(vendor.config(), caller_hash=str)
        list(source.fetch(source.watermark_at(NOW - timedelta(hours=20)), now=NOW))
        bounds = [(r.one("StartTime>"), r.one("StartTime<")) for r in vendor.requests if r.one("Page", "0") == "0"]
    assert bounds == [("2026-11-22T15:58:00Z", "2026-11-23T00:00:00Z"), ("2026-11-23T00:00:00Z", "")]


def test_the_next_fetch_begins_at_the_oldest_call_that_is_not_over() -> None:
    rows = [CALLS.row(5, NOW - timedelta(minutes=5), ends=60, talked=60), call()]
    assert BEGUN.isoformat() in feed("twilio_calls", rows)[-1].watermark


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mon, 23 Nov 2026 09:15:00 +0000", datetime(2026, 11, 23, 9, 15, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 09:15:00 -0000", datetime(2026, 11, 23, 9, 15, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 09:15:00 -0500", datetime(2026, 11, 23, 14, 15, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_rfc_2822(text: str, moment: datetime) -> None:
    assert rfc2822(text, field="start_time") == moment


@pytest.mark.parametrize("text", ["2026-11-23T09:15:00Z", "", "Mon, 45 Nov 2026", None, 5, "x" * 500])
def test_other_times_are_refused(text: object) -> None:
    with pytest.raises(RecordError, match="start_time must be a time"):
        rfc2822(text, field="start_time")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"status": "lost"}, "the status must be one of queued"),
        ({"start_time": "2026-11-23"}, "as in RFC 2822"),
        ({"sid": None}, "sid must be an id"),
        ({"start_time": rfc(NOW + timedelta(hours=1))}, "future"),
        ({"duration": "soon", "ends": 5}, "missing or of another type"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(said: dict[str, Any], reason: str) -> None:
    batches = feed("twilio_calls", [call(**said), CALLS.row(7, BEGUN)])
    assert one(batches).external_id == sid("CA", 7)
    assert reason in reasons(batches)[0]


def counted(**said: Any) -> list[Any]:
    """The volumes of a fetch whose statistics are changed, and why rows were rejected."""
    source: Any = build(QUEUES.config("http://127.0.0.1:1"), caller_hash=str)
    source._client = RigClient(QUEUES, lambda path, body: body | said if "Statistics" in path else body)
    return list(source.fetch(source.watermark_at(NOW - timedelta(minutes=10)), now=NOW))


def test_entered_is_offered_and_what_is_dated_otherwise_stays_unknown() -> None:
    batches = counted(tasks_entered=7, tasks_canceled=9, reservations_accepted=12)
    start = NOW - timedelta(minutes=15)
    volume = next(v for batch in batches for v in batch.volumes if v.queue == "support" and v.interval_start == start)
    assert isinstance(volume, IntervalVolume)
    assert (volume.offered, volume.answered, volume.abandoned, volume.aht_s) == (7, None, None, None)


def test_a_ringing_task_still_waits() -> None:
    state = next(state for batch in counted() for state in batch.states if state.queue == "support")
    assert isinstance(state, QueueState)
    assert (state.waiting, state.in_service, state.agents, state.longest_wait_s) == (5, 8, 9, 75.0)


@pytest.mark.parametrize("entered", [None, -1, "many", 1.5, True])
def test_a_count_that_is_none_is_rejected(entered: object) -> None:
    batches = counted(tasks_entered=entered)
    assert [volume for batch in batches for volume in batch.volumes] == []
    assert any("tasks_entered must be a count" in reason for reason in reasons(batches))


def test_another_period_than_was_asked_for_is_rejected() -> None:
    assert any("counted from" in reason for reason in reasons(counted(start_time="2026-11-01T00:00:00Z")))
