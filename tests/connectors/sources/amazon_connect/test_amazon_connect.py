"""Amazon Connect: signed questions and answers against Amazon's service model, and what becomes of them here."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from connectors.errors import ConfigError, SourceError
from connectors.records import Channel, IntervalVolume, QueueState
from connectors.registry import build
from connectors.source import Batch, SourceConfig
from connectors.sources.amazon_connect import AmazonConnect
from tests.connectors.fake_vendor import SECRET, SECRET_ENV, Answer, FakeVendor, Request, without_waiting
from tests.connectors.rig_client import RigClient
from tests.connectors.schema_rows import damaged
from tests.connectors.sources.amazon_connect.amazon_model import answer_problems, question_problems
from tests.connectors.sources.amazon_connect.rig import ARN, INSTANCE, QUEUES, AmazonConnectRig, refused

NOW = AmazonConnectRig.now
SUPPORT, BILLING, _ = QUEUES
START = datetime(2026, 11, 23, 11, 15, tzinfo=UTC)
MARK = '{"since":"2026-11-23T12:00:00+00:00"}'


def count(queue: str, **metrics: float) -> dict[str, Any]:
    """One group of one quarter-hour."""
    return {
        "Dimensions": {"QUEUE": queue},
        "MetricInterval": {"StartTime": START.timestamp(), "EndTime": START.timestamp() + 900},
        "Collections": [{"Metric": {"Name": name}, "Value": value} for name, value in metrics.items()],
    }


def source_with(change: Callable[[str, Any], Any]) -> AmazonConnect:
    rig = AmazonConnectRig()
    source: Any = build(rig.config("http://127.0.0.1:1"), caller_hash=str)
    source._client = RigClient(SignedRig(), change)
    return source  # type: ignore[no-any-return]


class SignedRig(AmazonConnectRig):
    """Asked without a network, so without a signature."""

    def answer(self, request: Request) -> Answer:
        signed = {**request.headers, "authorization": "AWS4-HMAC-SHA256 Credential=AKIA/"}
        return super().answer(Request(request.method, request.path, request.query, signed, request.body))


def fetched(rows: list[Any], *, states: list[Any] | None = None) -> Batch:
    """What one fetch makes of these groups."""

    def change(path: str, body: Any) -> Any:
        if path == "/metrics/data":
            return {"MetricResults": rows}
        if path == f"/metrics/current/{INSTANCE}":
            return {"MetricResults": body["MetricResults"][:0] if states is None else states}
        return body

    (batch,) = source_with(change).fetch(MARK, now=NOW)
    return batch


def test_every_question_and_every_answer_fits_amazons_model() -> None:
    rig, problems = AmazonConnectRig(), []

    def check(request: Request, ask: Callable[[Request], Answer]) -> Answer:
        answer = ask(request)
        problems.extend((question_problems(request), answer_problems(request, answer)))
        return answer

    with FakeVendor(rig, fault=check) as vendor, without_waiting():
        batches = list(build(vendor.config(), caller_hash=str).fetch(None, now=NOW))
        asked = {request.path for request in vendor.requests}
    assert asked == {f"/queues-summary/{INSTANCE}", "/metrics/data", f"/metrics/current/{INSTANCE}"}
    assert len(problems) > 20
    assert not any(problems), [text for text in problems if text][:3]
    assert sum(len(batch.volumes) for batch in batches) >= len(rig.expected())


def test_the_model_check_can_fail() -> None:
    headers: dict[str, str] = {}
    wrong = Request("POST", "/metrics/data", {}, headers, b'{"ResourceArn": 7, "Wrong": 1}')
    assert "ResourceArn" in question_problems(wrong)
    assert "Wrong" in question_problems(wrong)
    assert "unknown" in answer_problems(wrong, Answer(body={"Rows": []}))


def test_counts_become_intervals() -> None:
    full = {"CONTACTS_QUEUED": 20.0, "CONTACTS_HANDLED_BY_CONNECTED_TO_AGENT": 15.0, "CONTACTS_ABANDONED": 3.0}
    batch = fetched(
        [
            count(SUPPORT, **full, AVG_HANDLE_TIME=240.5),
            count(BILLING, CONTACTS_QUEUED=4.0),
            count(BILLING, AVG_HANDLE_TIME=9.0),
        ]
    )
    assert batch.volumes == [
        IntervalVolume("support", Channel.CALL, START, 900, offered=20, answered=15, abandoned=3, aht_s=240.5),
        IntervalVolume("Billing", Channel.CALL, START, 900, offered=4, answered=0, abandoned=0),
    ]
    assert batch.watermark == MARK


def test_what_contradicts_itself_is_left_unknown() -> None:
    batch = fetched([count(SUPPORT, CONTACTS_QUEUED=2.0, CONTACTS_ABANDONED=5.0)])
    assert [(v.offered, v.answered, v.abandoned) for v in batch.volumes] == [(2, None, None)]


def test_the_live_figures_become_states() -> None:
    (batch,) = source_with(lambda path, body: body).fetch(MARK, now=NOW)
    at = NOW - timedelta(seconds=5)
    assert batch.states[0] == QueueState(
        "support", Channel.CALL, at, waiting=7, longest_wait_s=95.0, in_service=12, agents=15
    )
    assert [state.queue for state in batch.states] == ["support", "Billing", "Complaints"]


def test_a_first_fetch_goes_day_by_day() -> None:
    source = source_with(lambda path, body: body)
    batches = list(source.fetch(source.watermark_at(NOW - timedelta(days=3)), now=NOW))
    assert [(batch.done, batch.total) for batch in batches] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [len(batch.states) for batch in batches] == [0, 0, 0, 3]


def test_a_bad_row_is_rejected_with_its_reason() -> None:
    batch = fetched([count(SUPPORT, CONTACTS_QUEUED=1.5), count(SUPPORT, CONTACTS_QUEUED=3.0)])
    assert [volume.offered for volume in batch.volumes] == [3]
    assert [record.reason for record in batch.rejected] == ["CONTACTS_QUEUED must be a count, got '1.5'"]


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [(429, "ThrottlingException", False), (500, "InternalServiceException", False), (403, "AccessDenied", True)],
)
def test_refusals_say_whether_to_ask_again(status: int, code: str, permanent: bool) -> None:
    def fault(request: Request, ask: Callable[[Request], Answer]) -> Answer:
        return refused(status, code, f"User is not authorized to use {SECRET}")

    with FakeVendor(AmazonConnectRig(), fault=fault) as vendor, without_waiting():
        source = build(vendor.config(), caller_hash=str)
        with pytest.raises(SourceError, match=str(status)) as caught:
            list(source.fetch(None, now=NOW))
    assert caught.value.permanent is permanent
    assert SECRET not in str(caught.value)


def test_a_probe_names_the_queues() -> None:
    probe = source_with(lambda path, body: body).probe(now=NOW)
    assert probe.saw == "3 queues"
    assert list(probe.queues) == ["Billing", "Complaints", "Support"]


def block(**changed: Any) -> SourceConfig:
    known = AmazonConnectRig().config("http://127.0.0.1:1")
    options = {key: value for key, value in {**known.options, **changed}.items() if value is not None}
    return SourceConfig(known.name, known.kind, options, known.queues)


def test_without_botocore_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r'pip install "andrang\[amazon\]"'):
        build(block(), caller_hash=str)


@pytest.mark.parametrize("wrong", ["12345678", "arn:aws:connect:eu-central-1:12:instance/x", "arn:aws:s3:::bucket"])
def test_another_arn_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigError, match="instance must be the ARN"):
        build(block(instance=wrong), caller_hash=str)


def test_half_a_key_is_refused() -> None:
    with pytest.raises(ConfigError, match="belong together"):
        build(block(secret_access_key_env=None), caller_hash=str)


def test_the_address_follows_from_the_arn() -> None:
    china = ARN.replace("arn:aws:", "arn:aws-cn:").replace("eu-central-1", "cn-north-1")
    for arn, host in ((ARN, "connect.eu-central-1.amazonaws.com"), (china, "connect.cn-north-1.amazonaws.com.cn")):
        source: Any = build(block(instance=arn, url=None), caller_hash=str)
        assert source._client._base.host == host


def asked(source: Any, vendor: FakeVendor) -> Request:
    source.probe(now=NOW)
    return vendor.requests[0]


def test_the_signature_is_the_one_amazon_works_out() -> None:
    with FakeVendor(AmazonConnectRig()) as vendor, without_waiting():
        request = asked(build(vendor.config(), caller_hash=str), vendor)
        query = "&".join(f"{key}={values[0]}" for key, values in request.query.items())
        again = AWSRequest("GET", f"{vendor.url}{request.path}?{query}", data=b"")
    again.context["timestamp"] = request.headers["x-amz-date"]
    again.headers["X-Amz-Date"] = request.headers["x-amz-date"]
    signer = SigV4Auth(Credentials("AKIA", SECRET), "connect", "eu-central-1")
    text = signer.string_to_sign(again, signer.canonical_request(again))
    assert request.headers["authorization"].endswith(f"Signature={signer.signature(text, again)}")


def test_keys_are_found_where_aws_tools_find_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "found-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "found-token")
    with FakeVendor(AmazonConnectRig()) as vendor, without_waiting():
        config = block(url=vendor.url, access_key_id=None, secret_access_key_env=None)
        source: Any = build(config, caller_hash=str)
        assert asked(source, vendor).headers["x-amz-security-token"] == "found-token"
    assert source._client._hidden() == ("found-secret", "found-token")


def test_without_any_key_it_says_what_to_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.session.Session.get_credentials", lambda self: None)
    source: Any = build(block(access_key_id=None, secret_access_key_env=None), caller_hash=str)
    with pytest.raises(SourceError, match="has no credentials; give access_key_id") as caught:
        source.probe(now=NOW)
    assert caught.value.permanent


def test_ten_thousand_damaged_rows_are_rejected_and_never_stop_the_rest() -> None:
    random, taken, refusals = Random(7), 0, 0
    good = count(SUPPORT, CONTACTS_QUEUED=20.0, CONTACTS_ABANDONED=3.0, AVG_HANDLE_TIME=240.5)

    def change(path: str, body: Any) -> Any:
        if path == "/metrics/data":
            return {"MetricResults": [damaged(good, random) for _ in range(500)]}
        key = "QueueSummaryList" if "QueueSummaryList" in body else "MetricResults"
        return {**body, key: [damaged(row, random) for row in body[key] * 100]}

    source = source_with(change)
    for _ in range(12):
        for batch in source.fetch(MARK, now=NOW):
            taken += len(batch.volumes) + len(batch.states)
            refusals += len(batch.rejected)
            assert all(record.reason for record in batch.rejected)
    assert taken + refusals > 10_000
    assert min(taken, refusals) > 500


def test_the_secret_comes_from_where_the_block_says() -> None:
    with pytest.raises(ConfigError, match="secret_access_key"):
        build(block(secret_access_key_env=None, secret_access_key=SECRET_ENV), caller_hash=str)
