"""What Genesys' aggregates and observations mean."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from connectors.records import Channel, IntervalVolume, QueueState
from connectors.registry import build
from connectors.source import Batch
from tests.connectors.fake_vendor import FakeVendor, without_waiting
from tests.connectors.rig_client import RigClient, reasons
from tests.connectors.sources.genesys.rig import BILLING, COUNTS, STATES, SUPPORT, TOKEN, GenesysRig

RIG = GenesysRig()
NOW = RIG.now
QUARTER = NOW.replace(minute=0)


def answered(counts: Any = None, states: Any = None) -> list[Batch]:
    """A fetch of the last hours whose answers are these."""

    def change(path: str, body: Any) -> Any:
        said = {COUNTS: counts, STATES: states}[path]
        return body if said is None else said

    source: Any = build(RIG.config("http://127.0.0.1:1"), caller_hash=str)
    source._client = RigClient(RIG, change)
    return list(source.fetch(source.watermark_at(NOW), now=NOW))


def group(interval: str = "2026-11-23T11:30:00.000Z/2026-11-23T11:45:00.000Z", **stats: Any) -> dict[str, Any]:
    metrics = [{"metric": name, "stats": said} for name, said in stats.items()]
    data = [{"interval": interval, "metrics": metrics}]
    return {"results": [{"group": {"queueId": SUPPORT, "mediaType": "voice"}, "data": data}]}


def volumes(batches: list[Batch]) -> list[IntervalVolume]:
    return [volume for batch in batches for volume in batch.volumes]


def test_counts_become_an_interval_with_the_mean_of_handling() -> None:
    stats = {
        "nOffered": {"count": 20},
        "tAnswered": {"count": 15, "sum": 300_000.0},
        "tAbandon": {"count": 3, "sum": 90_000.0},
        "tHandle": {"count": 16, "sum": 3_840_000.0},
    }
    (volume,) = volumes(answered(group(**stats)))
    start = QUARTER - timedelta(minutes=30)
    assert volume == IntervalVolume(
        "support", Channel.CALL, start, 900, offered=20, answered=15, abandoned=3, aht_s=240.0
    )


def test_a_metric_that_is_absent_did_not_happen() -> None:
    (volume,) = volumes(answered(group(nOffered={"count": 4})))
    assert (volume.offered, volume.answered, volume.abandoned, volume.aht_s) == (4, 0, 0, None)


def test_a_mail_that_lay_open_for_days_has_no_handling_time_but_counts() -> None:
    (volume,) = volumes(answered(group(nOffered={"count": 4}, tHandle={"count": 1, "sum": 3e8})))
    assert (volume.offered, volume.aht_s) == (4, None)


def test_what_ended_here_but_arrived_before_is_no_arrival() -> None:
    assert volumes(answered(group(tAnswered={"count": 2, "sum": 1.0}))) == []


def test_more_answers_than_arrivals_leave_both_unknown() -> None:
    (volume,) = volumes(answered(group(nOffered={"count": 3}, tAnswered={"count": 4}, tAbandon={"count": 1})))
    assert (volume.offered, volume.answered, volume.abandoned) == (3, None, None)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (group(nOffered={"count": -1}), "nOffered must have a count"),
        (group(nOffered={"count": "5"}), "nOffered must have a count"),
        (group(nOffered={}), "the field count is missing"),
        (group("2026-11-23T11:00:00Z/2026-11-23T12:00:00Z", nOffered={"count": 1}), "must be a quarter-hour"),
        (group("2026-11-23T11:00:00/2026-11-23T11:15:00", nOffered={"count": 1}), "must carry its offset"),
        ({"results": [{"group": {}, "data": []}]}, "the field queueId is missing"),
        ({"results": [{"group": {"queueId": SUPPORT}, "data": "none"}]}, "data must be a list"),
    ],
)
def test_a_bad_row_is_rejected_with_its_reason(said: Any, reason: str) -> None:
    batches = answered(said)
    assert volumes(batches) == []
    assert reason in reasons(batches)[0]


def test_an_interval_may_carry_another_offset() -> None:
    said = group("2026-11-23T12:30:00.000+01:00/2026-11-23T12:45:00.000+01:00", nOffered={"count": 1})
    assert [volume.interval_start for volume in volumes(answered(said))] == [QUARTER - timedelta(minutes=30)]


def test_the_live_state_is_that_of_the_medium_and_users_are_summed() -> None:
    states = {state.queue: state for batch in answered() for state in batch.states}
    wanted = QueueState("support", Channel.CALL, NOW, waiting=2, longest_wait_s=95.0, in_service=6, agents=9)
    assert states["support"] == wanted
    assert set(states) == {"support", BILLING}


def test_a_state_without_a_count_of_waiting_is_rejected() -> None:
    data = [{"metric": "oInteracting", "stats": {"count": 1}}]
    batches = answered(states={"results": [{"group": {"queueId": SUPPORT, "mediaType": "voice"}, "data": data}]})
    assert [state for batch in batches for state in batch.states] == []
    assert "the field oWaiting is missing" in reasons(batches)


def test_nothing_at_all_is_an_empty_object() -> None:
    (batch,) = answered({}, {})
    assert (list(batch.volumes), list(batch.states), list(batch.rejected)) == ([], [], [])


def test_counts_are_asked_for_again_while_they_settle() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        source: Any = build(vendor.config(), caller_hash=str)
        list(source.fetch(source.watermark_at(NOW), now=NOW))
        asked = [request.json() for request in vendor.requests if request.path == COUNTS]
        paths = [request.path for request in vendor.requests]
    assert [one["interval"] for one in asked] == ["2026-11-23T10:00:00.000Z/2026-11-23T12:15:00.000Z"]
    assert paths == [TOKEN, COUNTS, STATES]


def test_one_block_counts_one_medium() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        source: Any = build(vendor.config(), caller_hash=str)
        list(source.fetch(source.watermark_at(NOW), now=NOW))
        asked = next(request.json() for request in vendor.requests if request.path == COUNTS)
    assert {"dimension": "mediaType", "value": "voice"} in asked["filter"]["predicates"]
