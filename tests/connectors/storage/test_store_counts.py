"""Interval counts: spread over quarter-hours in whole numbers, replaced when reported again, unknown kept unknown."""

from __future__ import annotations

import math

import pytest
from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.read import get_volumes
from connectors.storage.rows import IngestResult
from tests.connectors.storage.store_samples import at, count, event, measures, register, store, volumes

Sessions = sessionmaker[Session]


@pytest.fixture(autouse=True)
def _registered(sessions: Sessions) -> None:
    register(sessions)


def test_finer_counts_add_into_the_quarter_hour(sessions: Sessions) -> None:
    known = {"answered": 2, "abandoned": 1, "aht_s": 30.0}
    store(sessions, volumes=[count(300 * k, 300, 4, **known) for k in range(3)])
    row = measures(sessions, "counted", 0)
    assert (row["offered"], row["answered"], row["abandoned"]) == (12, 6, 3)
    assert (row["handled"], row["handle_s_sum"]) == (6, 180)
    assert math.isnan(row["wait_s_sum"])
    assert math.isnan(row["answered_within"])


def test_an_hour_is_spread_in_whole_numbers(sessions: Sessions) -> None:
    store(sessions, volumes=[count(0, 3600, 10, answered=7, abandoned=2)])
    frame = volumes(sessions)
    assert list(frame["offered"]) == [2, 3, 2, 3]
    assert (frame["answered"].sum(), frame["abandoned"].sum()) == (7, 2)


def test_a_count_reported_again_replaces_the_old_one(sessions: Sessions) -> None:
    store(sessions, volumes=[count(0, 1800, 10), count(1800, 1800, 4)])
    assert store(sessions, volumes=[count(0, 1800, 7), count(1800, 1800, 4)]) == IngestResult(volumes=1)
    assert list(volumes(sessions)["offered"]) == [3, 4, 2, 2]


def test_a_count_at_another_grain_replaces_what_it_overlaps(sessions: Sessions) -> None:
    store(sessions, volumes=[count(0, 3600, 40), count(3600, 3600, 8)])
    store(sessions, volumes=[count(900 * k, 900, k) for k in range(4)])
    assert list(volumes(sessions)["offered"]) == [0, 1, 2, 3, 2, 2, 2, 2]
    store(sessions, volumes=[count(0, 3600, 4)])
    assert list(volumes(sessions)["offered"]) == [1, 1, 1, 1, 2, 2, 2, 2]


def test_a_reported_zero_is_a_zero_and_not_a_gap(sessions: Sessions) -> None:
    store(sessions, volumes=[count(0, 900, 0), count(1800, 900, 3, answered=3)])
    frame = volumes(sessions)
    assert list(frame["interval_start"]) == [at(0), at(1800)]
    assert list(frame["offered"]) == [0, 3]


def test_what_a_source_does_not_tell_is_unknown(sessions: Sessions) -> None:
    store(sessions, volumes=[count(0, 900, 5, answered=4), count(900, 900, 5, abandoned=1, aht_s=10)])
    first, second = (measures(sessions, "counted", start) for start in (0, 900))
    assert first["answered"] == 4
    assert math.isnan(first["abandoned"])
    assert math.isnan(second["answered"])
    assert (second["abandoned"], second["handled"], second["handle_s_sum"]) == (1, 4, 40)


def test_an_unknown_count_hides_the_events_beside_it(sessions: Sessions) -> None:
    store(sessions, [event("a", answered=3, ended=9, queue="both")], [count(0, 900, 5, queue="both")])
    row = measures(sessions, "both", 0)
    assert row["offered"] == 6
    assert math.isnan(row["answered"])


def test_two_sources_add_up(sessions: Sessions) -> None:
    register(sessions, "second")
    store(sessions, volumes=[count(0, 900, 5)])
    store(sessions, volumes=[count(0, 900, 6)], source="second")
    assert list(volumes(sessions)["offered"]) == [11]


def test_volumes_are_read_half_open_by_queue(sessions: Sessions) -> None:
    store(sessions, volumes=[count(900 * k, 900, k + 1, queue=queue) for queue in ("z", "a") for k in range(3)])
    with sessions() as session:
        every = get_volumes(session, start=at(0), end=at(1800))
        one = get_volumes(session, start=at(900), end=at(2700), queues=["z", "none"])
        none = get_volumes(session, start=at(0), end=at(900), queues=[])
    assert list(zip(every["queue"], every["offered"], strict=True)) == [("a", 1), ("a", 2), ("z", 1), ("z", 2)]
    assert list(zip(one["queue"], one["offered"], strict=True)) == [("z", 2), ("z", 3)]
    assert none.empty
    assert dict(none.dtypes) == dict(every.dtypes)
