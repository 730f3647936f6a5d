"""The records as an SQLite database holds them; it is opened for reading alone."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from connectors.errors import SourceError

_MAGIC = b"SQLite format 3\0"
_BUSY_S = 5.0


def is_database(path: Path) -> bool:
    """Whether the file is an SQLite database, by its first bytes."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


@contextmanager
def opened(name: str, path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection; what SQLite raises leaves as a SourceError."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)) as database:
            yield database
    except sqlite3.OperationalError as error:
        permanent = any(word in str(error) for word in ("no such table", "no such column"))
        raise SourceError(name, f"{path} cannot be read: {error}; check path and table", permanent=permanent) from error
    except sqlite3.Error as error:
        raise SourceError(name, f"{path} is no sound SQLite database: {error}", permanent=True) from error


class Records:
    """The table's rows in the order they were written."""

    def __init__(self, database: sqlite3.Connection, table: str) -> None:
        self._database, self._table = database, '"' + table.replace('"', '""') + '"'

    def last(self) -> int:
        """The number of the newest row; 0 where there is none."""
        (number,) = self._database.execute(f"SELECT max(rowid) FROM {self._table}").fetchone()
        return int(number or 0)

    def mark(self, number: int) -> str:
        """What makes the row with this number known again; empty where there is no such row."""
        statement = f"SELECT * FROM {self._table} WHERE rowid = ?"
        row = self._database.execute(statement, (number,)).fetchone()
        return "" if row is None else f"{zlib.crc32(repr(row).encode()):08x}"

    def after(self, number: int, *, most: int) -> list[tuple[int, dict[str, str]]]:
        """The next rows by the names of their columns, each with its number."""
        statement = f"SELECT rowid, * FROM {self._table} WHERE rowid > ? ORDER BY rowid LIMIT ?"
        cursor = self._database.execute(statement, (number, most))
        names = [column[0].lower() for column in cursor.description][1:]
        return [
            (int(at), {name: "" if cell is None else str(cell) for name, cell in zip(names, cells, strict=True)})
            for at, *cells in cursor
        ]

    def newest(self, most: int) -> list[dict[str, str]]:
        """The last rows written."""
        return [row for _, row in self.after(max(0, self.last() - most), most=most)]
