"""What is kept of a source beside its records: failures in a row, lag over time, tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import OvertakenError, SourceError
from connectors.records import Channel, ContactEvent, Outcome
from connectors.source import Batch
from connectors.storage.read import get_lags, get_probes, get_sources
from connectors.storage.rows import IngestResult, SourceRow
from connectors.storage.write import (
    answer_probe,
    apply_batch,
    ask_probe,
    finish_run,
    plan_retry,
    start_run,
    upsert_sources,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BROKEN = SourceError("pbx", "timed out", permanent=False)


@pytest.fixture
def store(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    with sessions.begin() as session:
        upsert_sources(session, [("pbx", "table", "live")])
        event = ContactEvent("c1", "login", Channel.CALL, NOW, Outcome.WAITING)
        apply_batch(session, Batch("1", [event]), source="pbx", now=NOW)
    return sessions


def _run(store: sessionmaker[Session], at: datetime, error: SourceError | None = None) -> SourceRow:
    with store.begin() as session:
        run = start_run(session, "pbx", now=at)
        finish_run(session, run, now=at, result=IngestResult(), error=error)
        return get_sources(session)[0]


def test_failures_in_a_row_are_counted_until_a_success(store: sessionmaker[Session]) -> None:
    assert [_run(store, NOW, BROKEN).failures for _ in range(3)] == [1, 2, 3]
    with store.begin() as session:
        plan_retry(session, "pbx", at=NOW)
    assert _run(store, NOW, OvertakenError("pbx")).failures == 3  # nothing is wrong with the source
    good = _run(store, NOW)
    assert (good.failures, good.retry_at, good.last_error) == (0, None, None)


def test_the_age_of_the_latest_record_is_kept_every_few_minutes_for_two_days(store: sessionmaker[Session]) -> None:
    for minute in (0, 1, 4, 6, 7, 12):
        _run(store, NOW + timedelta(minutes=minute), BROKEN if minute == 6 else None)
    with store() as session:
        lags = get_lags(session, since=NOW)["pbx"]
    assert [lag.lag_s for lag in lags] == [0, 360, 720]
    _run(store, NOW + timedelta(days=3))
    with store() as session:
        assert [lag.lag_s for lag in get_lags(session, since=NOW)["pbx"]] == [3 * 86_400]


def test_a_test_is_asked_for_and_answered(store: sessionmaker[Session]) -> None:
    with store.begin() as session:
        ask_probe(session, "pbx", by="mona", now=NOW)
        row = get_probes(session)["pbx"]
        assert (row.asked_by, row.answered_at, row.report) == ("mona", None, None)
        answer_probe(session, "pbx", report={"saw": "a mailbox"}, now=NOW)
        assert get_probes(session)["pbx"].report == {"saw": "a mailbox"}
        ask_probe(session, "pbx", by="otto", now=NOW)
        assert get_probes(session)["pbx"].report is None
