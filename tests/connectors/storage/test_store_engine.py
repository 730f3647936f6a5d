"""Addresses, folders, and several processes on one SQLite file."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError
from connectors.storage.engine import make_engine, session_factory, upgrade
from connectors.storage.errors import StoreError
from connectors.storage.rows import AuditRow
from connectors.storage.times import from_us, to_us
from connectors.storage.write import add_audit
from tests.conftest import REPO_ROOT
from tests.connectors.storage.store_samples import T0, at, event, register, store, volumes

_WRITER = """
import sys
from datetime import timedelta
from tests.connectors.storage.store_samples import at, event, store
from connectors.storage.engine import make_engine, session_factory
from connectors.storage.read import get_queues
sessions = session_factory(make_engine(sys.argv[1]))
for k in range(30):
    with sessions() as session:
        get_queues(session)
    store(sessions, [event(f"{sys.argv[2]}-{k}", k)], source=sys.argv[2])
"""


def test_an_address_that_is_none_is_refused() -> None:
    for url in ("mysql://host/db", "no address", "oracle:"):
        with pytest.raises(ConfigError, match="sqlite://"):
            make_engine(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_by_psycopg(scheme: str) -> None:
    assert make_engine(f"{scheme}://u@host/db").url.drivername == "postgresql+psycopg"


def test_upgrade_makes_the_folder_and_turns_wal_on(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/new/folder/andrang.db")
    upgrade(engine)
    with engine.connect() as connection:
        pragmas = [connection.execute(text(f"PRAGMA {p}")).scalar_one() for p in ("journal_mode", "foreign_keys")]
    engine.dispose()
    assert pragmas == ["wal", 1]


def test_a_place_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"):
        upgrade(make_engine(f"sqlite:///{tmp_path}/file/andrang.db"))
    (tmp_path / "text.db").write_text("no database, but a long enough text " * 99)
    with pytest.raises(StoreError, match=r"text\.db"):
        upgrade(make_engine(f"sqlite:///{tmp_path}/text.db"))


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match=r"127\.0\.0\.1") as caught:
        upgrade(make_engine("postgresql://me:secret@127.0.0.1:1/none"))
    assert "secret" not in str(caught.value)


def test_processes_write_one_sqlite_file_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/andrang.db"
    engine = make_engine(url)
    upgrade(engine)
    sessions = session_factory(engine)
    names = ["one", "two", "three"]
    register(sessions, *names)
    command = [sys.executable, "-c", _WRITER, url]
    writers = [subprocess.Popen([*command, name], cwd=REPO_ROOT) for name in names]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert volumes(sessions)["offered"].sum() == 90
    engine.dispose()


def test_a_transaction_that_read_first_may_still_write(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/andrang.db")
    upgrade(engine)
    sessions = session_factory(engine)
    register(sessions)
    with sessions.begin() as reader:
        reader.execute(text("SELECT COUNT(*) FROM queue")).scalar_one()
        store(sessions, [event("a")])
        add_audit(reader, AuditRow(at(0), "mira", "look", "queue", ""))
    engine.dispose()


def test_times_keep_their_microseconds() -> None:
    for moment in (T0, datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), T0 + timedelta(microseconds=1)):
        assert from_us(to_us(moment)) == moment


def test_a_naive_time_is_refused_and_another_zone_is_taken(sessions: sessionmaker[Session]) -> None:
    zoned = T0.astimezone(timezone(timedelta(hours=5)))
    with sessions.begin() as session:
        add_audit(session, AuditRow(zoned, "mira", "a", "b", ""))
        assert session.execute(text("SELECT at FROM audit_entry")).scalar_one() == to_us(T0)
    with sessions() as session, pytest.raises(Exception, match="aware times"):
        add_audit(session, AuditRow(T0.replace(tzinfo=None), "mira", "a", "b", ""))
