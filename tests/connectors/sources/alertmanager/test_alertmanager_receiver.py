"""What Alertmanager's webhook posts: who is admitted, and what becomes of each alert."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import ConfigError, DeliveryError, DeliveryFault
from connectors.registry import build_pushed, is_pushed, only_signals
from connectors.source import PushedSource, SourceConfig

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
FIRING = {
    "status": "firing",
    "labels": {"alertname": "Down", "service": "shop, login", "severity": "page"},
    "annotations": {},
    "startsAt": "2026-11-24T09:50:00.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "javascript:alert(1)",
    "fingerprint": "00f1",
}
ENDED = FIRING | {"status": "resolved", "endsAt": "2026-11-24T09:55:00Z", "fingerprint": "00f2"}


@pytest.fixture
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AM_TOKEN", "t0ken")
    monkeypatch.setenv("AM_PASSWORD", "pässword")


def make(**options: Any) -> PushedSource:
    return build_pushed(SourceConfig("am", "alertmanager_webhook", options), caller_hash=str)


def admitted(source: PushedSource, authorization: str) -> bool:
    try:
        source.admit(b"", headers={"authorization": authorization}, now=NOW)
    except DeliveryError as error:
        return error.fault is not DeliveryFault.UNSIGNED or "t0ken" in str(error)
    return True


@pytest.mark.usefixtures("_secrets")
def test_the_token_or_user_and_password_open_the_door() -> None:
    token, basic = make(token_env="AM_TOKEN"), make(user="am", password_env="AM_PASSWORD")
    pair = "Basic " + b64encode("am:pässword".encode()).decode()
    assert [admitted(token, said) for said in ("Bearer t0ken", "Bearer t0kens", "t0ken", "", pair)] == [True] + [
        False
    ] * 4
    assert [admitted(basic, said) for said in (pair, "Bearer t0ken", "Basic x", "Basic \u00e4")] == [True] + [False] * 3


@pytest.mark.parametrize("options", [{}, {"user": "a"}, {"token_env": "T", "user": "a", "password_env": "P"}])
def test_a_door_without_a_lock_or_with_two_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="give either token_env"):
        make(**options)


def read(said: Any) -> Any:
    return make(token_env="AM_TOKEN").read(json.dumps(said).encode(), None, headers={}, now=NOW)


def test_each_alert_is_a_signal() -> None:
    batch = read({"version": "4", "status": "firing", "alerts": [FIRING, ENDED], "truncatedAlerts": 0})
    first, second = batch.signals
    assert (first.external_id, first.title, str(first.status), first.ended_at) == ("00f1", "Down", "firing", None)
    assert (first.services, first.severity, first.url) == (("shop", "login"), "page", None)
    assert (str(second.status), second.ended_at) == ("resolved", NOW - timedelta(minutes=5))
    assert batch.rejected == []


@pytest.mark.parametrize(
    ("alert", "says"),
    [
        (FIRING | {"status": "silenced"}, "status must be firing or resolved"),
        (FIRING | {"fingerprint": 7}, "fingerprint must be text"),
        (FIRING | {"labels": {}}, "a title is needed"),
        ({}, "status is missing"),
        ("x", "of another type"),
    ],
)
def test_one_that_is_none_is_rejected_and_the_rest_goes_on(alert: Any, says: str) -> None:
    batch = read({"alerts": [alert, ENDED]})
    assert [one.external_id for one in batch.signals] == ["00f2"]
    assert says in batch.rejected[0].reason


def test_what_was_cut_off_is_said() -> None:
    batch = read({"alerts": [FIRING], "truncatedAlerts": 3})
    assert [one.reason for one in batch.rejected] == ["3 more alerts were cut off; raise max_alerts"]


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({}, DeliveryFault.MALFORMED),
        ([], DeliveryFault.MALFORMED),
        ({"alerts": [FIRING] * 2001}, DeliveryFault.TOO_LARGE),
    ],
)
def test_what_is_no_message_is_refused_whole(said: Any, fault: DeliveryFault) -> None:
    with pytest.raises(DeliveryError) as caught:
        read(said)
    assert caught.value.fault is fault


def test_the_registry_knows_what_is_pushed_and_what_brings_no_contacts() -> None:
    assert [kind for kind in ("webhook", "alertmanager_webhook", "alertmanager", "table", "?") if is_pushed(kind)] == [
        "webhook",
        "alertmanager_webhook",
    ]
    assert [kind for kind in ("webhook", "alertmanager_webhook", "alertmanager", "table") if only_signals(kind)] == [
        "alertmanager_webhook",
        "alertmanager",
    ]
    with pytest.raises(ConfigError, match="is fetched, nothing can be sent to it"):
        build_pushed(SourceConfig("t", "table", {}), caller_hash=str)
