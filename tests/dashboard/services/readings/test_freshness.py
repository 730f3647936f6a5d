from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from connectors.storage.rows import QueueRow, SourceRow
from dashboard.services.readings import freshness
from dashboard.services.readings.demand import Demand
from dashboard.services.readings.freshness import Freshness
from dashboard.settings import Settings, SourceSettings

NOW = datetime(2026, 3, 3, 10, 40, tzinfo=UTC)
QUEUES = [QueueRow("a", "A", "call"), QueueRow("b", "B", "call"), QueueRow("m", "M", "email")]


def _source(name: str, age_s: float | None) -> SourceRow:
    success = None if age_s is None else NOW - timedelta(seconds=age_s)
    return SourceRow(name, "table", "live", None, success, NOW - timedelta(hours=1), None, None, False, 0)


def _settings(**sources: SourceSettings) -> Settings:
    return Settings(sources=sources)


def _normal(per_interval: float) -> Demand:
    starts = np.arange(int(NOW.timestamp()) // 900 * 900 - 96 * 900, int(NOW.timestamp()) + 900, 900, dtype=np.int64)
    even = np.full(len(starts), per_interval)
    return Demand(starts, even, even, even, even)


@pytest.mark.parametrize(
    ("source", "queues"),
    [
        (SourceSettings(kind="table", queues={"x": "a"}), {"a"}),
        (SourceSettings(kind="table", channel="email"), {"m"}),
        (SourceSettings(kind="table", queue="b"), {"b"}),
        (SourceSettings(kind="asterisk_queue_log"), {"a", "b", "m"}),
        (SourceSettings(kind="alertmanager"), set()),
        (SourceSettings(kind="webhook"), {"a", "b", "m"}),
        (SourceSettings(kind="webhook", only_signals=True), set()),
    ],
)
def test_which_queues_a_source_feeds(source: SourceSettings, queues: set[str]) -> None:
    assert freshness.queues_of("s", settings=_settings(s=source), queues=QUEUES) == queues


def test_a_queue_is_as_old_as_its_oldest_source() -> None:
    settings = _settings(one=SourceSettings(kind="table"), two=SourceSettings(kind="table", queues={"x": "a"}))
    found = freshness.by_queue(settings, [_source("one", 5), _source("two", 300)], queues=QUEUES, now=NOW)
    assert found["a"] == Freshness(NOW - timedelta(seconds=300), stale=True)
    assert found["b"] == Freshness(NOW - timedelta(seconds=5), stale=False)


def test_a_source_that_is_configured_no_more_makes_nothing_old() -> None:
    settings = _settings(one=SourceSettings(kind="table"))
    found = freshness.by_queue(settings, [_source("one", 5), _source("gone", 9999)], queues=QUEUES, now=NOW)
    assert not found["a"].stale


def test_before_the_first_success_it_is_known_as_far_as_it_has_come() -> None:
    assert freshness.of_source(_source("s", None), now=NOW, stale_after_s=120) == Freshness(
        NOW - timedelta(hours=1), stale=True
    )


def test_without_a_source_nothing_is_known() -> None:
    assert freshness.by_queue(Settings(), [], queues=QUEUES, now=NOW)["a"] == Freshness(None, stale=True)


@pytest.mark.parametrize(("minutes", "per_interval", "silent"), [(30, 6.1, True), (30, 5.9, False), (1, 1000, False)])
def test_silence_counts_where_chance_does_not_explain_it(minutes: int, per_interval: float, silent: bool) -> None:
    last = NOW - timedelta(minutes=minutes)
    fresh = freshness.after_silence(
        Freshness(NOW, stale=False), last, normal=_normal(per_interval), now=NOW, stale_after_s=120
    )
    assert fresh == (Freshness(last, stale=True, silent=True) if silent else Freshness(NOW, stale=False))


def test_expected_contacts_count_parts_of_intervals() -> None:
    normal = _normal(90)
    assert freshness.expected_between(normal, NOW - timedelta(minutes=5), NOW) == pytest.approx(30)
    assert freshness.expected_between(normal, NOW - timedelta(minutes=35), NOW) == pytest.approx(210)


@pytest.mark.parametrize(
    ("said", "age_s", "stale"),
    [
        ({}, 86_400, False),
        ({"expect_every_s": 600}, 599, False),
        ({"expect_every_s": 600}, 601, True),
        ({"expect_every_s": 5}, 100, False),
    ],
)
def test_what_is_sent_to_us_is_stale_only_after_the_time_it_names(
    said: dict[str, int], age_s: int, stale: bool
) -> None:
    settings = _settings(s=SourceSettings.model_validate({"kind": "webhook", **said}))
    row = replace(_source("s", age_s), kind="webhook")
    found = freshness.by_queue(settings, [row], queues=QUEUES, now=NOW)
    assert found["a"] == Freshness(NOW - timedelta(seconds=age_s), stale=stale)
