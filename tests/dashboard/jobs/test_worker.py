from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from connectors.errors import SourceError
from connectors.source import Batch
from connectors.storage.read import get_forecast
from dashboard.app import live_pages
from dashboard.jobs.background import Background
from dashboard.jobs.dispatcher import Dispatcher
from dashboard.jobs.snapshots import Snapshots
from dashboard.jobs.worker import FIRST_CHOICE_AFTER, Sharing, Worker
from dashboard.services.board import live_snapshot
from tests.dashboard.jobs.scripted_source import ScriptedSource, quiet_log
from tests.dashboard.seeded_centre import Centre, add_history, call, make_centre, make_ordinary


class Recorded(Background):
    """Notes what would be computed."""

    def __init__(self) -> None:
        super().__init__(quiet_log())
        self.steps: list[tuple[str, ...]] = []

    def start(self, *steps: str) -> bool:
        self.steps.append(steps)
        return True


def _worker(
    centre: Centre,
    background: Background,
    sources: list[ScriptedSource] | None = None,
    *,
    shared: Sharing | None = None,
) -> Worker:
    return Worker(
        centre.settings,
        centre.sessions,
        sources=sources or [],
        snapshots=Snapshots(live_pages(), centre.settings, clock=centre.clock, log=quiet_log()),
        background=background,
        clock=centre.clock,
        log=quiet_log(),
        shared=shared,
    )


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def test_the_first_round_forecasts_and_a_round_draws_and_beats(tmp_path: Path) -> None:
    centre = make_centre(tmp_path)
    add_history(centre)
    incident = centre.open_incident()
    worker = _worker(centre, Recorded())
    worker.first_round()
    worker.round()
    with centre.session() as session:
        assert get_forecast(session, "login", kind="baseline") is not None
        assert get_forecast(session, "login", kind="surge", incident_id=incident) is not None
        assert live_snapshot.current(session, "situation", "en") is not None
        assert live_snapshot.last_beat(session) == centre.clock()


def test_the_background_refreshes_judges_and_chooses_when_due(centre: Centre) -> None:
    background = Recorded()
    worker = _worker(centre, background)
    worker.first_round()
    worker.round()
    assert background.steps == []
    centre.now += FIRST_CHOICE_AFTER
    worker.round()
    assert background.steps == [("choose", "refresh", "judge", "learn")]
    centre.now += timedelta(minutes=10)
    worker.round()
    assert background.steps[1:] == [("refresh",)]
    centre.now = centre.now.replace(hour=3, minute=1) + timedelta(days=1)
    worker.round()
    assert background.steps[2:] == [("choose", "refresh", "judge", "learn")]


def test_one_failing_source_does_not_stop_the_others_and_the_worker_ends_when_asked(centre: Centre) -> None:
    def failing(watermark: str | None) -> Iterator[Batch]:
        raise SourceError("desk", "no answer", permanent=False)
        yield

    def working(watermark: str | None) -> Iterator[Batch]:
        if watermark != "done":
            yield Batch(watermark="done", events=[call(i, centre.now - timedelta(seconds=i)) for i in range(9)])

    sources = [ScriptedSource("desk", failing), ScriptedSource("pbx", working)]
    worker = _worker(centre, Recorded(), sources)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        _await(lambda: _drawn(centre))
    finally:
        worker.stop()
        thread.join(5)
    assert not thread.is_alive()
    with centre.session() as session:
        row = live_snapshot.current(session, "situation", "en")
    assert row is not None


def _drawn(centre: Centre) -> bool:
    with centre.session() as session:
        return live_snapshot.last_beat(session) is not None


def _await(condition: object) -> None:
    waiting = threading.Event()
    for _ in range(500):
        if condition():  # type: ignore[operator]
            return
        waiting.wait(0.02)
    pytest.fail("the worker drew nothing within ten seconds")


def test_a_locked_store_is_said_and_waited_for_and_a_fault_is_not_the_end(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = _worker(centre, Recorded())
    faults: list[Exception] = [
        OperationalError("BEGIN", {}, Exception("database is locked")),
        ZeroDivisionError("a bug"),
    ]

    def step() -> None:
        if faults:
            raise faults.pop(0)

    monkeypatch.setattr(worker._stop, "wait", lambda seconds: True)
    with capture_logs() as logs:
        assert [worker._guarded(step) for _ in range(3)] == [False, False, True]
    assert [line["event"] for line in logs] == ["store.unreachable", "worker.fault", "worker.recovered"]
    assert [line.get("retry_s") for line in logs[:2]] == [1.0, 2.0]
    assert "database is locked" in logs[0]["error"]


def test_where_workers_share_the_pulling_the_worker_pulls_nothing_itself(centre: Centre) -> None:
    sent: list[str] = []
    source = ScriptedSource("pbx", lambda _: pytest.fail("pulled by the worker itself"))

    def shared(news: Callable[[], None], stop: threading.Event) -> Dispatcher:
        return Dispatcher(
            {"pbx": source},
            centre.sessions,
            clock=centre.clock,
            send=sent.append,
            pull=lambda name: pytest.fail("the broker was there"),
            news=news,
            stop=stop,
            log=quiet_log(),
        )

    worker = _worker(centre, Recorded(), [source], shared=shared)
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        _await(lambda: sent and _drawn(centre))
    finally:
        worker.stop()
        thread.join(5)
    assert not thread.is_alive()
    assert sent == ["pbx"]
