"""Engines, sessions and the upgrade of the schema."""

from __future__ import annotations

import os
import threading
import weakref
from importlib import resources
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError
from connectors.storage.errors import StoreError

BUSY_TIMEOUT_S = 30.0
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",  # with WAL: a power cut may lose the last commits, never the database
    "wal_autocheckpoint = 8000",  # pages: a page that several batches change is copied into the database once
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "cache_size = -65536",  # KiB: keeps the upper levels of the event tree in memory
)
_upgrading = threading.Lock()  # Alembic's context belongs to the whole process
_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///file` (WAL) or `postgresql://…` (psycopg); ConfigError where the URL is neither."""
    parsed = _parse(url)
    engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else create_engine(parsed, pool_pre_ping=True)
    _engines.add(engine)
    return engine


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions on that engine; rows handed out stay valid after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema, creating it where it is absent; several processes may call at once."""
    _make_folder(engine.url)
    config = Config()
    config.set_main_option("script_location", str(resources.files("connectors.storage") / "migrations"))
    shown = engine.url.render_as_string(hide_password=True)
    try:
        with _upgrading, engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise StoreError(
            f"the database {shown} cannot be used: {error.orig}; check the address and its rights"
        ) from error
    except CommandError as error:
        raise StoreError(f"the database {shown} cannot be upgraded: {error}; is the program older than it?") from error


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError("[store] url is no database address; write sqlite:///FILE or postgresql://…") from error
    if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return parsed
    raise ConfigError(f"[store] url must begin with sqlite:// or postgresql://, got {parsed.drivername}://")


def _sqlite(url: URL) -> Engine:
    # IMMEDIATE: the driver takes the write lock with the first change of a transaction and waits for it. A
    # transaction that reads first and writes later would otherwise fail at once when another process has written
    # in between, whatever the timeout.
    engine = create_engine(url, connect_args={"isolation_level": "IMMEDIATE", "timeout": BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _make_folder(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        folder = Path(url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the data folder {folder} cannot be made: {error.strerror}; choose another") from error


def _forget_connections() -> None:
    # A forked child must not speak on its parent's connections.
    for engine in list(_engines):
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_connections)
