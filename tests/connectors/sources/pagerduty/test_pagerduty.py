"""What an incident of PagerDuty means as a signal."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from connectors.records import SignalStatus
from connectors.registry import build, only_signals
from tests.connectors.fake_vendor import Answer, FakeVendor, Request, without_waiting
from tests.connectors.rig_client import feed, one, reasons
from tests.connectors.sources.pagerduty.rig import PagerDutyRig, iso

RIG = PagerDutyRig()
NOW = RIG.now


def incident(**said: Any) -> dict[str, Any]:
    return RIG.incident(8) | said


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("triggered", SignalStatus.FIRING),
        ("acknowledged", SignalStatus.FIRING),
        ("resolved", SignalStatus.RESOLVED),
    ],
)
def test_the_status_decides(status: str, meaning: SignalStatus) -> None:
    assert one(feed("pagerduty", [incident(status=status)])).status is meaning


def test_a_signal_says_what_where_since_when_and_leads_there() -> None:
    signal = one(feed("pagerduty", [incident()]))
    assert (signal.title, signal.services, signal.severity) == ("Login fails", ("login",), "high")
    assert signal.started_at == NOW - timedelta(hours=4)
    assert signal.url == "https://example.pagerduty.com/incidents/PT4KHL8"
    assert signal.ended_at is None


def test_a_priority_outranks_the_urgency() -> None:
    assert one(feed("pagerduty", [incident(priority={"summary": "P1"})])).severity == "P1"
    assert one(feed("pagerduty", [incident(priority=None)])).severity == "high"


def test_the_end_is_told_or_else_the_last_change() -> None:
    told, changed = NOW - timedelta(hours=1), NOW - timedelta(hours=2)
    times = {"status": "resolved", "last_status_change_at": iso(changed)}
    assert one(feed("pagerduty", [incident(**times, resolved_at=iso(told))])).ended_at == told
    assert one(feed("pagerduty", [incident(**times)])).ended_at == changed


def test_an_address_that_is_none_costs_the_address_and_not_the_signal() -> None:
    assert one(feed("pagerduty", [incident(html_url="javascript:alert(1)")])).url is None
    assert one(feed("pagerduty", [incident(html_url=None)])).url is None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"status": "lost"}, "the status must be one of triggered"),
        ({"created_at": "2026-11-23T09:00:00"}, "must carry its offset"),
        ({"created_at": iso(NOW + timedelta(hours=1))}, "future"),
        ({"id": ""}, "id must be an id"),
        ({"title": " "}, "a title is needed"),
    ],
)
def test_a_bad_incident_is_rejected_with_its_reason(said: dict[str, Any], reason: str) -> None:
    batches = feed("pagerduty", [incident(**said), RIG.incident(9)])
    assert one(batches).external_id == "PT4KHL9"
    assert reason in reasons(batches)[0]


def test_an_old_incident_that_stays_open_is_remembered_and_asked_for_by_itself() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        source = build(vendor.config(), caller_hash=str)
        mark = list(source.fetch(None, now=NOW))[-1].watermark
        assert json.loads(mark)["seen"] == ["PT4KHL1"]
        vendor.requests.clear()
        later = [s for batch in source.fetch(mark, now=NOW) for s in batch.signals]
        assert [r.path for r in vendor.requests][-1] == "/incidents/PT4KHL1"
    assert {signal.external_id for signal in later} >= {"PT4KHL1"}


def test_an_old_incident_that_is_gone_does_not_stand_in_the_way() -> None:
    def gone(request: Request, asked: Any) -> Answer:
        return Answer(404, {"error": {}}) if request.path.startswith("/incidents/") else asked(request)

    mark = json.dumps({"since": NOW.isoformat(), "seen": ["PT4KHL1"]})
    with FakeVendor(RIG, fault=gone) as vendor, without_waiting():
        batches = list(build(vendor.config(), caller_hash=str).fetch(mark, now=NOW))
    assert "seen" not in json.loads(batches[-1].watermark)
    assert "was open when last seen" in reasons(batches)[0]


def test_the_key_travels_as_pagerduty_wants_it() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        list(build(vendor.config(), caller_hash=str).fetch(None, now=NOW))
        headers = vendor.requests[0].headers
    assert headers["authorization"].startswith("Token token=")
    assert headers["accept"] == "application/vnd.pagerduty+json;version=2"


def test_it_tells_of_outages_alone() -> None:
    assert only_signals("pagerduty")
