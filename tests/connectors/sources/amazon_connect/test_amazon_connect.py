"""Amazon Connect against botocore's Stubber, which checks every request and answer against Amazon's service model."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from botocore.stub import ANY, Stubber

from connectors.errors import ConfigError, SourceError
from connectors.records import Channel, IntervalVolume, QueueState
from connectors.source import SourceConfig
from connectors.sources.amazon_connect import AmazonConnect
from tests.connectors.fake_vendor import SECRET, SECRET_ENV
from tests.connectors.schema_rows import damaged

ARN = "arn:aws:connect:eu-central-1:123456789012:instance/12345678-aaaa-bbbb-cccc-123456789012"
NOW = datetime(2026, 11, 23, 12, 7, tzinfo=UTC)
SUPPORT, BILLING = "11111111-aaaa-bbbb-cccc-123456789012", "22222222-aaaa-bbbb-cccc-123456789012"
QUEUES = {
    "QueueSummaryList": [
        {"Id": SUPPORT, "Arn": f"{ARN}/queue/{SUPPORT}", "Name": "Support", "QueueType": "STANDARD"},
        {"Id": BILLING, "Arn": f"{ARN}/queue/{BILLING}", "Name": "Billing", "QueueType": "STANDARD"},
    ]
}
MARK = '{"since":"2026-11-23T12:00:00+00:00"}'


def options(**more: Any) -> dict[str, Any]:
    return {"instance": ARN, "access_key_id": "AKIA", "secret_access_key_env": SECRET_ENV, **more}


def source_of(**more: Any) -> AmazonConnect:
    block = SourceConfig("connect", "amazon_connect", options(**more), {"Support": "support"})
    return AmazonConnect(block, caller_hash=str)


@pytest.fixture
def source() -> AmazonConnect:
    return source_of()


@pytest.fixture
def stub(source: AmazonConnect) -> Iterator[Stubber]:
    with Stubber(source.amazon.client) as stubber:
        yield stubber


def count(queue: str, start: datetime, **metrics: float) -> dict[str, Any]:
    """One group of one quarter-hour."""
    return {
        "Dimensions": {"QUEUE": queue, "QUEUE_ARN": f"{ARN}/queue/{queue}"},
        "MetricInterval": {"Interval": "FIFTEEN_MIN", "StartTime": start, "EndTime": start + timedelta(minutes=15)},
        "Collections": [{"Metric": {"Name": name}, "Value": value} for name, value in metrics.items()],
    }


def live(queue: str, **metrics: float) -> dict[str, Any]:
    """One group of the live figures."""
    return {
        "Dimensions": {"Queue": {"Id": queue, "Arn": f"{ARN}/queue/{queue}"}},
        "Collections": [{"Metric": {"Name": name, "Unit": "COUNT"}, "Value": value} for name, value in metrics.items()],
    }


def answers(stub: Stubber, *pages: dict[str, Any], states: list[dict[str, Any]] | None = None) -> None:
    """Queues, then the pages of counts, then the live figures."""
    stub.add_response("list_queues", QUEUES, {"InstanceId": ARN.rsplit("/", 1)[-1], "QueueTypes": ["STANDARD"]})
    for page in pages:
        stub.add_response("get_metric_data_v2", page)
    body = {"MetricResults": states or [], "DataSnapshotTime": NOW - timedelta(seconds=5)}
    stub.add_response("get_current_metric_data", body)


def test_counts_of_all_pages_become_intervals(source: AmazonConnect, stub: Stubber) -> None:
    start = datetime(2026, 11, 23, 11, 15, tzinfo=UTC)
    full = {"CONTACTS_QUEUED": 20.0, "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT": 15.0, "CONTACTS_ABANDONED": 3.0}
    first = {"MetricResults": [count(SUPPORT, start, **full, AVG_HANDLE_TIME=240.5)], "NextToken": "more"}
    second = {"MetricResults": [count(BILLING, start, CONTACTS_QUEUED=4.0), count(BILLING, start, AVG_HANDLE_TIME=9.0)]}
    answers(stub, first, second)
    (batch,) = source.fetch(MARK, now=NOW)
    assert batch.volumes == [
        IntervalVolume("support", Channel.CALL, start, 900, offered=20, answered=15, abandoned=3, aht_s=240.5),
        IntervalVolume("Billing", Channel.CALL, start, 900, offered=4, answered=0, abandoned=0),
    ]
    assert batch.watermark == MARK
    stub.assert_no_pending_responses()


def test_what_contradicts_itself_is_left_unknown(source: AmazonConnect, stub: Stubber) -> None:
    start = datetime(2026, 11, 23, 11, 15, tzinfo=UTC)
    answers(stub, {"MetricResults": [count(SUPPORT, start, CONTACTS_QUEUED=2.0, CONTACTS_ABANDONED=5.0)]})
    (batch,) = source.fetch(MARK, now=NOW)
    assert [(v.offered, v.answered, v.abandoned) for v in batch.volumes] == [(2, None, None)]


def test_the_question_is_for_whole_quarter_hours_of_the_channel(source: AmazonConnect, stub: Stubber) -> None:
    stub.add_response("list_queues", QUEUES)
    asked = {
        "ResourceArn": ARN,
        "StartTime": datetime(2026, 11, 23, 10, tzinfo=UTC),
        "EndTime": datetime(2026, 11, 23, 12, tzinfo=UTC),
        "Interval": {"TimeZone": "UTC", "IntervalPeriod": "FIFTEEN_MIN"},
        "Filters": [
            {"FilterKey": "QUEUE", "FilterValues": [SUPPORT, BILLING]},
            {"FilterKey": "CHANNEL", "FilterValues": ["VOICE"]},
        ],
        "Groupings": ["QUEUE"],
        "Metrics": ANY,
        "MaxResults": 100,
    }
    stub.add_response("get_metric_data_v2", {"MetricResults": []}, asked)
    stub.add_response("get_current_metric_data", {"MetricResults": []})
    assert [batch.volumes for batch in source.fetch(MARK, now=NOW)] == [[]]


def test_the_live_figures_become_states(source: AmazonConnect, stub: Stubber) -> None:
    said = live(SUPPORT, CONTACTS_IN_QUEUE=7.0, OLDEST_CONTACT_AGE=95.0, AGENTS_ON_CONTACT=12.0, AGENTS_ONLINE=15.0)
    answers(stub, {"MetricResults": []}, states=[said, live(BILLING, CONTACTS_IN_QUEUE=0.0)])
    (batch,) = source.fetch(MARK, now=NOW)
    at = NOW - timedelta(seconds=5)
    assert batch.states == [
        QueueState("support", Channel.CALL, at, waiting=7, longest_wait_s=95.0, in_service=12, agents=15),
        QueueState("Billing", Channel.CALL, at, waiting=0),
    ]


def test_a_first_fetch_goes_day_by_day(stub: Stubber, source: AmazonConnect) -> None:
    answers(stub, *({"MetricResults": []} for _ in range(4)))
    batches = list(source.fetch(source.watermark_at(NOW - timedelta(days=3)), now=NOW))
    assert [batch.done for batch in batches] == [1, 2, 3, 4]
    assert batches[-1].total == 4
    assert [len(batch.states) for batch in batches[:-1]] == [0, 0, 0]


def test_a_bad_row_is_rejected_with_its_reason(source: AmazonConnect, stub: Stubber) -> None:
    start = datetime(2026, 11, 23, 11, 15, tzinfo=UTC)
    answers(
        stub,
        {"MetricResults": [count(SUPPORT, start, CONTACTS_QUEUED=1.5), count(SUPPORT, start, CONTACTS_QUEUED=3.0)]},
    )
    (batch,) = source.fetch(MARK, now=NOW)
    assert [volume.offered for volume in batch.volumes] == [3]
    assert [record.reason for record in batch.rejected] == ["CONTACTS_QUEUED must be a count, got '1.5'"]


@pytest.mark.parametrize(
    ("code", "permanent"),
    [("ThrottlingException", False), ("InternalServiceException", False), ("AccessDeniedException", True)],
)
def test_refusals_say_whether_to_ask_again(code: str, permanent: bool, source: AmazonConnect, stub: Stubber) -> None:
    stub.add_client_error("list_queues", code, "no")
    with pytest.raises(SourceError, match=code) as caught:
        list(source.fetch(None, now=NOW))
    assert caught.value.permanent is permanent
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "permanent"), [(EndpointConnectionError(endpoint_url="https://x"), False), (NoCredentialsError(), True)]
)
def test_what_botocore_raises_becomes_a_source_error(
    error: Exception, permanent: bool, source: AmazonConnect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(source.amazon.client, "list_queues", fail)
    with pytest.raises(SourceError) as caught:
        source.probe(now=NOW)
    assert caught.value.permanent is permanent


def test_a_repeated_token_ends_the_paging(source: AmazonConnect, stub: Stubber) -> None:
    stub.add_response("list_queues", {**QUEUES, "NextToken": "a"})
    stub.add_response("list_queues", {**QUEUES, "NextToken": "a"})
    with pytest.raises(SourceError, match="same NextToken twice"):
        source.probe(now=NOW)


def test_a_probe_names_the_queues(source: AmazonConnect, stub: Stubber) -> None:
    stub.add_response("list_queues", QUEUES)
    probe = source.probe(now=NOW)
    assert probe.saw == "2 queues"
    assert list(probe.queues) == ["Billing", "Support"]


def test_without_botocore_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r'pip install "andrang\[amazon\]"'):
        source_of()


@pytest.mark.parametrize("wrong", ["12345678", "arn:aws:connect:eu-central-1:12:instance/x", "arn:aws:s3:::bucket"])
def test_another_arn_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigError, match="instance must be the ARN"):
        source_of(instance=wrong)


def test_ten_thousand_damaged_rows_are_rejected_and_never_stop_the_rest(source: AmazonConnect) -> None:
    random, taken, refused = Random(7), 0, 0
    start = datetime(2026, 11, 23, 11, 15, tzinfo=UTC)
    good = count(SUPPORT, start, CONTACTS_QUEUED=20.0, CONTACTS_ABANDONED=3.0, AVG_HANDLE_TIME=240.5)
    now = live(SUPPORT, CONTACTS_IN_QUEUE=7.0, OLDEST_CONTACT_AGE=95.0)

    def ask(operation: str, **question: Any) -> dict[str, Any]:
        if operation == "list_queues":
            return {"QueueSummaryList": [damaged(row, random) for row in QUEUES["QueueSummaryList"] * 3]}
        row = good if operation == "get_metric_data_v2" else now
        return {"MetricResults": [damaged(row, random) for _ in range(500)], "DataSnapshotTime": NOW}

    source.amazon.ask = ask  # type: ignore[method-assign]
    for _ in range(12):
        for batch in source.fetch(MARK, now=NOW):
            taken += len(batch.volumes) + len(batch.states)
            refused += len(batch.rejected)
            assert all(record.reason for record in batch.rejected)
    assert min(taken, refused) > 1000


def test_half_a_key_is_refused() -> None:
    with pytest.raises(ConfigError, match="belong together"):
        AmazonConnect(
            SourceConfig("connect", "amazon_connect", {"instance": ARN, "access_key_id": "AKIA"}), caller_hash=str
        )
