"""The loop, with fakes for the source and a real store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError, SourceError
from connectors.pull import StopPull, pull, pull_all
from connectors.records import Channel, ContactEvent, Outcome, RejectedRecord
from connectors.registry import build
from connectors.source import Batch, Evidence, Source, SourceConfig
from connectors.storage.read import get_rejected, get_runs, get_sources, get_volumes, get_watermark
from connectors.storage.rows import IngestResult
from connectors.storage.write import upsert_sources
from tests.connectors.source_rigs import config_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def clock() -> datetime:
    return NOW


class FakeSource:
    """Yields one contact a batch, continuing behind the watermark; fails where told to."""

    KIND: ClassVar[str] = "fake"
    EVIDENCE: ClassVar[Evidence] = Evidence.STUB

    def __init__(self, name: str = "fake", *, contacts: int = 5, fail_at: int | None = None) -> None:
        self.config = SourceConfig(name, self.KIND, {})
        self._contacts, self._fail_at = contacts, fail_at

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        for number in range(int(watermark or 0), self._contacts):
            if number == self._fail_at:
                raise SourceError(self.config.name, "the line is dead", permanent=False)
            event = ContactEvent(f"c{number}", "q", Channel.CALL, NOW, Outcome.WAITING)
            yield Batch(str(number + 1), [event], rejected=[RejectedRecord(f"x:{number}", "odd")], done=number + 1)


def register(sessions: sessionmaker[Session], *sources: Source) -> None:
    with sessions.begin() as session:
        upsert_sources(session, [(source.config.name, source.KIND, str(source.EVIDENCE)) for source in sources])


def offered(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return int(get_volumes(session, start=NOW, end=NOW.replace(hour=13)).offered.sum())


def test_a_pull_stores_everything_and_continues_where_it_was(sessions: sessionmaker[Session]) -> None:
    first = FakeSource(contacts=3)
    register(sessions, first)
    assert pull(first, sessions, clock=clock) == IngestResult(events_new=3, rejected=3)
    seen: list[int] = []
    again = pull(FakeSource(contacts=5), sessions, clock=clock, progress=lambda batch: seen.append(batch.done))
    assert again == IngestResult(events_new=2, rejected=2)
    assert seen == [4, 5]
    assert offered(sessions) == 5
    with sessions() as session:
        assert get_watermark(session, "fake") == "5"
        assert [(run.status, run.events) for run in get_runs(session)] == [("done", 2), ("done", 3)]
        assert len(get_rejected(session)) == 5


def test_a_failure_is_recorded_and_keeps_what_came_before(sessions: sessionmaker[Session]) -> None:
    broken = FakeSource(fail_at=2)
    register(sessions, broken)
    with pytest.raises(SourceError, match="the line is dead"):
        pull(broken, sessions, clock=clock)
    with sessions() as session:
        (run,) = get_runs(session)
        (source,) = get_sources(session)
    assert (run.status, run.error, run.events) == ("failed", "the line is dead", 2)
    assert (source.last_error, source.last_error_permanent, source.last_success_at) == ("the line is dead", False, None)
    assert offered(sessions) == 2
    pull(FakeSource(), sessions, clock=clock)
    assert offered(sessions) == 5


def test_other_sources_go_on_when_one_fails(sessions: sessionmaker[Session]) -> None:
    sources: Sequence[Source] = [FakeSource("a"), FakeSource("b", fail_at=0), FakeSource("c")]
    register(sessions, *sources)
    results = pull_all(sources, sessions, clock=clock)
    assert results["a"] == results["c"] == IngestResult(events_new=5, rejected=5)
    assert isinstance(results["b"], SourceError)


def test_a_stop_comes_between_two_batches_and_is_no_failure(sessions: sessionmaker[Session]) -> None:
    source = FakeSource()
    register(sessions, source)

    def stop(batch: Batch) -> None:
        if batch.done == 2:
            raise StopPull

    assert pull(source, sessions, clock=clock, progress=stop).events_new == 2
    with sessions() as session:
        assert get_watermark(session, "fake") == "2"
        assert get_runs(session)[0].status == "done"


def test_whoever_finds_the_watermark_moved_gives_way(sessions: sessionmaker[Session]) -> None:
    source = FakeSource()
    register(sessions, source)

    def rival(batch: Batch) -> None:
        if batch.done == 2:
            pull(FakeSource(), sessions, clock=clock)

    with pytest.raises(SourceError, match="being pulled by another process"):
        pull(source, sessions, clock=clock, progress=rival)
    assert offered(sessions) == 5
    with sessions() as session:
        assert get_watermark(session, "fake") == "5"


def test_an_unknown_kind_names_those_that_exist() -> None:
    with pytest.raises(ConfigError, match=r"unknown kind 'fax'; there are table, .*example"):
        build(config_of("fax", {}), caller_hash=str)


class _Point:
    name = "fake"
    value = "package:FakeSource"

    def load(self) -> object:
        return lambda config, *, caller_hash: FakeSource(config.name)


class _BrokenPoint(_Point):
    def load(self) -> object:
        raise ImportError("no module named package")


def test_an_installed_package_may_bring_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.registry.entry_points", lambda **_: [_Point()])
    assert build(config_of("fake", {}), caller_hash=str).config.name == "test"
    monkeypatch.setattr("connectors.registry.entry_points", lambda **_: [_BrokenPoint()])
    with pytest.raises(ConfigError, match="package:FakeSource, which cannot be loaded"):
        build(config_of("fake", {}), caller_hash=str)
