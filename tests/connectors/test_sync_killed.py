"""`andrang sync` killed with SIGKILL at many points and run again: no contact lost, none doubled."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from connectors.storage.engine import make_engine, session_factory, upgrade
from connectors.storage.read import get_volumes

CONTACTS = 20_000
KILLS = 24
BATCH_ROWS = {"table": 100, "asterisk_queue_log": 280}
_BEGIN = datetime(2026, 3, 2, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Contact:
    """What happened, whatever is written of it."""

    id: str
    queue: str
    arrived: int
    answered: int | None
    ended: int


def _contacts() -> list[Contact]:
    random = Random(7)
    made, at = [], int(_BEGIN.timestamp())
    for number in range(CONTACTS):
        at += random.randrange(3)
        waited, talked = random.randrange(60), random.randrange(5, 400)
        answered = at + waited if random.random() < 0.8 else None
        ended = at + waited + (talked if answered is not None else 0)
        made.append(Contact(f"{number}.1", random.choice(("support", "billing", "new")), at, answered, ended))
    return made


def _csv(contacts: list[Contact]) -> Iterator[str]:
    yield "id,queue,arrived_at,answered_at,ended_at\n"
    for c in contacts:
        yield f"{c.id}/{c.queue}/{c.arrived},{c.queue},{c.arrived},{c.answered or ''},{c.ended}\n"


def _queue_log(contacts: list[Contact]) -> Iterator[str]:
    said: list[tuple[int, str]] = []
    for c in contacts:
        said.append((c.arrived, f"{c.id}|{c.queue}|NONE|ENTERQUEUE||{c.id}|1"))
        if c.answered is None:
            said.append((c.ended, f"{c.id}|{c.queue}|NONE|ABANDON|1|1|{c.ended - c.arrived}"))
            continue
        waited, talked = c.answered - c.arrived, c.ended - c.answered
        said.append((c.answered, f"{c.id}|{c.queue}|A1|CONNECT|{waited}|x|2"))
        said.append((c.ended, f"{c.id}|{c.queue}|A1|COMPLETEAGENT|{waited}|{talked}|1"))
    for at, line in sorted(said, key=lambda item: item[0]):
        yield f"{at}|{line}\n"


@pytest.fixture(params=["table-sqlite", "asterisk_queue_log-sqlite", "table-postgresql"])
def setup(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str, Path]]:
    """Kind, database and config of a source that has not been pulled yet."""
    kind, backend = request.param.split("-")
    config = tmp_path / "andrang.toml"
    contacts = _contacts()
    (tmp_path / "input").write_text("".join(_csv(contacts) if kind == "table" else _queue_log(contacts)))
    os.utime(tmp_path / "input", (0, 0))
    with _database(request, backend, folder=tmp_path) as url:
        config.write_text(
            f"[store]\nurl = {json.dumps(url)}\n[sources.calls]\nkind = '{kind}'\n"
            f"path = '{tmp_path / 'input'}'\nbatch_rows = {BATCH_ROWS[kind]}\n"
        )
        yield kind, url, config


@contextmanager
def _database(request: pytest.FixtureRequest, backend: str, *, folder: Path) -> Iterator[str]:
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'andrang.db'}"
        return
    server = make_engine(request.getfixturevalue("postgresql_url"))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE killed"))
        yield make_url(str(request.getfixturevalue("postgresql_url"))).set(database="killed").render_as_string(False)
        connection.execute(text("DROP DATABASE killed WITH (FORCE)"))
    server.dispose()


def _sync(config: str) -> None:
    from dashboard.cli import run

    os._exit(run(["sync", "--config", config, "--once"]))


def _start(config: Path) -> BaseProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["dashboard.cli.sync", "psycopg", "connectors.storage.engine", "alembic.command"])
    process = context.Process(target=_sync, args=(str(config),))
    process.start()
    return process


def _count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM contact_event")).scalar_one())


def test_killed_at_many_points_nothing_is_lost_or_doubled(setup: tuple[str, str, Path]) -> None:
    _, url, config = setup
    engine = make_engine(url)
    upgrade(engine)
    killed_at = [_kill_when(engine, config, CONTACTS * step // (KILLS + 1)) for step in range(1, KILLS + 1)]
    assert killed_at == sorted(killed_at)
    assert len(set(killed_at)) >= 20
    assert killed_at[-1] < CONTACTS
    last = _start(config)
    last.join()
    assert last.exitcode == 0
    _assert_truth(engine)
    engine.dispose()


def _kill_when(engine: Engine, config: Path, stored: int) -> int:
    """Start a pull, kill it once so many contacts are in the store, and say how many were."""
    process = _start(config)
    while (count := _count(engine)) < stored:
        process.join(0.005)
        assert process.exitcode is None, "the pull ended before it could be killed"
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return count


def _assert_truth(engine: Engine) -> None:
    contacts = _contacts()
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT e.external_id, q.key, e.outcome, e.arrived_at, e.answered_at, e.ended_at "
                "FROM contact_event e JOIN queue q ON q.id = e.queue_id"
            )
        ).all()
    assert sorted(map(tuple, rows)) == sorted(map(_as_stored, contacts))
    with session_factory(engine)() as session:
        volumes = get_volumes(session, start=_BEGIN - timedelta(days=1), end=_BEGIN + timedelta(days=30))
    found = {
        (row.queue, int(row.interval_start.timestamp())): (row.offered, row.answered, row.abandoned, row.handle_s_sum)
        for row in volumes.itertuples()
    }
    assert found == _intervals(contacts)


def _as_stored(contact: Contact) -> tuple[object, ...]:
    name = f"{contact.id}/{contact.queue}/{contact.arrived}"
    answered = None if contact.answered is None else contact.answered * 10**6
    outcome = 3 if answered is None else 2
    return (name, contact.queue, outcome, contact.arrived * 10**6, answered, contact.ended * 10**6)


def _intervals(contacts: list[Contact]) -> dict[tuple[str, int], tuple[float, ...]]:
    sums: dict[str, Counter[tuple[str, int]]] = {name: Counter() for name in ("offered", "answered", "handle")}
    for c in contacts:
        key = (c.queue, c.arrived - c.arrived % 900)
        sums["offered"][key] += 1
        sums["answered"][key] += c.answered is not None
        sums["handle"][key] += 0 if c.answered is None else c.ended - c.answered
    return {
        key: (offered, sums["answered"][key], offered - sums["answered"][key], sums["handle"][key])
        for key, offered in sums["offered"].items()
    }
