"""What every contract source must keep: all pages, each record once, late updates, a watermark that loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connectors.mapping import AHEAD
from connectors.registry import build
from connectors.source import Batch
from tests.connectors.fake_vendor import FakeVendor, without_waiting
from tests.connectors.http_rigs import RIGS
from tests.connectors.vendor_contracts import VENDORS

Truth = dict[str, object]


@pytest.fixture(params=sorted(VENDORS))
def vendor(request: pytest.FixtureRequest) -> Iterator[FakeVendor]:
    with FakeVendor(RIGS[request.param]()) as running, without_waiting():
        yield running


def source_of(vendor: FakeVendor) -> Any:
    return build(vendor.config(), caller_hash=lambda text: f"hash:{text[-1]}")


def truth_of(batches: list[Batch], before: Truth | None = None) -> Truth:
    """The last report of everything, by what identifies it."""
    truth = dict(before or {})
    for batch in batches:
        for record in (*batch.events, *batch.signals):
            truth[record.external_id] = record
        for volume in batch.volumes:
            truth[f"{volume.queue}|{volume.interval_start.isoformat()}"] = volume
    return truth


def test_everything_comes_from_at_least_three_pages_and_nothing_is_rejected(vendor: FakeVendor) -> None:
    batches = list(source_of(vendor).fetch(None, now=vendor.rig.now))
    assert set(truth_of(batches)) == vendor.rig.expected()
    assert [record.reason for batch in batches for record in batch.rejected] == []
    assert len(vendor.requests) >= 3


def test_a_fetch_from_any_watermark_completes_the_same_truth(vendor: FakeVendor) -> None:
    source = source_of(vendor)
    whole = list(source.fetch(None, now=vendor.rig.now))
    for index in sorted({0, len(whole) // 2, len(whole) - 1}):
        rest = list(source.fetch(whole[index].watermark, now=vendor.rig.now))
        assert truth_of(rest, truth_of(whole[: index + 1])) == truth_of(whole)


def test_the_same_watermark_gives_the_same_records(vendor: FakeVendor) -> None:
    source = source_of(vendor)
    last = list(source.fetch(None, now=vendor.rig.now))[-1].watermark
    again = [truth_of(list(source.fetch(last, now=vendor.rig.now))) for _ in range(2)]
    assert again[0] == again[1]


@pytest.mark.parametrize("foreign", ["no json", "{}", "[1, 2]", '"text"', '{"since": "2026-11-23T09:00:00"}', "null"])
def test_a_watermark_of_another_kind_reads_all_again(foreign: str, vendor: FakeVendor) -> None:
    batches = list(source_of(vendor).fetch(foreign, now=vendor.rig.now))
    assert set(truth_of(batches)) == vendor.rig.expected()


def test_what_lies_in_the_future_is_not_taken_and_comes_when_its_time_has_come(vendor: FakeVendor) -> None:
    source, early = source_of(vendor), vendor.rig.now - timedelta(hours=1)
    first = list(source.fetch(None, now=early))
    for record in truth_of(first).values():
        begun = getattr(record, "arrived_at", None) or getattr(record, "started_at", None)
        begun = begun or getattr(record, "interval_start", None)
        assert begun is not None
        assert begun <= early + AHEAD
    last = first[-1].watermark if first else None
    second = list(source.fetch(last, now=vendor.rig.now))
    assert set(truth_of(second, truth_of(first))) == vendor.rig.expected()


def test_a_back_fill_begins_where_it_is_told(vendor: FakeVendor) -> None:
    source, since = source_of(vendor), vendor.rig.now - timedelta(hours=1)
    found = truth_of(list(source.fetch(source.watermark_at(since), now=vendor.rig.now)))
    assert found
    assert len(found) < len(vendor.rig.expected())


def test_a_probe_costs_one_call_and_says_what_it_saw(vendor: FakeVendor) -> None:
    probe = source_of(vendor).probe(now=vendor.rig.now)
    asked = [request for request in vendor.requests if "token" not in request.path]
    assert len(asked) == 1
    assert probe.saw
    assert probe.missing == [] or probe.missing == ()
    assert probe.server_time == vendor.rig.now


def test_every_option_explains_itself(vendor: FakeVendor) -> None:
    for option in type(source_of(vendor)).OPTIONS:
        assert option.help[0].isupper()
        assert not option.help.endswith(".")
