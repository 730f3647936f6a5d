"""Issues of Roundup: paging, mapping, the account's zone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connectors.records import ContactEvent, Outcome
from connectors.source import SourceConfig
from connectors.sources.roundup import Roundup
from tests.connectors.fake_vendor import Answer, FakeVendor, Request, without_waiting
from tests.connectors.sources.roundup.rig import SUPERSEDED, RoundupRig


def fetched(rig: RoundupRig, watermark: str | None = None) -> tuple[dict[str, ContactEvent], list[str], str]:
    with without_waiting(), FakeVendor(rig) as vendor:
        source = Roundup(rig.config(vendor.url), caller_hash=lambda text: f"#{text}")
        batches = list(source.fetch(watermark, now=rig.now))
    events = {each.external_id: each for batch in batches for each in batch.events}
    return events, [each.reason for batch in batches for each in batch.rejected], batches[-1].watermark


def test_all_issues_are_read_and_mapped() -> None:
    rig = RoundupRig()
    events, rejected, _ = fetched(rig)
    assert set(events) == rig.expected()
    assert not rejected
    assert events["6"].outcome is Outcome.WAITING  # unread
    assert events["7"].outcome is Outcome.IN_SERVICE  # deferred
    assert events["3"].outcome is events["4"].outcome is Outcome.ANSWERED  # resolved, done-cbb
    assert events[str(SUPERSEDED)].outcome is Outcome.ABANDONED
    assert events["3"].queue == "support"  # its keyword is login
    assert events["4"].queue == "issues"
    assert events["3"].caller == "#roundup:0"
    assert events["1"].ended_at == rig.now - timedelta(minutes=1)


def test_a_second_fetch_reads_the_overlap_alone() -> None:
    rig = RoundupRig()
    _, _, watermark = fetched(rig)
    events, _, _ = fetched(rig, watermark)
    assert set(events) == {"1"}


class DamagedRig(RoundupRig):
    """One issue has no activity, another a status that is none."""

    def answer(self, request: Request) -> Answer:
        said: Any = super().answer(request)
        for row in said.body["data"]["collection"]:
            if row["id"] == "4":
                del row["activity"]
            if row["id"] == "5":
                row["status"] = {"name": 7}
        return said


def test_a_damaged_issue_is_rejected_and_the_others_are_read() -> None:
    rig = DamagedRig()
    events, rejected, _ = fetched(rig)
    assert set(events) == rig.expected() - {"4", "5"}
    assert any("activity is missing" in reason for reason in rejected)
    assert any("status must be a word" in reason for reason in rejected)


def test_a_probe_says_which_statuses_do_not_exist() -> None:
    rig = RoundupRig()
    with without_waiting(), FakeVendor(rig) as vendor:
        config = rig.config(vendor.url)
        options = {**config.options, "done_statuses": ["resolved", "shipped"]}
        probe = Roundup(SourceConfig("r", rig.KIND, options), caller_hash=str).probe(now=rig.now)
    assert list(probe.missing) == ["the status shipped, which the options name"]
