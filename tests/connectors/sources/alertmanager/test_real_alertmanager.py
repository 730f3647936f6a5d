"""The source against a real Alertmanager: alerts fire, are silenced, end, and come back."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.records import OutageSignal
from connectors.registry import build
from connectors.source import SourceConfig
from tests.connectors.alertmanager_server import RealAlertmanager, alert, alertmanager
from tests.connectors.contracts import Contract, Said
from tests.connectors.sources.alertmanager.test_alertmanager_pull import CONTRACT

__all__ = ["alertmanager"]
pytestmark = [pytest.mark.live, pytest.mark.xdist_group("alertmanager")]
_WITHIN_S = 30.0


class Poller:
    """Polls as the worker does, and keeps what was said of each alert."""

    def __init__(self, server: RealAlertmanager, *, team: str) -> None:
        options = {"url": server.url, "allow_private_network": True, "filter": [f'team="{team}"']}
        self.source: Any = build(SourceConfig("monitor", "alertmanager", options), caller_hash=str)
        self.watermark: str | None = None
        self.said: list[OutageSignal] = []

    def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _WITHIN_S
        while not condition():
            assert time.monotonic() < deadline, f"{what} did not come; said was {self.said}"
            for batch in self.source.fetch(self.watermark, now=datetime.now(UTC)):
                self.watermark = batch.watermark
                self.said += batch.signals
                assert not batch.rejected

    def states(self) -> list[tuple[str, str]]:
        return [(one.title, str(one.status)) for one in self.said]


def test_from_the_first_alert_to_its_return(alertmanager: RealAlertmanager) -> None:
    now = datetime.now(UTC)
    poller = Poller(alertmanager, team="return")
    start = now - timedelta(minutes=9)
    alertmanager.fire(alert("Down", start, service="shop", severity="critical", team="return"))
    poller.until(lambda: bool(poller.said), "the alert")
    first = poller.said[0]
    assert (first.title, first.services, first.severity) == ("Down of shop", ("shop",), "critical")
    assert abs(first.started_at - start) < timedelta(milliseconds=1)
    assert first.url == "http://prometheus.example/graph?g0.expr=Down"

    alertmanager.fire(
        alert("Down", start, now - timedelta(seconds=1), service="shop", severity="critical", team="return")
    )
    poller.until(lambda: poller.states()[-1] == ("Down of shop", "resolved"), "the end")
    alertmanager.fire(alert("Down", now, service="shop", severity="critical", team="return"))
    poller.until(lambda: poller.states()[-1] == ("Down of shop", "firing"), "the return")
    assert poller.said[-1].external_id == first.external_id
    assert poller.said[-1].started_at > first.started_at


def test_a_silence_is_respected(alertmanager: RealAlertmanager) -> None:
    now = datetime.now(UTC)
    alertmanager.silence(alertname="Known", start=now, end=now + timedelta(hours=1))
    alertmanager.fire(alert("Known", now, team="silence"), alert("Unknown", now, team="silence"))
    poller = Poller(alertmanager, team="silence")

    def silenced() -> bool:
        states = {one["labels"]["alertname"]: one["status"]["state"] for one in alertmanager.listed()}
        return states.get("Known") == "suppressed"

    deadline = time.monotonic() + _WITHIN_S
    while not silenced():
        assert time.monotonic() < deadline, "the silence did not come"
    poller.until(lambda: bool(poller.said), "the other alert")
    assert poller.states() == [("Unknown of something", "firing")]
    assert poller.source.probe(now=now).saw == "1 alerts fire"


@pytest.mark.shared
def test_what_025_answers_lacks_one_field_of_the_present_description_which_we_do_not_read(
    alertmanager: RealAlertmanager, shared: Path
) -> None:
    alertmanager.fire(alert("Described", datetime.now(UTC), team="contract"))
    listed = [one for one in alertmanager.listed() if one["labels"].get("team") == "contract"]
    assert listed
    strict = CONTRACT.load(shared / "contracts")
    with pytest.raises(Exception, match="mutedBy"):
        strict.check(Said("GET", "/alerts", {}, b"", 200, listed))
    for one in listed:
        one["status"]["mutedBy"] = []
    Contract(CONTRACT.file, CONTRACT.operations).load(shared / "contracts").check(
        Said("GET", "/alerts", {}, b"", 200, listed)
    )
