from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from connectors.errors import OvertakenError, SourceError
from connectors.source import Batch
from connectors.storage.read import get_leases, get_runs, get_sources, get_watermark
from connectors.storage.rows import SourceRow
from connectors.storage.write import release_lease, take_lease
from dashboard.jobs.lease import Lease, leased
from dashboard.jobs.leased_pull import LeasedPull
from tests.dashboard.jobs.scripted_source import ScriptedSource, quiet_log
from tests.dashboard.seeded_centre import Centre, call, make_centre


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_centre(tmp_path)


def _pull(centre: Centre, stop: threading.Event | None = None) -> LeasedPull:
    return LeasedPull(centre.sessions, clock=centre.clock, lease_s=60, stop=stop or threading.Event(), log=quiet_log())


def _row(centre: Centre) -> SourceRow:
    with centre.session() as session:
        return next(row for row in get_sources(session) if row.name == "pbx")


def test_it_is_pulled_when_due_and_the_second_message_does_nothing(centre: Centre) -> None:
    source = ScriptedSource("pbx", lambda _: iter([Batch("1", [call(1, centre.now)])]))
    assert _pull(centre)(source, poll_s=5.0)
    assert not _pull(centre)(source, poll_s=5.0)
    assert _row(centre).due_at == centre.clock() + timedelta(seconds=5)
    centre.now += timedelta(seconds=6)
    assert _pull(centre)(source, poll_s=5.0)
    assert _row(centre).due_at == centre.clock() + timedelta(seconds=4)  # in step, however late the message came
    with centre.session() as session:
        assert get_leases(session) == {}


def test_whoever_comes_second_leaves_it_alone(centre: Centre) -> None:
    with centre.sessions.begin() as session:
        take_lease(session, "pbx", holder="another", ttl_s=60)
    assert not _pull(centre)(ScriptedSource("pbx", lambda _: pytest.fail("pulled")), poll_s=5.0)
    assert _row(centre).due_at is None


def test_a_failure_puts_off_the_next_turn_for_all_workers(centre: Centre) -> None:
    def script(watermark: str | None) -> Iterator[Batch]:
        raise SourceError("pbx", "wrong password", permanent=True)
        yield

    with capture_logs() as logs:
        assert _pull(centre)(ScriptedSource("pbx", script), poll_s=5.0)
    assert logs[-1]["retry_s"] == 300
    assert _row(centre).due_at == _row(centre).retry_at == centre.clock() + timedelta(seconds=300)


def test_a_fault_of_the_connector_is_seen_on_the_page(centre: Centre) -> None:
    def script(watermark: str | None) -> Iterator[Batch]:
        raise ZeroDivisionError("a bug")
        yield

    with capture_logs() as logs:
        _pull(centre)(ScriptedSource("pbx", script), poll_s=5.0)
    assert logs[-1]["event"] == "source.fault"
    assert "ZeroDivisionError" in (_row(centre).last_error or "")


def test_who_loses_the_lease_in_mid_pull_stores_nothing_more(centre: Centre) -> None:
    def script(watermark: str | None) -> Iterator[Batch]:
        yield Batch("1", [call(1, centre.now)])
        with centre.sessions.begin() as session:
            session.connection().exec_driver_sql("UPDATE source_lease SET holder = 'another'")
        yield Batch("2", [call(2, centre.now)])

    with capture_logs() as logs:
        _pull(centre)(ScriptedSource("pbx", script), poll_s=5.0)
    assert logs[-1]["event"] == "source.overtaken"
    with centre.session() as session:
        assert get_watermark(session, "pbx") == "1"
        assert get_runs(session)[0].status == "failed"
        assert get_leases(session).keys() == {"pbx"}  # the other's
    assert _row(centre).last_error is None


def test_stopping_ends_behind_a_whole_batch(centre: Centre) -> None:
    stop = threading.Event()

    def script(watermark: str | None) -> Iterator[Batch]:
        for number in range(9):
            if number == 2:
                stop.set()
            yield Batch(str(number), [call(number, centre.now)])

    _pull(centre, stop)(ScriptedSource("pbx", script), poll_s=5.0)
    with centre.session() as session:
        assert get_watermark(session, "pbx") == "2"


def test_a_lease_that_was_not_renewed_in_time_counts_as_lost(centre: Centre) -> None:
    lease = Lease(centre.sessions, "pbx", ttl_s=-1.0)
    with centre.sessions.begin() as session:
        take_lease(session, "pbx", holder=lease.holder, ttl_s=60)
        with pytest.raises(OvertakenError):
            lease.check(session)


def test_a_heartbeat_ends_when_the_lease_is_gone(centre: Centre) -> None:
    with leased(centre.sessions, "pbx", ttl_s=60) as lease:
        assert lease is not None
        assert lease.beat()
        with centre.sessions.begin() as session:
            release_lease(session, "pbx", holder=lease.holder)
        assert not lease.beat()
