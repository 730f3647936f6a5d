"""Tickets of Zendesk against a fake account, its recorded answers and its own description."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConfigError, SourceError
from connectors.records import ContactEvent, Outcome
from connectors.source import SourceConfig
from connectors.sources.zendesk_tickets import ZendeskTickets
from tests.connectors.contracts import Contract, Said
from tests.connectors.fake_vendor import SECRET, SECRET_ENV, Answer, FakeVendor, Request, without_waiting
from tests.connectors.sources.zendesk_tickets.rig import PATH, ZendeskRig

_PAGE = "/components/schemas/CursorBasedExportIncrementalTicketsResponse/properties"
CONTRACT = Contract(
    "zendesk_incremental_patched.yml.gz",
    (f"GET {PATH}",),
    # It says `nullable`, a word of OpenAPI 3.0 that 3.1 no longer reads; every recorded answer holds null here.
    amended={f"{_PAGE}/{key}/type": ["string", "null"] for key in ("before_cursor", "before_url")},
)


@pytest.fixture
def vendor() -> Iterator[FakeVendor]:
    with FakeVendor(ZendeskRig()) as running, without_waiting():
        yield running


def source_of(config: SourceConfig, **options: Any) -> ZendeskTickets:
    block = SourceConfig(config.name, config.kind, {**config.options, **options}, config.queues)
    return ZendeskTickets(block, caller_hash=lambda text: f"hash:{text}")


def last_reports(source: ZendeskTickets, watermark: str | None = None, *, now: datetime) -> dict[str, ContactEvent]:
    return {event.external_id: event for batch in source.fetch(watermark, now=now) for event in batch.events}


def test_every_ticket_comes_and_says_what_its_status_means(vendor: FakeVendor) -> None:
    found = last_reports(source_of(vendor.config()), now=vendor.rig.now)
    assert set(found) == vendor.rig.expected()
    assert {key: event.outcome for key, event in found.items()} == {
        "100": Outcome.ANSWERED,  # new at first, solved by a late change
        "101": Outcome.IN_SERVICE,
        "102": Outcome.IN_SERVICE,
        "103": Outcome.IN_SERVICE,
        "104": Outcome.ANSWERED,
        "105": Outcome.ANSWERED,
        "106": Outcome.ABANDONED,  # deleted
        "107": Outcome.WAITING,
        "108": Outcome.ABANDONED,  # merged into another
        "109": Outcome.ANSWERED,
        "110": Outcome.IN_SERVICE,
    }
    assert {event.queue for event in found.values()} == {"support", "unassigned"}
    assert found["101"].caller == "hash:zendesk:6130907000001"


def test_it_signs_in_and_continues_from_its_cursor(vendor: FakeVendor) -> None:
    source = source_of(vendor.config())
    batches = list(source.fetch(None, now=vendor.rig.now))
    assert [len(batch.events) for batch in batches] == [4, 4, 4, 1]
    first, *others = vendor.requests
    assert first.headers["authorization"].startswith("Basic ")
    assert first.one("start_time") == str(int((vendor.rig.now - timedelta(days=90)).timestamp()))
    assert all("start_time" not in request.query for request in others)
    assert list(source.fetch(batches[-1].watermark, now=vendor.rig.now)) == []
    rest = last_reports(source, batches[1].watermark, now=vendor.rig.now)
    assert set(rest) == {"107", "108", "109", "110", "100"}


def test_a_back_fill_begins_where_it_is_told_to(vendor: FakeVendor) -> None:
    source = source_of(vendor.config())
    begin = vendor.rig.now - timedelta(hours=1)
    assert source.watermark_at(begin) == json.dumps({"since": begin.isoformat()}, separators=(",", ":"))
    found = last_reports(source, source.watermark_at(begin), now=vendor.rig.now)
    assert vendor.requests[0].one("start_time") == str(int(begin.timestamp()))
    assert set(found) < vendor.rig.expected()


def test_tickets_of_a_channel_counted_elsewhere_are_left_out(vendor: FakeVendor) -> None:
    found = last_reports(source_of(vendor.config(), ignore_channels=["voice"]), now=vendor.rig.now)
    assert set(found) == vendor.rig.expected() - {"103"}


def test_first_replies_and_solutions_are_taken_from_the_metrics(vendor: FakeVendor) -> None:
    solved = vendor.rig.now - timedelta(minutes=30)

    def with_metrics(request: Request, ask: Any) -> Answer:
        body = ask(request).body
        metrics = {"reply_time_in_minutes": {"calendar": 5, "business": 0}, "solved_at": solved.isoformat()}
        return Answer(body={**body, "tickets": [{**row, "metric_set": metrics} for row in body["tickets"]]})

    vendor.fault = with_metrics
    found = last_reports(source_of(vendor.config(), first_replies=True), now=vendor.rig.now)
    assert vendor.requests[0].one("include") == "metric_sets"
    ticket = found["104"]
    assert (ticket.answered_at, ticket.ended_at) == (ticket.arrived_at + timedelta(minutes=5), solved)


def test_an_account_without_tickets_keeps_its_beginning(vendor: FakeVendor) -> None:
    empty = {"tickets": [], "after_cursor": None, "after_url": None, "end_of_stream": True}
    vendor.fault = lambda request, ask: Answer(body=empty)
    (batch,) = source_of(vendor.config()).fetch(None, now=vendor.rig.now)
    assert batch.events == () or not batch.events
    assert list(source_of(vendor.config()).fetch(batch.watermark, now=vendor.rig.now)) == []
    assert vendor.requests[1].one("start_time") == vendor.requests[0].one("start_time")


def test_a_damaged_ticket_is_rejected_and_shows_nothing_private(vendor: FakeVendor) -> None:
    def damaged(request: Request, ask: Any) -> Answer:
        body = ask(request).body
        body["tickets"][0] = {"id": 100, "created_at": "soon", "subject": "my card 4711", "status": "new"}
        return Answer(body=body)

    vendor.fault = damaged
    batches = list(source_of(vendor.config()).fetch(None, now=vendor.rig.now))
    (first, *_) = [record for batch in batches for record in batch.rejected]
    assert first.location == "ticket:100"
    assert first.reason == "created_at must be a time such as 2026-11-23T09:15:00Z, got soon"
    assert "4711" not in first.raw


def test_a_server_an_hour_ahead_is_waited_for(vendor: FakeVendor) -> None:
    with pytest.raises(SourceError, match="clock is 60 min ahead of ours") as caught:
        list(source_of(vendor.config()).fetch(None, now=vendor.rig.now - timedelta(hours=1)))
    assert not caught.value.permanent


def test_the_probe_says_what_it_saw(vendor: FakeVendor) -> None:
    probe = source_of(vendor.config()).probe(now=vendor.rig.now)
    assert probe.saw == "4 tickets of the last day"
    assert (probe.queues, probe.server_time) == (["7"], vendor.rig.now)
    assert len(vendor.requests) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "a@example.com"},
        {"api_token_env": SECRET_ENV},
        {"email": "a@example.com", "api_token_env": SECRET_ENV, "oauth_token_env": SECRET_ENV},
        {},
    ],
)
def test_half_or_doubled_credentials_are_refused(wrong: dict[str, str]) -> None:
    config = SourceConfig("zendesk", "zendesk_tickets", {"url": "https://example.zendesk.com", **wrong})
    with pytest.raises(ConfigError, match="needs either email and api_token_env, or oauth_token_env alone"):
        source_of(config)


def test_an_oauth_token_goes_as_bearer(vendor: FakeVendor) -> None:
    options = {"url": vendor.url, "allow_private_network": True, "oauth_token_env": SECRET_ENV}
    source = source_of(SourceConfig("zendesk", "zendesk_tickets", options))
    assert len(last_reports(source, now=vendor.rig.now)) == 11
    assert vendor.requests[0].headers["authorization"] == f"Bearer {SECRET}"


class _Recorded(ZendeskRig):
    """The recorded account: the chain of cursor pages with one ticket each, or the first page with all of them."""

    def __init__(self, answers: list[dict[str, Any]], *, chain: bool) -> None:
        super().__init__(now=datetime(2023, 9, 18, 20, tzinfo=UTC))
        self.chain = chain
        cursors = [said for said in answers if said["uri"].startswith("/api/v2/incremental/tickets/cursor.json")]
        self.first = next(said["body"] for said in cursors if ("per_page=1" in said["uri"]) == chain)
        self.by_cursor = {_cursor_of(said["uri"]): said["body"] for said in cursors if "cursor=" in said["uri"]}

    def bodies(self) -> list[dict[str, Any]]:
        return [self.first, *(self.by_cursor.values() if self.chain else ())]

    def expected(self) -> set[str]:
        return {str(ticket["id"]) for body in self.bodies() for ticket in body["tickets"]}

    def answer(self, request: Request) -> Answer:
        cursor = request.one("cursor")
        if not cursor:
            return Answer(body=self.first)
        ended = {
            "tickets": [],
            "after_cursor": cursor,
            "before_cursor": None,
            "before_url": None,
            "end_of_stream": True,
        }
        return Answer(body=self.by_cursor.get(cursor, ended) if self.chain else ended)


def _cursor_of(uri: str) -> str:
    return uri.partition("cursor=")[2].partition("&")[0].replace("%3D", "=")


@pytest.fixture
def recorded(shared: Path) -> list[dict[str, Any]]:
    text = gzip.decompress((shared / "recordings" / "recordings_zendesk_incremental.jsonl.gz").read_bytes())
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.shared
@pytest.mark.parametrize(("chain", "tickets", "pages"), [(True, 100, 101), (False, 1000, 2)])
def test_the_recorded_account_is_read_to_its_end(
    recorded: list[dict[str, Any]], *, chain: bool, tickets: int, pages: int
) -> None:
    rig = _Recorded(recorded, chain=chain)
    with FakeVendor(rig) as running, without_waiting() as clock:
        source = source_of(running.config())
        batches = list(source.fetch(None, now=rig.now))
        found = {event.external_id: event for batch in batches for event in batch.events}
        assert set(found) == rig.expected()
        assert len(found) == tickets
        assert not [record for batch in batches for record in batch.rejected]
        assert len(running.requests) == pages
        assert clock.at - 1000.0 >= 60.0 * ((pages - 1) // 10)  # ten requests in any minute, not more
    assert {event.outcome for event in found.values()} <= set(Outcome)
    assert min(event.arrived_at for event in found.values()) == datetime(2023, 9, 18, 15, 57, 42, tzinfo=UTC)


@pytest.mark.shared
def test_requests_and_answers_are_as_the_vendor_describes_them(shared: Path, vendor: FakeVendor) -> None:
    checker = CONTRACT.load(shared / "contracts")
    list(source_of(vendor.config()).fetch(None, now=vendor.rig.now))
    assert len(vendor.requests) == 4
    for request in vendor.requests:
        query = "&".join(f"{key}={value}" for key, values in request.query.items() for value in values)
        said = Said(
            request.method, f"{request.path}?{query}", request.headers, b"", 200, vendor.rig.answer(request).body
        )
        checker.check(said)
