"""Deliveries: who is admitted, what becomes of each row, and that the schema handed out says the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from connectors.errors import DeliveryError, DeliveryFault, SourceError
from connectors.records import Channel, IntervalVolume, OutageSignal, QueueState, SignalStatus
from connectors.registry import build_pushed
from connectors.source import Batch, PushedSource, SourceConfig
from connectors.sources.webhook.schema import MOST_ROWS, SCHEMA
from connectors.sources.webhook.signature import WINDOW_S, sign

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
SECRET = "a secret of thirty-two characters"
EVENT = {
    "id": "c1",
    "queue": "support",
    "channel": "call",
    "arrived_at": "2026-11-24T10:58:00+01:00",
    "outcome": "answered",
    "answered_at": "2026-11-24T09:58:20Z",
    "ended_at": "2026-11-24T09:59:00Z",
    "caller": "+49 30 1234567",
}
INTERVAL = {
    "queue": "support",
    "channel": "chat",
    "interval_start": "2026-11-24T09:45:00Z",
    "interval_s": 900,
    "offered": 12,
    "answered": 10,
    "abandoned": 2,
    "aht_s": 61.5,
}
STATE = {"queue": "support", "channel": "call", "at": "2026-11-24T09:59:58Z", "waiting": 4, "longest_wait_s": 33}
SIGNAL = {"id": "a1", "title": "Checkout is down", "started_at": "2026-11-24T09:50:00Z", "status": "firing"}
WHOLE = {"events": [EVENT], "intervals": [INTERVAL], "states": [STATE], "signals": [SIGNAL]}


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> PushedSource:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    return make()


def make() -> PushedSource:
    config = SourceConfig("hook", "webhook", {"secret_env": "HOOK_SECRET"}, {"support": "hotline"})
    return build_pushed(config, caller_hash=lambda caller: f"hash:{len(caller)}")


def signed(body: bytes, *, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    timestamp = int(at.timestamp())
    return {
        "andrang-timestamp": str(timestamp),
        "andrang-signature": sign(body, secret=secret, timestamp=timestamp),
    }


def read(source: PushedSource, said: Any, watermark: str | None = None) -> Batch:
    body = json.dumps(said).encode()
    return source.read(body, watermark, headers=signed(body), now=NOW)


def fault_of(source: PushedSource, body: bytes, headers: dict[str, str]) -> tuple[DeliveryFault, str]:
    with pytest.raises(DeliveryError) as caught:
        source.admit(body, headers=headers, now=NOW)
    return caught.value.fault, str(caught.value)


def test_a_signed_delivery_is_admitted_and_read_whole(source: PushedSource) -> None:
    body = json.dumps(WHOLE).encode()
    source.admit(body, headers=signed(body), now=NOW)
    batch = source.read(body, None, headers=signed(body), now=NOW)
    (event,) = batch.events
    assert (event.external_id, event.queue, event.caller) == ("c1", "hotline", "hash:14")
    assert event.arrived_at == NOW - timedelta(minutes=2)
    start = NOW - timedelta(minutes=15)
    assert batch.volumes == [IntervalVolume("hotline", Channel.CHAT, start, 900, 12, 10, 2, 61.5)]
    assert batch.states == [QueueState("hotline", Channel.CALL, NOW - timedelta(seconds=2), 4, 33.0)]
    began = NOW - timedelta(minutes=10)
    assert batch.signals == [OutageSignal("a1", "Checkout is down", began, SignalStatus.FIRING)]
    assert batch.rejected == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"andrang-signature": ""}, "Andrang-Signature is missing"),
        ({"andrang-signature": "v1=0000"}, "does not fit"),
        ({"andrang-signature": "v1=\u00e4"}, "does not fit"),
        ({"andrang-timestamp": "soon"}, "whole seconds since 1970"),
        ({"andrang-timestamp": ""}, "whole seconds since 1970"),
        ({"andrang-timestamp": "\u0661"}, "whole seconds since 1970"),
        ({"andrang-timestamp": str(int(NOW.timestamp()) + 1)}, "does not fit"),
    ],
)
def test_without_the_right_signature_nothing_is_read(changes: dict[str, str], says: str, source: PushedSource) -> None:
    fault, message = fault_of(source, b"{}", signed(b"{}") | changes)
    assert fault is DeliveryFault.UNSIGNED
    assert says in message
    assert SECRET not in message


def test_one_changed_byte_or_another_secret_does_not_fit(source: PushedSource) -> None:
    assert fault_of(source, b"{ }", signed(b"{}"))[0] is DeliveryFault.UNSIGNED
    assert fault_of(source, b"{}", signed(b"{}", secret="another"))[0] is DeliveryFault.UNSIGNED


@pytest.mark.parametrize(("late_s", "way"), [(WINDOW_S + 1, "behind"), (-WINDOW_S - 1, "ahead of")])
def test_what_was_signed_long_ago_or_ahead_names_the_clock(late_s: int, way: str, source: PushedSource) -> None:
    fault, message = fault_of(source, b"{}", signed(b"{}", at=NOW - timedelta(seconds=late_s)))
    assert fault is DeliveryFault.UNSIGNED
    assert f"{WINDOW_S + 1} s {way} our clock" in message


def test_at_the_edge_of_the_window_it_is_admitted(source: PushedSource) -> None:
    for late_s in (WINDOW_S, -WINDOW_S):
        source.admit(b"{}", headers=signed(b"{}", at=NOW - timedelta(seconds=late_s)), now=NOW)


def test_the_very_same_delivery_is_taken_once_and_remembered_while_it_could_come_again(source: PushedSource) -> None:
    first = read(source, WHOLE)
    with pytest.raises(DeliveryError, match="taken already") as caught:
        read(source, WHOLE, first.watermark)
    assert caught.value.fault is DeliveryFault.REPEATED
    second = read(source, {"events": []}, first.watermark)
    assert len(json.loads(second.watermark)["seen"]) == 2
    body, later = b"{}", NOW + timedelta(seconds=2 * WINDOW_S + 1)
    third = source.read(body, second.watermark, headers=signed(body, at=later), now=later)
    assert len(json.loads(third.watermark)["seen"]) == 1


@pytest.mark.parametrize("foreign", ["no json", "{}", "[]", '{"seen": 3}', '{"seen": {"a": "b"}}', '"x"', "null"])
def test_a_watermark_of_another_kind_is_forgotten(foreign: str, source: PushedSource) -> None:
    assert read(source, WHOLE, foreign).events


@pytest.mark.parametrize(
    ("body", "fault", "says"),
    [
        (b"", DeliveryFault.MALFORMED, "no JSON"),
        (b"\xff{", DeliveryFault.MALFORMED, "no JSON"),
        (b'{"events": ["\\ud800"]}', DeliveryFault.MALFORMED, "no JSON"),
        (b"[" * 3000, DeliveryFault.MALFORMED, "no JSON"),
        (b"[]", DeliveryFault.MALFORMED, "must be an object with events, intervals, states, signals"),
        (b'{"event": []}', DeliveryFault.MALFORMED, "unknown key event"),
        (b'{"events": {}}', DeliveryFault.MALFORMED, "events must be a list"),
        (b'{"events": [' + b"1," * MOST_ROWS + b"1]}", DeliveryFault.TOO_LARGE, "5001 rows"),
    ],
)
def test_what_is_no_delivery_is_refused_whole(
    body: bytes, fault: DeliveryFault, says: str, source: PushedSource
) -> None:
    with pytest.raises(DeliveryError, match=says) as caught:
        source.read(body, None, headers=signed(body), now=NOW)
    assert caught.value.fault is fault


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("events", EVENT | {"answerd_at": None}, "unknown key answerd_at; there are id, queue"),
    ("events", EVENT | {"id": None}, "the key id is missing"),
    ("events", EVENT | {"id": "x" * 301}, "id must be a text of 1 to 300"),
    ("events", EVENT | {"queue": 7}, "queue must be a text"),
    ("events", EVENT | {"channel": "fax"}, "channel must be one of call"),
    ("events", EVENT | {"outcome": ["answered"]}, "outcome must be one of"),
    ("events", EVENT | {"arrived_at": "2026-11-24T10:58:00"}, "offset from UTC"),
    ("events", EVENT | {"ended_at": None}, "does not fit ended_at"),
    (
        "events",
        EVENT | {"arrived_at": "2026-11-24T12:00:00Z", "answered_at": None, "ended_at": None, "outcome": "waiting"},
        "future",
    ),
    ("intervals", INTERVAL | {"interval_s": 700}, "interval_s must divide 900"),
    ("intervals", INTERVAL | {"offered": 12.5}, "offered must be a whole number"),
    ("intervals", INTERVAL | {"answered": True}, "answered must be a whole number"),
    ("intervals", INTERVAL | {"answered": 11}, "exceed offered"),
    ("states", STATE | {"waiting": -1}, "waiting"),
    ("states", STATE | {"longest_wait_s": "long"}, "longest_wait_s must be a number"),
    ("signals", SIGNAL | {"status": "open"}, "status must be one of firing, resolved"),
    ("signals", SIGNAL | {"services": "shop"}, "services must be a list"),
    ("signals", SIGNAL | {"ended_at": "2026-11-24T09:59:00Z"}, "one of the two"),
]


@pytest.mark.parametrize(("kind", "row", "says"), BAD)
def test_a_row_that_does_not_fit_is_rejected_and_the_rest_goes_on(
    kind: str, row: dict[str, Any], says: str, source: PushedSource
) -> None:
    batch = read(source, {**WHOLE, kind: [row, *WHOLE[kind]]})
    (rejected,) = batch.rejected
    assert says in rejected.reason
    assert rejected.location.startswith(f"2026-11-24T10:00:00Z {kind}:")
    assert "1234567" not in rejected.raw
    assert (len(batch.events), len(batch.volumes), len(batch.states), len(batch.signals)) == (1, 1, 1, 1)


def test_a_callers_number_leaves_no_trace_but_its_hash(source: PushedSource) -> None:
    batch = read(source, {"events": [EVENT]})
    assert "1234567" not in repr(batch)


def test_without_our_own_secret_it_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    with pytest.raises(SourceError, match="HOOK_SECRET is not set"):
        make().admit(b"{}", headers=signed(b"{}"), now=NOW)


def test_one_that_sends_signals_alone_may_send_nothing_else(source: PushedSource) -> None:
    config = SourceConfig("hook", "webhook", {"secret_env": "HOOK_SECRET", "only_signals": True})
    alone = build_pushed(config, caller_hash=str)
    assert len(read(alone, {"signals": [SIGNAL]}).signals) == 1
    with pytest.raises(DeliveryError, match="unknown key events; this source takes signals"):
        read(alone, {"events": [EVENT]})


def test_it_is_never_fetched(source: PushedSource) -> None:
    assert list(source.fetch(None, now=NOW)) == []


def test_the_schema_is_one_and_takes_what_is_taken() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(WHOLE)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_ROW = st.one_of(
    _JSON,
    *(
        st.dictionaries(st.sampled_from(sorted(row)), _JSON, max_size=3).map(lambda changes, row=row: row | changes)
        for row in (EVENT, INTERVAL, STATE, SIGNAL)
    ),
)


@settings(max_examples=400, deadline=None)
@given(kind=st.sampled_from(sorted(WHOLE)), row=_ROW)
def test_whatever_a_row_holds_it_is_taken_or_rejected_and_what_the_schema_refuses_is_not_taken(
    kind: str, row: Any
) -> None:
    source = make()
    body = json.dumps({kind: [row]}).encode()
    batch = source.read(body, None, headers=signed(body), now=NOW)
    taken = [*batch.events, *batch.volumes, *batch.states, *batch.signals]
    assert len(taken) + len(batch.rejected) == 1
    if batch.rejected:
        assert batch.rejected[0].reason
    elif isinstance(row, dict) and row.get("url") is None:
        Draft202012Validator(SCHEMA).validate({kind: [{key: value for key, value in row.items() if value is not None}]})
