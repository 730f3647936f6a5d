"""What an issue of Jira means, and how the search is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import ConfigError, SourceError
from connectors.records import Outcome
from connectors.registry import build
from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, FakeVendor, without_waiting
from tests.connectors.rig_client import RigClient, feed, one, reasons
from tests.connectors.sources.jira.rig import JiraRig, jira_time

RIG = JiraRig()
AT = RIG.created(0)


def issue(category: str = "new", **fields: Any) -> dict[str, Any]:
    said = RIG.issue(0)
    said["fields"]["status"]["statusCategory"]["key"] = category
    said["fields"] |= fields
    return said


@pytest.mark.parametrize(
    ("category", "fields", "outcome"),
    [
        ("new", {}, Outcome.WAITING),
        ("indeterminate", {}, Outcome.IN_SERVICE),
        ("done", {"resolution": {"name": "Done"}}, Outcome.ANSWERED),
        ("done", {"resolution": None}, Outcome.ANSWERED),
        ("done", {"resolution": {"name": "Duplicate"}}, Outcome.ABANDONED),
        ("new", {"resolution": {"name": "Duplicate"}}, Outcome.WAITING),  # reopened, and the resolution was left
        ("undefined", {}, Outcome.WAITING),
        ("undefined", {"resolutiondate": jira_time(AT + timedelta(hours=1))}, Outcome.ANSWERED),
    ],
)
def test_the_category_of_the_status_decides(category: str, fields: dict[str, Any], outcome: Outcome) -> None:
    assert one(feed("jira", [issue(category, **fields)])).outcome is outcome


def test_times_are_read_in_the_offset_they_carry() -> None:
    times = {
        "created": "2026-11-23T09:15:00.000+0100",
        "statuscategorychangedate": "2026-11-23T03:30:00.000-0500",
        "updated": "2026-11-23T10:00:00.000+0000",
        "resolutiondate": "2026-11-23T14:15:00.000+0530",
    }
    event = one(feed("jira", [issue("done", **times)]))
    assert event.arrived_at == datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
    assert event.ended_at == datetime(2026, 11, 23, 8, 45, tzinfo=UTC)


def test_in_service_begins_when_the_category_changed_and_not_with_a_later_comment() -> None:
    moved = AT + timedelta(minutes=3)
    fields = {"statuscategorychangedate": jira_time(moved), "updated": jira_time(AT + timedelta(hours=2))}
    assert one(feed("jira", [issue("indeterminate", **fields)])).answered_at == moved


@pytest.mark.parametrize(
    ("field", "value", "queue"),
    [
        ("project", {"key": "SUP", "name": "Support"}, "support"),
        ("issuetype", {"name": "Incident"}, "Incident"),
        ("customfield_10010", [{"value": "Login"}, {"value": "Shop"}], "Login"),
        ("labels", ["vip"], "vip"),
        ("customfield_10010", None, "no customfield_10010"),
    ],
)
def test_any_field_may_name_the_queue(field: str, value: object, queue: str) -> None:
    assert one(feed("jira", [issue(**{field: value})], queue_field=field)).queue == queue


def test_a_reporter_is_kept_as_a_hash_or_not_at_all() -> None:
    assert one(feed("jira", [issue(reporter={"accountId": "abcdef"})])).caller == "hash:ef"
    assert one(feed("jira", [issue(reporter=None)])).caller is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"created": "2026-11-23"}, "created must carry its offset"),
        ({"updated": None}, "updated must be a time"),
        ({"status": {"statusCategory": {"key": "parked"}}}, "status category must be new"),
        ({"created": "2026-11-23T12:30:00.000+0000"}, "future"),
    ],
)
def test_a_bad_issue_is_rejected_with_its_reason(fields: dict[str, Any], reason: str) -> None:
    batches = feed("jira", [issue(**fields), {**RIG.issue(1)}])
    assert [event.external_id for batch in batches for event in batch.events] == ["10001"]
    (said,) = reasons(batches)
    assert reason in said


def test_an_issue_without_id_is_rejected() -> None:
    assert reasons(feed("jira", [{**issue(), "id": None}])) == ["id must be an id, got None"]


def test_the_search_asks_in_milliseconds_with_the_overlap_and_the_conditions() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        block = vendor.config()
        options = {**block.options, "projects": ["SUP", 'A"B'], "jql": "labels = vip OR priority = High"}
        source: Any = build(SourceConfig("jira", "jira", options), caller_hash=str)
        list(source.fetch(source.watermark_at(RIG.now), now=RIG.now))
        (asked,) = vendor.requests
    start = int((RIG.now - timedelta(seconds=120)).timestamp() * 1000)
    wanted = f'updated >= {start} AND project in ("SUP", "A\\"B") AND (labels = vip OR priority = High)'
    assert asked.one("jql") == f"{wanted} ORDER BY updated ASC"
    assert asked.headers["authorization"].startswith("Basic ")


def test_a_short_page_is_not_the_last() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        list(build(vendor.config(), caller_hash=str).fetch(None, now=RIG.now))
        tokens = [request.one("nextPageToken") for request in vendor.requests]
    assert tokens == ["", "4", "8", "12"]


def test_more_that_is_promised_without_a_way_to_it_is_an_error() -> None:
    source: Any = build(RIG.config("http://127.0.0.1:1"), caller_hash=str)
    source._client = RigClient(RIG, lambda path, body: {"issues": [], "isLast": False})
    with pytest.raises(SourceError, match="nextPageToken"):
        list(source.fetch(None, now=RIG.now))


def test_a_condition_that_sorts_is_refused() -> None:
    options = {"url": "https://x.example", "token_env": SECRET_ENV, "jql": "project = A order  by created"}
    with pytest.raises(ConfigError, match="jql must not sort"):
        build(SourceConfig("jira", "jira", options | {"jql": "project = A ORDER BY created"}), caller_hash=str)


def test_a_project_that_cannot_be_seen_is_named() -> None:
    with FakeVendor(RIG) as vendor, without_waiting():
        block = vendor.config()
        source: Any = build(
            SourceConfig("jira", "jira", {**block.options, "projects": ["SUP", "OPS"]}), caller_hash=str
        )
        assert source.probe(now=RIG.now).missing == ["the permission Browse projects for OPS"]
