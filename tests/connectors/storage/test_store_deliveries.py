"""The log of what is sent to us, and not waiting long for a store that somebody else holds."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.engine import BUSY_TIMEOUT_S
from connectors.storage.read import get_runs, get_sources
from connectors.storage.rows import IngestResult
from connectors.storage.write import lock_source, note_delivery, note_refusal, short_wait
from connectors.storage.write.runs import KEPT, SHARED
from tests.connectors.storage.store_samples import SOURCE, at, register

Sessions = sessionmaker[Session]
LATER = SHARED.total_seconds()


@pytest.fixture(autouse=True)
def _registered(sessions: Sessions) -> None:
    register(sessions)


def deliver(sessions: Sessions, seconds: float, **result: int) -> None:
    with sessions.begin() as session:
        note_delivery(session, SOURCE, now=at(seconds), result=IngestResult(**result))


def test_deliveries_close_together_share_an_entry(sessions: Sessions) -> None:
    deliver(sessions, 0, events_new=2, rejected=1)
    deliver(sessions, 100, events_changed=1, signals=4)
    deliver(sessions, LATER, volumes=3, states=1)
    with sessions() as session:
        second, first = get_runs(session)
        assert (first.started_at, first.finished_at, first.status) == (at(0), at(100), "done")
        assert (first.events, first.rejected, first.signals) == (3, 1, 4)
        assert (second.volumes, second.states, second.started_at) == (3, 1, at(LATER))
        assert get_sources(session)[0].last_success_at == at(LATER)


def test_old_entries_go(sessions: Sessions) -> None:
    deliver(sessions, 0)
    deliver(sessions, (KEPT + timedelta(seconds=1)).total_seconds())
    with sessions() as session:
        assert len(get_runs(session)) == 1


def test_a_refusal_stands_until_a_good_delivery(sessions: Sessions) -> None:
    deliver(sessions, 0)
    with sessions.begin() as session:
        note_refusal(session, SOURCE, message="not signed", now=at(5))
        source = get_sources(session)[0]
        assert (source.last_error, source.last_error_at, source.last_success_at) == ("not signed", at(5), at(0))
    deliver(sessions, 10)
    with sessions() as session:
        assert get_sources(session)[0].last_error is None


def test_a_held_store_is_waited_for_no_longer_than_said(sessions: Sessions) -> None:
    with sessions() as holder:
        lock_source(holder, SOURCE)
        begun = time.monotonic()
        with pytest.raises(OperationalError), sessions() as session, short_wait(session, seconds=0.05):
            lock_source(session, SOURCE)
        assert time.monotonic() - begun < 5
    with sessions.begin() as session, short_wait(session, seconds=0.05):
        lock_source(session, SOURCE)


def test_afterwards_others_wait_as_long_as_ever(sessions: Sessions) -> None:
    with sessions.begin() as session:
        with short_wait(session, seconds=0.05):
            lock_source(session, SOURCE)
        dialect = session.get_bind().dialect.name
    with sessions() as session:
        if dialect == "sqlite":
            assert session.execute(text("PRAGMA busy_timeout")).scalar_one() == BUSY_TIMEOUT_S * 1000
        else:
            assert session.execute(text("SHOW lock_timeout")).scalar_one() == "0"
