"""Two workers, a real Redis and a real PostgreSQL: one is killed in mid-pull, the other takes over."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from connectors.registry import KINDS
from connectors.storage.engine import make_engine, session_factory, upgrade
from dashboard.domain.clock import system_clock
from dashboard.jobs.celery_worker import sender
from dashboard.jobs.dispatcher import Dispatcher
from dashboard.services.broker import make_app
from dashboard.services.sources.source_setup import prepare_sources
from dashboard.settings import load_settings
from tests.dashboard.jobs.overlap_source import CONTACTS, OverlapSource
from tests.dashboard.jobs.redis_server import redis_server
from tests.dashboard.jobs.scripted_source import quiet_log

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("shared_pulling")]
NAMES = ("a", "b", "c")
WITHIN_S = 60.0
CONFIG = """
[store]
url = "{url}"
[jobs]
broker_url_env = "ANDRANG_TEST_BROKER"
lease_s = 2
threads = 4
"""
SOURCE = '[sources.{name}]\nkind = "overlap"\nfolder = "{folder}"\npoll_s = 0.5\n'


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path, since a Unix socket's is limited."""
    made = Path(tempfile.mkdtemp(prefix="andrang-shared-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[Engine]:
    name = f"shared_{uuid.uuid4().hex}"
    server = make_engine(postgresql_url)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        made = make_engine(make_url(postgresql_url).set(database=name).render_as_string(hide_password=False))
        upgrade(made)
        yield made
        made.dispose()
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@contextmanager
def _worker(config: Path, broker: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "ANDRANG_CONFIG": str(config), "ANDRANG_TEST_BROKER": broker}
    log = config.with_name(f"{uuid.uuid4().hex}.log")
    with log.open("wb") as file:
        command = [sys.executable, "-m", "tests.dashboard.jobs.overlap_source"]
        process = subprocess.Popen(command, env=environment, stderr=file, stdout=file)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _until(true: Callable[[], bool], what: str, *, folder: Path) -> None:
    deadline, pause = time.monotonic() + WITHIN_S, threading.Event()
    while not true():
        if time.monotonic() > deadline:
            logs = "\n".join(path.read_text() for path in folder.iterdir() if path.suffix in (".log", ".trace"))
            raise AssertionError(f"not within {WITHIN_S:g} s: {what}\n{logs}")
        pause.wait(0.02)


def _trace(folder: Path, name: str) -> list[list[str]]:
    path = folder / f"{name}.trace"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def test_a_killed_worker_is_followed_by_another_and_nothing_is_lost_or_doubled(
    folder: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KINDS, OverlapSource.KIND, OverlapSource)
    config = folder / "andrang.toml"
    url = engine.url.render_as_string(hide_password=False)
    config.write_text(CONFIG.format(url=url) + "".join(SOURCE.format(name=n, folder=folder) for n in NAMES))
    settings, sessions = load_settings(config), session_factory(engine)
    sources = {source.config.name: source for source in prepare_sources(settings, sessions)}
    stop = threading.Event()
    with redis_server(folder / "redis.sock") as broker, _worker(config, broker) as one, _worker(config, broker) as two:
        app = make_app(broker)
        dispatcher = Dispatcher(
            sources,
            sessions,
            clock=system_clock,
            send=sender(app),
            pull=lambda name: pytest.fail("the broker was there"),
            news=lambda: None,
            stop=stop,
            log=quiet_log(),
        )
        dispatcher.start()
        try:
            _until(lambda: len(_trace(folder, "a")) >= 10, "pages of a", folder=folder)
            killed = int(_trace(folder, "a")[-1][0])
            assert killed in (one.pid, two.pid)
            os.kill(killed, signal.SIGKILL)
            given = len(_trace(folder, "a"))
            assert given < CONTACTS
            _until(lambda: all(_stored(engine, n) == CONTACTS for n in NAMES), "all contacts", folder=folder)
        finally:
            stop.set()
            dispatcher.join()
            app.close()
    pages = {name: _trace(folder, name) for name in NAMES}
    assert not [line for lines in pages.values() for line in lines if line[1] == "overlap"]
    assert {int(pid) for pid, _ in pages["a"]} == {one.pid, two.pid}
    # At most the page that was on its way when the worker died was asked for twice.
    assert len(pages["a"]) <= CONTACTS + 1
    with engine.connect() as connection:
        offered = connection.execute(text("SELECT sum(offered) FROM interval_volume")).scalar_one()
    assert offered == CONTACTS * len(NAMES)


def _stored(engine: Engine, name: str) -> int:
    statement = "SELECT count(*) FROM contact_event e JOIN source s ON s.id = e.source_id WHERE s.name = :name"
    with engine.connect() as connection:
        return int(connection.execute(text(statement), {"name": name}).scalar_one())
