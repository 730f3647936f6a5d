from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from connectors.errors import SourceError
from connectors.source import Batch
from connectors.storage.read import get_sources, get_watermark
from dashboard.jobs.first_pass import FirstPass
from dashboard.jobs.puller import Puller
from dashboard.services.readings.source_pace import PAUSE_MAX_S
from tests.dashboard.jobs.scripted_source import ScriptedSource, quiet_log
from tests.dashboard.seeded_centre import Centre, call, make_centre


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_centre(tmp_path)


class Told:
    """What a puller told the worker."""

    def __init__(self) -> None:
        self.news = 0
        self.stop = threading.Event()

    def on_news(self) -> None:
        self.news += 1


def _puller(centre: Centre, source: ScriptedSource, told: Told) -> Puller:
    return Puller(
        source,
        centre.sessions,
        clock=centre.clock,
        poll_s=2.0,
        place=0,
        first_pass=FirstPass(1),
        news=told.on_news,
        stop=told.stop,
        log=quiet_log(),
    )


def test_what_a_source_brings_is_stored_and_told(centre: Centre) -> None:
    def script(watermark: str | None) -> Iterator[Batch]:
        if watermark is None:
            yield Batch(watermark="1", events=[call(1, centre.now)])

    told = Told()
    puller = _puller(centre, ScriptedSource("pbx", script), told)
    with capture_logs() as logs:
        assert puller.pull_once() == 2.0
    assert told.news > 0
    assert logs[-1]["event"] == "source.pulled"
    assert logs[-1]["events"] == 1
    before = told.news
    assert puller.pull_once() == 2.0
    assert told.news == before  # nothing came


def test_a_failing_source_is_tried_again_ever_later_and_its_recovery_is_told(centre: Centre) -> None:
    answers: list[Exception | None] = [
        SourceError("pbx", "timed out", permanent=False),
        SourceError("pbx", "timed out", permanent=False),
        None,
    ]

    def script(watermark: str | None) -> Iterator[Batch]:
        answer = answers.pop(0)
        if answer:
            raise answer
        yield Batch(watermark="1")

    told = Told()
    puller = _puller(centre, ScriptedSource("pbx", script), told)
    with capture_logs() as logs:
        assert [puller.pull_once(), puller.pull_once(), puller.pull_once()] == [2.0, 4.0, 2.0]
    assert [line["event"] for line in logs] == ["source.failed", "source.failed", "source.recovered"]
    with centre.session() as session:
        assert next(row for row in get_sources(session) if row.name == "pbx").last_error is None


def test_a_permanent_fault_waits_for_a_person(centre: Centre) -> None:
    def script(watermark: str | None) -> Iterator[Batch]:
        raise SourceError("pbx", "wrong password", permanent=True)
        yield

    assert _puller(centre, ScriptedSource("pbx", script), Told()).pull_once() == PAUSE_MAX_S


def test_a_fault_of_the_source_itself_does_not_end_its_thread(centre: Centre) -> None:
    def script(watermark: str | None) -> Iterator[Batch]:
        raise ZeroDivisionError("a bug")
        yield

    puller = _puller(centre, ScriptedSource("pbx", script), Told())
    with capture_logs() as logs:
        assert puller.pull_once() == 2.0
    assert logs[0]["event"] == "source.fault"
    assert puller.pulls == 1


def test_a_store_that_is_gone_is_waited_for(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def locked(*_: object, **__: object) -> None:
        raise OperationalError("BEGIN", {}, Exception("database is locked"))

    monkeypatch.setattr("dashboard.jobs.puller.pull", locked)
    with capture_logs() as logs:
        assert _puller(centre, ScriptedSource("pbx", lambda _: iter(())), Told()).pull_once() == 2.0
    assert logs[0]["event"] == "store.unreachable"


def test_stopping_ends_a_long_import_behind_a_whole_batch(centre: Centre) -> None:
    told = Told()

    def script(watermark: str | None) -> Iterator[Batch]:
        for number in range(1000):
            if number == 3:
                told.stop.set()
            yield Batch(watermark=str(number), events=[call(number, centre.now)])

    puller = _puller(centre, ScriptedSource("pbx", script), told)
    puller.run()
    with centre.session() as session:
        assert get_watermark(session, "pbx") == "3"


def test_a_puller_in_a_pause_pulls_when_woken(centre: Centre) -> None:
    told, asked = Told(), threading.Semaphore(0)

    def script(watermark: str | None) -> Iterator[Batch]:
        asked.release()
        raise SourceError("pbx", "wrong password", permanent=True)
        yield

    puller = _puller(centre, ScriptedSource("pbx", script), told)
    with capture_logs():
        puller.start()
        assert asked.acquire(timeout=10)
        puller.wake()
        assert asked.acquire(timeout=10)  # five minutes early
        told.stop.set()
        puller.wake()
        puller.join(10)
    assert not puller.is_alive()


def test_being_overtaken_is_no_failure_of_the_source(centre: Centre) -> None:
    def script(watermark: str | None) -> Iterator[Batch]:
        yield Batch(watermark="mine", events=[call(1, centre.now)])
        centre.store("pbx", events=[call(2, centre.now)])  # another process moves the watermark
        yield Batch(watermark="2", events=[call(3, centre.now)])

    with capture_logs() as logs:
        assert _puller(centre, ScriptedSource("pbx", script), Told()).pull_once() == 2.0
    assert logs[-1]["event"] == "source.overtaken"
    with centre.session() as session:
        assert next(row for row in get_sources(session) if row.name == "pbx").failures == 0
