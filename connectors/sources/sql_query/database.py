"""Opens a database so that nothing can be changed in it, and gives the rows of the query in bounded batches."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, Connection, Engine, TextClause, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from connectors.errors import SourceError

_CONNECT_S = 10
_STEPS = 10_000  # SQLite's own steps between two looks at the time
_READS = frozenset(
    getattr(sqlite3, f"SQLITE_{action}") for action in ("SELECT", "READ", "FUNCTION", "RECURSIVE", "TRANSACTION")
)


@dataclass(frozen=True, slots=True)
class Database:
    """A database of somebody else; `timeout_s` bounds the query and each batch of its rows [s]."""

    connection: Connection
    timezone: str
    timeout_s: float

    @property
    def backend(self) -> str:
        """Its kind, such as postgresql."""
        return self.connection.dialect.name

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction that can only read and is always rolled back."""
        try:
            self._bound()
            yield
        finally:
            self.connection.rollback()

    def rows(
        self, statement: TextClause, *, values: Mapping[str, Any], batch_rows: int
    ) -> Iterator[tuple[tuple[str, ...], list[dict[str, Any]]]]:
        """The names of the columns with each batch of rows; at least one, perhaps empty, batch."""
        self._allow_another_while()
        streamed = {"stream_results": True, "max_row_buffer": batch_rows}
        with self.connection.execute(statement, values, execution_options=streamed) as result:
            names = tuple(result.keys())
            batch = result.fetchmany(batch_rows)
            yield names, [dict(row._mapping) for row in batch]
            while len(batch) == batch_rows:
                self._allow_another_while()
                if batch := result.fetchmany(batch_rows):
                    yield names, [dict(row._mapping) for row in batch]

    def clock(self) -> datetime | None:
        """The database's own time; None where it runs on this machine's clock or does not tell its zone."""
        if self.backend != "postgresql":
            return None
        said: datetime = self.connection.execute(text("SELECT now()")).scalar_one()
        return said.astimezone(UTC)

    def _bound(self) -> None:
        if self.backend == "postgresql":
            zone = self.timezone.replace("'", "''")
            self.connection.execute(text(f"SET LOCAL statement_timeout = {int(self.timeout_s * 1000)}"))
            self.connection.execute(text(f"SET LOCAL TIME ZONE '{zone}'"))

    def _allow_another_while(self) -> None:
        """SQLite knows no time limit of its own; PostgreSQL counts each batch anew by itself."""
        if self.backend == "sqlite":
            until = time.monotonic() + self.timeout_s
            _plain(self.connection).set_progress_handler(lambda: time.monotonic() > until, _STEPS)


@contextmanager
def open_database(name: str, url: str, *, timezone: str, timeout_s: float) -> Iterator[Database]:
    """The database behind a SQLAlchemy URL; SourceError where it is no URL, or its driver is not here."""
    engine = _engine_of(name, url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            elif engine.dialect.name == "sqlite":
                _plain(connection).execute("PRAGMA query_only = ON")
                _plain(connection).set_authorizer(_only_reads)
            yield Database(connection, timezone, timeout_s)
    finally:
        engine.dispose()


def _engine_of(name: str, url: str) -> Engine:
    try:
        return _engine(make_url(url))
    except NoSuchModuleError as error:
        raise SourceError(name, f"no such kind of database: {url.partition(':')[0]!r}", permanent=True) from error
    except (ArgumentError, ValueError, TypeError):  # its message would show the URL, and so the password
        message = "url is no database address; write it like postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE"
        raise SourceError(name, message, permanent=True) from None
    except ImportError as error:
        message = f"the driver {error.name} is not installed; install it beside andrang"
        raise SourceError(name, message, permanent=True) from error


def _engine(url: URL) -> Engine:
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite":
        file = f"file:{_escaped(url.database or '')}?mode=ro"
        return create_engine(
            url, poolclass=NullPool, creator=lambda: sqlite3.connect(file, uri=True, timeout=5, check_same_thread=False)
        )
    given = {"connect_timeout": _CONNECT_S} if url.get_backend_name() == "postgresql" else {}
    return create_engine(url, poolclass=NullPool, connect_args=given, hide_parameters=True)


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _plain(connection: Connection) -> sqlite3.Connection:
    plain = connection.connection.driver_connection
    assert isinstance(plain, sqlite3.Connection)
    return plain


def _only_reads(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY
