"""Against a real Roundup 2.6: paging, zones, what changes late, what is re-opened and superseded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.records import ContactEvent, Outcome
from connectors.source import SourceConfig
from connectors.sources.roundup import Roundup
from tests.connectors.roundup_server import PASSWORD, USER, RealRoundup, roundup

__all__ = ["roundup"]
pytestmark = [pytest.mark.live, pytest.mark.xdist_group("roundup")]
SECRET_ENV = "ANDRANG_TEST_ROUNDUP_PASSWORD"


@pytest.fixture
def source(roundup: RealRoundup, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Roundup:
    """Reads three issues a page, from an account in the time zone that the test asks for."""
    monkeypatch.setenv(SECRET_ENV, PASSWORD)
    tag = roundup.ask("/rest/data/user/1")["data"]["@etag"]
    roundup.ask("/rest/data/user/1", {"timezone": request.param, "@etag": tag}, method="PATCH")
    options = {"url": roundup.url, "allow_private_network": True, "user": USER, "page_size": 3}
    return Roundup(SourceConfig("r", Roundup.KIND, {**options, "password_env": SECRET_ENV}), caller_hash=str)


def fetched(source: Roundup, watermark: str | None = None) -> tuple[dict[str, ContactEvent], str | None]:
    batches = list(source.fetch(watermark, now=datetime.now(UTC)))
    assert not [refused for batch in batches for refused in batch.rejected]
    events = {event.external_id: event for batch in batches for event in batch.events}
    return events, batches[-1].watermark if batches else watermark


@pytest.mark.parametrize("source", ["Asia/Kathmandu", "America/New_York"], indirect=True)
def test_all_is_read_and_changes_are_read_again(roundup: RealRoundup, source: Roundup) -> None:
    begun = datetime.now(UTC) - timedelta(minutes=1)
    ids = [roundup.create(f"Login fails {n}") for n in range(5)]
    events, watermark = fetched(source)
    assert set(map(str, ids)) <= set(events)
    assert events[str(ids[0])].outcome is Outcome.WAITING
    assert begun <= events[str(ids[0])].arrived_at <= datetime.now(UTC) + timedelta(minutes=1)

    roundup.change(ids[0], status="chatting")
    roundup.change(ids[1], status="resolved")
    roundup.change(ids[2], superseder=str(ids[3]))
    changed, watermark = fetched(source, watermark)
    assert changed[str(ids[0])].outcome is Outcome.IN_SERVICE
    assert changed[str(ids[1])].outcome is Outcome.ANSWERED
    assert changed[str(ids[2])].outcome is Outcome.ABANDONED

    roundup.change(ids[1], status="chatting")  # re-opened
    again, _ = fetched(source, watermark)
    assert again[str(ids[1])].outcome is Outcome.IN_SERVICE


@pytest.mark.parametrize("source", ["Europe/Berlin"], indirect=True)
def test_the_probe_sees_the_statuses_and_the_server_clock(source: Roundup) -> None:
    probe = source.probe(now=datetime.now(UTC))
    assert "unread" in probe.saw
    assert not probe.missing
    assert probe.server_time is not None
