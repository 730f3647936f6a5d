"""Alertmanager's list as signals: what begins, what ends, what is silenced; against the vendor's own description."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError, SourceError
from connectors.records import OutageSignal, SignalStatus
from connectors.registry import build
from connectors.source import Batch, Evidence, SourceConfig
from tests.connectors.contracts import Contract, Said
from tests.connectors.fake_vendor import Answer, FakeVendor, Request, without_waiting
from tests.connectors.sources.alertmanager.rig import COUNT, AlertmanagerRig, name

CONTRACT = Contract("alertmanager_v2.yaml.gz", ("GET /alerts",))


@pytest.fixture
def rig() -> AlertmanagerRig:
    return AlertmanagerRig()


@pytest.fixture
def source(rig: AlertmanagerRig) -> Iterator[Any]:
    with FakeVendor(rig) as vendor, without_waiting():
        yield build(vendor.config(), caller_hash=str)


def fetch(source: Any, rig: AlertmanagerRig, watermark: str | None = None) -> list[Batch]:
    return list(source.fetch(watermark, now=rig.now))


def statuses(batches: list[Batch]) -> list[tuple[str, str]]:
    return [(one.external_id, str(one.status)) for batch in batches for one in batch.signals]


def test_what_fires_comes_with_all_it_says(source: Any, rig: AlertmanagerRig) -> None:
    (batch,) = fetch(source, rig)
    assert {one.external_id for one in batch.signals} == rig.expected()
    first = next(one for one in batch.signals if one.external_id == name(1))
    assert first == OutageSignal(
        external_id=name(1),
        title="Checkout 1 is down",
        started_at=rig.now - timedelta(hours=2),
        status=SignalStatus.FIRING,
        severity="critical",
        services=("shop-1",),
        url="http://prometheus.example/graph?g=1",
    )
    assert (batch.rejected, batch.done, batch.total) == ([], COUNT, COUNT)


def test_nothing_new_brings_nothing(source: Any, rig: AlertmanagerRig) -> None:
    (batch,) = fetch(source, rig)
    assert fetch(source, rig, batch.watermark) == []


def test_what_is_listed_no_more_has_ended(source: Any, rig: AlertmanagerRig) -> None:
    (before,) = fetch(source, rig)
    rig.over, rig.now = {1}, rig.now + timedelta(minutes=5)
    (after,) = fetch(source, rig, before.watermark)
    ended = [one for one in after.signals if one.status is SignalStatus.RESOLVED]
    assert [(one.external_id, one.title, one.ended_at) for one in ended] == [(name(1), "Checkout 1 is down", rig.now)]


def test_what_begins_anew_between_two_polls_has_ended_first(source: Any, rig: AlertmanagerRig) -> None:
    (before,) = fetch(source, rig)
    rig.restarted = {2}
    (after,) = fetch(source, rig, before.watermark)
    of_it = [one for one in after.signals if one.external_id == name(2)]
    assert [str(one.status) for one in of_it] == ["resolved", "firing"]
    assert of_it[0].ended_at == of_it[1].started_at == rig.now - timedelta(minutes=1)


def test_a_silence_neither_begins_nor_ends_a_signal(source: Any, rig: AlertmanagerRig) -> None:
    (before,) = fetch(source, rig)
    rig.silenced |= {1}
    assert fetch(source, rig, before.watermark) == []
    rig.silenced -= {3}
    (after,) = fetch(source, rig, before.watermark)
    assert (name(3), "firing") in statuses([after])
    assert "resolved" not in dict(statuses([after])).values()


def test_one_that_cannot_be_read_is_rejected_and_does_not_end(source: Any, rig: AlertmanagerRig) -> None:
    (before,) = fetch(source, rig)
    whole = rig.alert

    def torn(number: int) -> dict[str, Any]:
        return whole(number) | ({"startsAt": "yesterday"} if number == 1 else {})

    rig.alert = torn  # type: ignore[method-assign]
    (after,) = fetch(source, rig, before.watermark)
    assert (name(1), "resolved") not in statuses([after])
    assert ["startsAt" in one.reason for one in after.rejected] == [True]


@pytest.mark.parametrize("foreign", ["no json", "{}", "[1]", '{"firing": 7}', '{"firing": [["a"]]}', '"text"', "null"])
def test_a_watermark_of_another_kind_reads_all_again(foreign: str, source: Any, rig: AlertmanagerRig) -> None:
    assert statuses(fetch(source, rig, foreign)) == statuses(fetch(source, rig))


def test_too_many_alerts_are_refused_in_words(source: Any, rig: AlertmanagerRig) -> None:
    rig.answer = lambda request: Answer(body=[rig.alert(0)] * 2001)  # type: ignore[method-assign]
    with pytest.raises(SourceError, match="2001 alerts fire, more than 2000; narrow them with filter"):
        fetch(source, rig)


def test_the_probe_says_what_fires(source: Any, rig: AlertmanagerRig) -> None:
    probe = source.probe(now=rig.now)
    assert probe.saw == "10 alerts fire, about shop-0, shop-1, shop-2"
    assert probe.missing == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"user": "u"}, "go together"),
        ({"user": "u", "password_env": "P", "token_env": "T"}, "keep one"),
        ({"filters": ["a"]}, "unknown key filters"),
        ({"url": "http://monitor.example"}, "https"),
    ],
)
def test_senseless_options(options: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        build(SourceConfig("m", "alertmanager", {"url": "https://monitor.example"} | options), caller_hash=str)


@pytest.mark.shared
def test_what_is_asked_and_answered_is_as_the_vendor_describes(shared: Path, rig: AlertmanagerRig) -> None:
    heard: list[Request] = []

    def note(request: Request, ask: Any) -> Answer:
        heard.append(request)
        answer: Answer = ask(request)
        return answer

    with FakeVendor(rig, fault=note) as vendor, without_waiting():
        source: Any = build(vendor.config(), caller_hash=str)
        fetch(source, rig)
        source.probe(now=rig.now)
    checker = CONTRACT.load(shared / "contracts")
    assert len(heard) == 2
    for request in heard:
        query = "&".join(f"{key}={value}" for key, values in request.query.items() for value in values)
        target = f"{request.path.removeprefix('/api/v2')}?{query}"
        checker.check(Said("GET", target, request.headers, b"", 200, rig.answer(request).body))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(sorted(AlertmanagerRig().alert(0))), _JSON, max_size=4), row=_JSON)
def test_whatever_an_alert_holds_nothing_but_a_rejected_record_comes_of_it(changes: dict[str, Any], row: Any) -> None:
    rig = AlertmanagerRig()
    source: Any = build(rig.config("http://127.0.0.1:9"), caller_hash=str)
    source._listed = lambda: [rig.alert(1), rig.alert(2) | changes, row]
    batches = fetch(source, rig)
    again = fetch(source, rig, batches[0].watermark)
    assert name(1) in dict(statuses(batches))
    assert all(batch.rejected for batch in again)


def test_the_evidence_is_stated(source: Any) -> None:
    assert (source.KIND, source.EVIDENCE, source.ONLY_SIGNALS) == ("alertmanager", Evidence.LIVE, True)
