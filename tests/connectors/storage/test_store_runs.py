"""The log of pulls."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError, SourceError
from connectors.storage.read import get_record_counts, get_runs, get_sources
from connectors.storage.rows import IngestResult
from connectors.storage.write import finish_run, start_run
from connectors.storage.write.runs import KEPT
from tests.connectors.storage.store_samples import SOURCE, at, register

Sessions = sessionmaker[Session]
NOTHING = IngestResult()
BROUGHT = IngestResult(events_new=3, events_changed=1, volumes=2, states=1, rejected=5)


@pytest.fixture(autouse=True)
def _registered(sessions: Sessions) -> None:
    register(sessions)


def _run(sessions: Sessions, start: float, result: IngestResult = NOTHING, error: SourceError | None = None) -> None:
    with sessions.begin() as session:
        run = start_run(session, SOURCE, now=at(start))
    with sessions.begin() as session:
        finish_run(session, run, now=at(start + 5), result=result, error=error)


def test_a_run_is_logged_with_what_it_brought(sessions: Sessions) -> None:
    _run(sessions, 0, BROUGHT)
    with sessions() as session:
        (run,) = get_runs(session, source=SOURCE)
        assert (run.started_at, run.finished_at, run.status, run.error) == (at(0), at(5), "done", None)
        assert (run.events, run.volumes, run.states, run.rejected) == (4, 2, 1, 5)
        assert get_sources(session)[0].last_success_at == at(5)
        assert get_record_counts(session, since=at(0)) == {SOURCE: 7}
        assert get_record_counts(session, since=at(1)) == {}


def test_a_failure_is_noted_until_the_next_success(sessions: Sessions) -> None:
    _run(sessions, 0, BROUGHT)
    _run(sessions, 10, error=SourceError(SOURCE, "no such file", permanent=True))
    with sessions() as session:
        source = get_sources(session)[0]
        assert (source.last_error, source.last_error_at, source.last_error_permanent) == ("no such file", at(15), True)
        assert source.last_success_at == at(5)
        assert [run.status for run in get_runs(session)] == ["failed", "done"]
    _run(sessions, 20)
    with sessions() as session:
        source = get_sources(session)[0]
        assert (source.last_error, source.last_error_permanent, source.last_success_at) == (None, False, at(25))


def test_an_interrupted_run_is_closed_by_the_next(sessions: Sessions) -> None:
    with sessions.begin() as session:
        start_run(session, SOURCE, now=at(0))
        start_run(session, SOURCE, now=at(60))
        running, killed = get_runs(session)
    assert running.status == "running"
    assert (killed.status, killed.finished_at) == ("failed", at(60))
    assert killed.error is not None
    assert "interrupted" in killed.error


def test_of_quiet_runs_only_the_last_stays(sessions: Sessions) -> None:
    _run(sessions, 0, BROUGHT)
    for start in (10, 20, 30):
        _run(sessions, start)
    with sessions() as session:
        assert [run.started_at for run in get_runs(session)] == [at(30), at(0)]


def test_old_runs_go(sessions: Sessions) -> None:
    _run(sessions, 0, BROUGHT)
    _run(sessions, (KEPT + timedelta(seconds=1)).total_seconds(), BROUGHT)
    with sessions() as session:
        assert len(get_runs(session)) == 1
        assert get_runs(session, source="other") == []


def test_a_run_needs_a_registered_source(sessions: Sessions) -> None:
    with sessions() as session, pytest.raises(ConfigError, match="nobody"):
        start_run(session, "nobody", now=at(0))
