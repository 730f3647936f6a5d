"""Outage signals in the store: what a report changes, and what it must not."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session, sessionmaker

from connectors.records import OutageSignal, SignalStatus
from connectors.source import Batch
from connectors.storage.read import get_record_counts, get_runs, get_signals, get_signals_by_id, get_sources
from connectors.storage.rows import IngestResult, SignalRow
from connectors.storage.write import (
    add_incident,
    apply_batch,
    decide_signals,
    finish_run,
    start_run,
    upsert_signals,
)
from tests.connectors.storage.store_samples import SOURCE, at, register

Sessions = sessionmaker[Session]


def firing(external_id: str = "a", started: float = 0, **more: object) -> OutageSignal:
    values = {"title": "Checkout is down", "services": ("shop",), "severity": "critical"} | more
    return OutageSignal(external_id, started_at=at(started), status=SignalStatus.FIRING, **values)  # type: ignore[arg-type]


def over(external_id: str = "a", started: float = 0, ended: float | None = None) -> OutageSignal:
    gone = None if ended is None else at(ended)
    return replace(firing(external_id, started), status=SignalStatus.RESOLVED, ended_at=gone)


def report(sessions: Sessions, *signals: OutageSignal, now: float = 1000, source: str = SOURCE) -> int:
    with sessions.begin() as session:
        return upsert_signals(session, signals, source=source, now=at(now))


def decide(sessions: Sessions, disposition: str, *, incident: bool = False) -> int | None:
    with sessions.begin() as session:
        rows = get_signals(session, since=at(0))
        incident_id = add_incident(session, {"title": "x"}, by="m", now=at(0)) if incident else None
        ids = [row.id for row in rows]
        decide_signals(session, ids, disposition=disposition, by="m", now=at(50), incident_id=incident_id)
        return incident_id


def only(sessions: Sessions) -> SignalRow:
    with sessions() as session:
        (row,) = get_signals(session, since=at(0))
        return row


def test_a_report_is_kept_whole_and_a_repeated_one_changes_nothing(sessions: Sessions) -> None:
    said = firing(url="https://monitor.example/a")
    assert report(sessions, said, now=10) == 1
    assert report(sessions, said, said, now=99) == 0
    row = only(sessions)
    assert (row.source, row.external_id, row.title, row.started_at) == (SOURCE, "a", "Checkout is down", at(0))
    assert (row.services, row.severity, row.url) == (("shop",), "critical", "https://monitor.example/a")
    assert (row.status, row.ended_at, row.first_seen_at) == ("firing", None, at(10))
    assert (row.disposition, row.incident_id, row.decided_by, row.decided_at) == ("proposed", None, None, None)


def test_the_last_report_counts(sessions: Sessions) -> None:
    report(sessions, firing())
    assert report(sessions, firing(title="Checkout and login are down", severity="")) == 1
    assert (only(sessions).title, only(sessions).severity) == ("Checkout and login are down", "")


def test_an_end_nobody_tells_is_the_time_it_was_heard_of(sessions: Sessions) -> None:
    report(sessions, firing(), now=10)
    assert report(sessions, over(), now=60) == 1
    assert (only(sessions).status, only(sessions).ended_at) == ("resolved", at(60))
    assert report(sessions, over(), now=90) == 0
    assert report(sessions, over(ended=40), now=90) == 1
    assert only(sessions).ended_at == at(40)


def test_one_batch_may_say_that_it_ended_and_began_again(sessions: Sessions) -> None:
    report(sessions, firing())
    decide(sessions, "dismissed")
    assert report(sessions, over(ended=30), firing(started=40)) == 1
    row = only(sessions)
    assert (row.status, row.started_at, row.disposition) == ("firing", at(40), "proposed")


def test_a_decision_stays_while_the_trouble_lasts(sessions: Sessions) -> None:
    report(sessions, firing())
    decide(sessions, "dismissed")
    report(sessions, firing(title="Checkout is still down"), firing(started=5), over(ended=20))
    assert (only(sessions).disposition, only(sessions).decided_by) == ("dismissed", "m")
    # Monitoring that lost sight of it for a while reports the same start: the same trouble.
    report(sessions, firing())
    assert (only(sessions).status, only(sessions).disposition) == ("firing", "dismissed")


def test_what_fires_anew_is_undecided_but_remembers_its_incident(sessions: Sessions) -> None:
    report(sessions, firing())
    incident = decide(sessions, "confirmed", incident=True)
    report(sessions, over(ended=20))
    report(sessions, firing(started=300), now=310)
    row = only(sessions)
    assert (row.disposition, row.decided_by, row.decided_at, row.incident_id) == ("proposed", None, None, incident)
    assert (row.started_at, row.first_seen_at) == (at(300), at(310))


def test_reports_about_earlier_times_change_nothing(sessions: Sessions) -> None:
    report(sessions, firing(started=100))
    assert report(sessions, over(started=0, ended=50)) == 0
    report(sessions, over(started=100, ended=150))
    assert report(sessions, firing(started=0)) == 0
    assert only(sessions).started_at == at(100)


def test_an_earlier_start_is_taken_up_and_an_end_may_name_another_start(sessions: Sessions) -> None:
    report(sessions, firing(started=100))
    report(sessions, firing(started=80))
    assert only(sessions).started_at == at(80)
    report(sessions, over(started=60, ended=200))
    assert (only(sessions).status, only(sessions).started_at) == ("resolved", at(80))


def test_sources_do_not_disturb_each_other(sessions: Sessions) -> None:
    report(sessions, firing(), source="one")
    report(sessions, firing(), source="two")
    report(sessions, over(), source="two")
    with sessions() as session:
        assert [(row.source, row.status) for row in get_signals(session, since=at(0))] == [
            ("one", "firing"),
            ("two", "resolved"),
        ]


def test_which_are_read(sessions: Sessions) -> None:
    report(sessions, firing("linked"), over("linked", ended=10))
    incident = decide(sessions, "joined", incident=True)
    report(sessions, firing("fires"), over("lately", ended=500), over("long ago", ended=20))
    with sessions() as session:
        read = get_signals(session, since=at(400))
        assert [row.external_id for row in read] == ["fires", "lately"]
        with_incident = get_signals(session, since=at(400), incidents=[incident or 0])
        assert [row.external_id for row in with_incident] == ["linked", "fires", "lately"]
        assert get_signals_by_id(session, [with_incident[0].id, 999_999]) == [with_incident[0]]


def test_more_than_one_question_holds(sessions: Sessions) -> None:
    many = [firing(f"s{n}") for n in range(1203)]
    assert report(sessions, *many) == 1203
    assert report(sessions, *many) == 0


def test_a_batch_brings_them_in_its_own_transaction_and_the_run_counts_them(sessions: Sessions) -> None:
    register(sessions)
    with sessions() as session:
        apply_batch(session, Batch("w", signals=[firing()]), source=SOURCE, now=at(5))
        session.rollback()
    with sessions.begin() as session:
        assert get_signals(session, since=at(0)) == []
        run = start_run(session, SOURCE, now=at(5))
        result = apply_batch(session, Batch("w", signals=[firing()]), source=SOURCE, now=at(6))
        finish_run(session, run, now=at(7), result=result, error=None)
    assert result == IngestResult(signals=1)
    with sessions.begin() as session:
        (logged,) = get_runs(session)
        assert (logged.signals, get_record_counts(session, since=at(0))) == (1, {SOURCE: 1})
        assert get_sources(session)[0].last_record_at == at(0)
        repeated = apply_batch(session, Batch("w", signals=[firing()]), source=SOURCE, now=at(8))
    assert repeated == IngestResult()
