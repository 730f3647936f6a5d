from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from connectors.storage.write import plan_turn, release_lease, take_lease
from dashboard.jobs import celery_worker
from dashboard.jobs import dispatcher as dispatcher_module
from dashboard.jobs.dispatcher import BrokerGone, Dispatcher
from dashboard.services import broker
from dashboard.settings import Settings, SettingsError
from tests.dashboard.jobs.scripted_source import ScriptedSource, quiet_log
from tests.dashboard.seeded_centre import Centre, call, make_centre


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_centre(tmp_path)


@dataclass
class Workers:
    """Keeps what it is sent, or is gone; what is then pulled here."""

    gone: bool = False
    sent: list[str] = field(default_factory=list)
    pulled: list[str] = field(default_factory=list)
    here: threading.Event = field(default_factory=threading.Event)
    news: int = 0

    def send(self, name: str) -> None:
        """Take a message."""
        if self.gone:
            raise BrokerGone("connection refused")
        self.sent.append(name)

    def pull(self, name: str) -> None:
        """Pull without the broker."""
        self.pulled.append(name)
        self.here.set()

    def told(self) -> None:
        """News."""
        self.news += 1


def _dispatcher(centre: Centre, workers: Workers) -> Dispatcher:
    return Dispatcher(
        {"pbx": ScriptedSource("pbx", lambda _: iter(()))},
        centre.sessions,
        clock=centre.clock,
        send=workers.send,
        pull=workers.pull,
        news=workers.told,
        stop=threading.Event(),
        log=quiet_log(),
    )


def _plan(centre: Centre, seconds: float) -> None:
    with centre.sessions.begin() as session:
        plan_turn(session, "pbx", at=centre.clock() + timedelta(seconds=seconds))


def test_a_source_is_handed_out_once_a_turn(centre: Centre) -> None:
    workers = Workers()
    dispatcher = _dispatcher(centre, workers)
    dispatcher.look()
    dispatcher.look()
    assert workers.sent == ["pbx"]  # the other source of the store is not ours
    _plan(centre, 5)
    dispatcher.look()
    assert workers.sent == ["pbx"]
    centre.now += timedelta(seconds=5)
    dispatcher.look()
    assert workers.sent == ["pbx", "pbx"]


def test_what_a_worker_holds_is_not_handed_out_until_the_lease_ends(centre: Centre) -> None:
    workers = Workers()
    dispatcher = _dispatcher(centre, workers)
    with centre.sessions.begin() as session:
        take_lease(session, "pbx", holder="one", ttl_s=60)
    dispatcher.look()
    assert workers.sent == []
    with centre.sessions.begin() as session:
        release_lease(session, "pbx", holder="one")
    dispatcher.look()
    assert workers.sent == ["pbx"]


def test_a_pause_ends_when_somebody_asks(centre: Centre) -> None:
    workers = Workers()
    dispatcher = _dispatcher(centre, workers)
    _plan(centre, 300)
    dispatcher.look()
    dispatcher.wake("pbx")
    dispatcher.look()
    assert workers.sent == ["pbx"]


def test_without_the_broker_it_pulls_here_until_it_is_back(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher_module, "BROKER_RETRY_S", 0.0)
    workers = Workers(gone=True)
    dispatcher = _dispatcher(centre, workers)
    with capture_logs() as logs:
        dispatcher.look()
        assert workers.here.wait(10)
        workers.gone = False
        _plan(centre, 0)
        dispatcher.look()
    assert (workers.pulled, workers.sent) == (["pbx"], ["pbx"])
    assert [line["event"] for line in logs] == ["broker.unreachable", "broker.back"]


def test_a_broker_that_is_gone_is_not_asked_for_each_source_anew(centre: Centre) -> None:
    workers = Workers(gone=True)
    dispatcher = _dispatcher(centre, workers)
    with capture_logs():
        dispatcher.look()
        assert workers.here.wait(10)
        workers.here.clear()
        workers.gone = False
        _plan(centre, 0)
        dispatcher.look()
        assert workers.here.wait(10)
    assert (workers.pulled, workers.sent) == (["pbx", "pbx"], [])


def test_what_workers_brought_is_told_once(centre: Centre) -> None:
    workers = Workers()
    dispatcher = _dispatcher(centre, workers)
    dispatcher.look()
    assert not dispatcher.caught_up
    before = workers.news
    centre.store("pbx", events=[call(1, centre.now)])
    dispatcher.look()
    dispatcher.look()
    assert workers.news == before + 1
    assert dispatcher.caught_up


def _settings(**jobs: object) -> Settings:
    return Settings.model_validate({"jobs": jobs})


def test_the_broker_comes_from_the_environment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert broker.broker_url(_settings()) is None
    named = _settings(broker_url_env="ANDRANG_TEST_BROKER")
    monkeypatch.delenv("ANDRANG_TEST_BROKER", raising=False)
    with pytest.raises(SettingsError, match="ANDRANG_TEST_BROKER, which is not set"):
        broker.broker_url(named)
    monkeypatch.setenv("ANDRANG_TEST_BROKER", "amqp://somewhere")
    with pytest.raises(SettingsError, match="redis://"):
        broker.broker_url(named)
    monkeypatch.setenv("ANDRANG_TEST_BROKER", "redis://localhost")
    assert broker.broker_url(named) == "redis://localhost"


def test_a_broker_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    app = broker.make_app(f"redis+socket://{tmp_path / 'nothing.sock'}")
    with pytest.raises(BrokerGone):
        celery_worker.sender(app)("pbx")
    app.close()
