"""Against a real Request Tracker 5: paging, back-dated history, zones, what changes late, and what vanishes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from connectors.records import ContactEvent, Outcome
from connectors.source import SourceConfig
from connectors.sources.request_tracker import RequestTracker
from tests.connectors.request_tracker_server import PASSWORD, USER, RealRequestTracker

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("request_tracker")]
SECRET_ENV = "ANDRANG_TEST_RT_PASSWORD"
DAY = datetime(2026, 10, 25, tzinfo=UTC)  # the clocks of Berlin, where the account lives, go back on this day


@pytest.fixture
def source(request_tracker: RealRequestTracker, monkeypatch: pytest.MonkeyPatch) -> RequestTracker:
    """Reads all queues, five tickets a page."""
    monkeypatch.setitem(os.environ, SECRET_ENV, PASSWORD)
    options = {"url": request_tracker.url, "allow_private_network": True, "user": USER, "page_size": 5}
    config = SourceConfig("rt", RequestTracker.KIND, {**options, "password_env": SECRET_ENV}, {"Support": "support"})
    return RequestTracker(config, caller_hash=lambda text: f"#{text}")


def fetched(
    source: RequestTracker, watermark: str | None = None, *, now: datetime | None = None
) -> tuple[dict[str, ContactEvent], str | None]:
    batches = list(source.fetch(watermark, now=now or datetime.now(UTC)))
    assert not [refused for batch in batches for refused in batch.rejected]
    events = {event.external_id: event for batch in batches for event in batch.events}
    return events, batches[-1].watermark if batches else watermark


def test_all_is_read_and_changes_are_read_again(request_tracker: RealRequestTracker, source: RequestTracker) -> None:
    ids = [request_tracker.create(f"Login fails {n}", requestor="mia@example.com") for n in range(8)]
    events, watermark = fetched(source)
    assert set(map(str, ids)) <= set(events)
    assert events[str(ids[0])].outcome is Outcome.WAITING
    assert events[str(ids[0])].queue == "support"
    assert events[str(ids[0])].caller == "#mailto:mia@example.com"

    request_tracker.change(ids[0], Status="open")
    request_tracker.change(ids[1], Status="resolved")
    request_tracker.change(ids[2], Queue="Billing")
    request_tracker.change(ids[3], Status="deleted")
    said = request_tracker.perl(f"$t->Load({ids[4]}); my ($ok, $m) = $t->MergeInto({ids[5]}); print $ok;")
    assert said == "1"
    changed, watermark = fetched(source, watermark)
    found = {n: changed[str(ids[n])] for n in range(6)}
    assert found[0].outcome is Outcome.IN_SERVICE
    assert found[1].outcome is Outcome.ANSWERED
    assert found[2].queue == "Billing"
    assert found[3].outcome is found[4].outcome is Outcome.ABANDONED
    assert found[5].outcome is Outcome.WAITING
    for n in (3, 4):
        assert found[n].arrived_at == events[str(ids[n])].arrived_at
        assert found[n].queue == "support"

    request_tracker.change(ids[1], Status="open")  # re-opened
    again, _ = fetched(source, watermark)
    assert again[str(ids[1])].outcome is Outcome.IN_SERVICE


def test_history_is_read_whole_on_the_day_the_clocks_change(
    request_tracker: RealRequestTracker, source: RequestTracker
) -> None:
    times = [DAY + timedelta(minutes=30 * n) for n in range(9)]
    ids = [request_tracker.create(f"Old trouble {n}") for n in range(len(times))]
    request_tracker.perl("".join(_backdated(ticket, moment) for ticket, moment in zip(ids, times, strict=True)))
    request_tracker.create("Something new")  # by which the account's zone is measured
    for begin in (0, 3, 7):  # before, at, and after the change
        events, _ = fetched(source, source.watermark_at(times[begin]))
        expected = {str(ticket) for ticket in ids[begin:]}
        assert expected <= set(events), begin
    assert {events[str(ids[n])].arrived_at for n in range(begin, len(times))} == set(times[begin:])


def _backdated(ticket: int, moment: datetime) -> str:
    fields = ("Created", "LastUpdated")
    said = "".join(f"$t->__Set(Field => '{name}', Value => '{moment:%Y-%m-%d %H:%M:%S}');" for name in fields)
    return f"$t->Load({ticket}); {said}"


def test_the_probe_sees_the_queues_and_the_server_clock(source: RequestTracker) -> None:
    probe = source.probe(now=datetime.now(UTC))
    assert {"Support", "Billing"} <= set(probe.queues)
    assert probe.server_time is not None
    assert abs(probe.server_time - datetime.now(UTC)) < timedelta(minutes=1)
    assert not probe.missing
