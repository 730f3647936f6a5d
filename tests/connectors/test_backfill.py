"""The past beside the present: a back-fill and live pulling share a source, and both remain right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError, OvertakenError, SourceError
from connectors.pull import StopPull, backfill, pull
from connectors.records import Channel, ContactEvent, IntervalVolume, Outcome, QueueState
from connectors.source import Batch, Evidence, SourceConfig
from connectors.storage.read import get_backfills, get_runs, get_states, get_volumes, get_watermark
from connectors.storage.write import recount, upsert_sources

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def clock() -> datetime:
    return NOW


class Desk:
    """A helpdesk: a list of updates, each the state of a ticket; fetching goes on behind the last one seen."""

    KIND: ClassVar[str] = "desk"
    EVIDENCE: ClassVar[Evidence] = Evidence.STUB

    def __init__(self, updates: list[Batch]) -> None:
        self.config = SourceConfig("desk", self.KIND, {})
        self.updates = updates
        self.on_its_way: Callable[[int], None] = lambda number: None  # called when a page has left the vendor

    def watermark_at(self, since: datetime) -> str:
        return "0" if since <= SINCE else str(len(self.updates))

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        for number in range(int(watermark or len(self.updates)), len(self.updates)):
            page = self.updates[number]
            self.on_its_way(number)
            yield page


def page(number: int, *events: ContactEvent, **more: object) -> Batch:
    return Batch(str(number + 1), events, done=number + 1, total=4, unit="pages", **more)  # type: ignore[arg-type]


def ticket(name: str, outcome: Outcome = Outcome.WAITING, *, day: int = 2) -> ContactEvent:
    arrived = datetime(2026, 11, day, 9, tzinfo=UTC)
    answered = arrived + timedelta(hours=1) if outcome is not Outcome.WAITING else None
    ended = arrived + timedelta(hours=2) if outcome is Outcome.ANSWERED else None
    return ContactEvent(name, "mail", Channel.TICKET, arrived, outcome, answered_at=answered, ended_at=ended)


def registered(sessions: sessionmaker[Session], updates: list[Batch]) -> Desk:
    with sessions.begin() as session:
        upsert_sources(session, [("desk", "desk", "stub")])
    return Desk(updates)


def outcomes(sessions: sessionmaker[Session]) -> dict[str, int]:
    with sessions() as session:
        rows = session.execute(text("SELECT external_id, outcome FROM contact_event"))
        return {row.external_id: row.outcome for row in rows}


def assert_recount_agrees(sessions: sessionmaker[Session]) -> None:
    span = {"start": SINCE, "end": NOW}
    with sessions() as session:
        before = get_volumes(session, **span)
        recount(session)
        assert before.equals(get_volumes(session, **span))


def test_the_past_comes_without_touching_the_present(sessions: sessionmaker[Session]) -> None:
    old = QueueState("mail", Channel.TICKET, NOW - timedelta(days=20), 99)
    desk = registered(sessions, [page(0, ticket("a"), states=[old]), page(1, ticket("b", Outcome.ANSWERED))])
    pull(desk, sessions, clock=clock)
    backfill(desk, sessions, since=SINCE, clock=clock)
    assert outcomes(sessions) == {"a": 0, "b": 2}
    with sessions() as session:
        row = get_backfills(session)["desk"]
        assert (row.status, row.events, row.done, row.total, row.watermark, row.error) == ("done", 2, 2, 4, "2", None)
        assert get_watermark(session, "desk") is None
        assert get_states(session) == []
        assert [run.events for run in get_runs(session)] == [0]  # live pulling's own
    assert_recount_agrees(sessions)


def test_a_stopped_back_fill_goes_on_where_it_was(sessions: sessionmaker[Session]) -> None:
    desk = registered(sessions, [page(n, ticket(f"t{n}")) for n in range(4)])
    asked: list[int] = []
    desk.on_its_way = asked.append

    def stop(batch: Batch) -> None:
        if batch.done == 2:
            raise StopPull

    backfill(desk, sessions, since=SINCE, clock=clock, progress=stop)
    with sessions() as session:
        assert get_backfills(session)["desk"].status == "stopped"
    backfill(desk, sessions, since=SINCE, clock=clock)
    assert asked == [0, 1, 2, 3]
    assert len(outcomes(sessions)) == 4
    with sessions() as session:
        assert get_backfills(session)["desk"].events == 4
    backfill(desk, sessions, since=SINCE - timedelta(days=1), clock=clock)
    assert asked == [0, 1, 2, 3, 0, 1, 2, 3]  # another beginning begins anew, and doubles nothing
    assert len(outcomes(sessions)) == 4


def test_newer_truth_that_live_pulling_stored_meanwhile_stands(sessions: sessionmaker[Session]) -> None:
    desk = registered(sessions, [page(0, ticket("a"), ticket("b")), page(1, ticket("c"))])

    def live_comes_first(number: int) -> None:
        if number == 0:  # the page with "a" waiting has left the vendor; now "a" is taken up, and live pulling sees it
            live = Desk([*desk.updates, page(2, ticket("a", Outcome.IN_SERVICE, day=3))])
            live.fetch = lambda watermark, now: iter(live.updates[2:])  # type: ignore[method-assign,misc]
            pull(live, sessions, clock=clock)

    desk.on_its_way = live_comes_first
    backfill(desk, sessions, since=SINCE, clock=clock)
    assert outcomes(sessions) == {"a": 1, "b": 0, "c": 0}
    with sessions() as session:
        assert get_watermark(session, "desk") == "3"
    assert_recount_agrees(sessions)


def test_without_live_pulling_in_between_a_correction_is_taken(sessions: sessionmaker[Session]) -> None:
    desk = registered(sessions, [page(0, ticket("a")), page(1, ticket("a", day=3))])
    backfill(desk, sessions, since=SINCE, clock=clock)
    with sessions() as session:
        volumes = get_volumes(session, start=SINCE, end=NOW)
    assert [start.day for start in volumes.interval_start] == [3]


def test_counts_that_live_pulling_stored_meanwhile_stand(sessions: sessionmaker[Session]) -> None:
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)

    def counts(*offered: int) -> list[IntervalVolume]:
        return [
            IntervalVolume("mail", Channel.TICKET, at + n * timedelta(minutes=15), 900, offered=count)
            for n, count in enumerate(offered)
        ]

    desk = registered(sessions, [page(0, volumes=counts(5, 7))])

    def live_comes_first(number: int) -> None:
        live = Desk([page(1, volumes=counts(8))])
        live.fetch = lambda watermark, now: iter(live.updates)  # type: ignore[method-assign,misc]
        pull(live, sessions, clock=clock)

    desk.on_its_way = live_comes_first
    backfill(desk, sessions, since=SINCE, clock=clock)
    with sessions() as session:
        assert get_volumes(session, start=SINCE, end=NOW).offered.tolist() == [8, 7]
    assert_recount_agrees(sessions)


def test_a_failure_is_noted_and_the_next_call_goes_on(sessions: sessionmaker[Session]) -> None:
    desk = registered(sessions, [page(n, ticket(f"t{n}")) for n in range(4)])

    def fail(number: int) -> None:
        if number == 2:
            raise SourceError("desk", "asked to be left alone", permanent=False)

    desk.on_its_way = fail
    with pytest.raises(SourceError, match="left alone"):
        backfill(desk, sessions, since=SINCE, clock=clock)
    with sessions() as session:
        row = get_backfills(session)["desk"]
    assert (row.status, row.error, row.watermark) == ("failed", "asked to be left alone", "2")
    desk.on_its_way = lambda number: None
    backfill(desk, sessions, since=SINCE, clock=clock)
    assert len(outcomes(sessions)) == 4


def test_the_second_of_two_back_fills_gives_way(sessions: sessionmaker[Session]) -> None:
    desk = registered(sessions, [page(n, ticket(f"t{n}")) for n in range(4)])

    def rival(batch: Batch) -> None:
        if batch.done == 2:
            backfill(Desk(desk.updates), sessions, since=SINCE, clock=clock)

    with pytest.raises(OvertakenError):
        backfill(desk, sessions, since=SINCE, clock=clock, progress=rival)
    assert len(outcomes(sessions)) == 4


def test_a_kind_that_cannot_begin_at_a_date_says_so(sessions: sessionmaker[Session]) -> None:
    class Whole:
        KIND: ClassVar[str] = "whole"
        EVIDENCE: ClassVar[Evidence] = Evidence.STUB
        config = SourceConfig("whole", "whole", {})

        def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
            return iter(())

    with pytest.raises(ConfigError, match="cannot begin at a date"):
        backfill(Whole(), sessions, since=SINCE, clock=clock)
