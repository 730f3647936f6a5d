"""Whatever comes in whatever order: interval volumes equal a recount, and a plain count in Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from connectors.records import ContactEvent, IntervalVolume, Outcome
from connectors.storage.engine import session_factory
from connectors.storage.read import get_queues
from connectors.storage.write import recount, upsert_queues
from tests.connectors.storage.store_samples import T0, at, count, event, register, store, volumes
from tests.databases import clear

_SOURCES = ("calls", "other")
_RANK = {Outcome.WAITING: 0, Outcome.IN_SERVICE: 1, Outcome.ANSWERED: 2, Outcome.ABANDONED: 2}
_queues = st.sampled_from(["x", "y"])
_gaps = st.none() | st.integers(0, 60)


@st.composite
def _events(draw: st.DrawFn) -> ContactEvent:
    arrived = draw(st.integers(0, 3600))
    answered, ended = (draw(_gaps) for _ in range(2))
    answered = None if answered is None else arrived + answered
    ended = None if ended is None else (arrived if answered is None else answered) + ended
    return event(draw(st.sampled_from("abcdef")), arrived, queue=draw(_queues), answered=answered, ended=ended)


@st.composite
def _counts(draw: st.DrawFn) -> IntervalVolume:
    interval_s = draw(st.sampled_from([300, 900, 1800, 3600]))
    offered = draw(st.integers(0, 20))
    answered = draw(st.none() | st.integers(0, offered))
    start = interval_s * draw(st.integers(0, 7200 // interval_s - 1))
    return count(start, interval_s, offered, queue=draw(_queues), answered=answered)


_batches = st.tuples(st.sampled_from(_SOURCES), st.lists(_events(), max_size=8), st.lists(_counts(), max_size=4), _gaps)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(_batches, min_size=1, max_size=6))
def test_volumes_equal_a_recount(
    shared_engine: Engine,
    batches: list[tuple[str, list[ContactEvent], list[IntervalVolume], int | None]],
) -> None:
    clear(shared_engine)
    sessions = session_factory(shared_engine)
    register(sessions, *_SOURCES)
    known: dict[tuple[str, str], ContactEvent] = {}
    for source, events, counts, threshold in batches:
        store(sessions, events, counts, source=source)
        _learn(known, source, events)
        if threshold is not None:
            _set_threshold(sessions, threshold)
    stored = volumes(sessions)
    with sessions.begin() as session:
        assert recount(session) == 0
    assert volumes(sessions).equals(stored)
    if not any(counts for _, _, counts, _ in batches):
        quarters = zip(stored["queue"], stored["interval_start"], strict=True)
        assert dict(zip(quarters, stored["offered"], strict=True)) == Counter(map(_quarter, known.values()))
        assert stored["answered"].sum() == sum(e.answered_at is not None for e in known.values())


def _quarter(event: ContactEvent) -> tuple[str, datetime]:
    return event.queue, at((event.arrived_at - T0) // timedelta(seconds=900) * 900)


def _learn(known: dict[tuple[str, str], ContactEvent], source: str, events: Sequence[ContactEvent]) -> None:
    for new in events:
        old = known.get((source, new.external_id))
        if old is None or _RANK[old.outcome] <= _RANK[new.outcome]:
            known[source, new.external_id] = new


def _set_threshold(sessions: sessionmaker[Session], threshold: int) -> None:
    with sessions.begin() as session:
        upsert_queues(session, [replace(queue, answer_within_s=threshold) for queue in get_queues(session)])
