"""One file opened for reading: its dialect, its rows from where it was left, and what turns a row into a record."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from gzip import GzipFile
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Self

from connectors.source import CallerHash, SourceConfig
from connectors.sources.table.counts import CountRows
from connectors.sources.table.events import EventRows
from connectors.sources.table.files import FileMark, is_parquet, is_workbook, open_bytes
from connectors.sources.table.guess import guess
from connectors.sources.table.header import Header
from connectors.sources.table.options import TableOptions
from connectors.sources.table.parquet import ParquetRows
from connectors.sources.table.sniff import sniff
from connectors.sources.table.text import Dialect, Position, TextRows
from connectors.sources.table.workbook import WorkbookRows

SAMPLE_ROWS = 200
Rows = TextRows | ParquetRows | WorkbookRows


@dataclass(slots=True)
class OpenTable:
    """A file and everything found out about it."""

    path: Path
    options: TableOptions
    dialect: Dialect
    rows: Rows
    _file: BinaryIO | None
    _stack: ExitStack

    @classmethod
    def open(cls, path: Path, options: TableOptions, *, position: Position | None = None, final: bool = True) -> Self:
        """Look at the file and stand at `position`, or before its first row; TableError where it is no table."""
        stack = ExitStack()
        with stack:
            whole = is_parquet(path) or is_workbook(path)
            file = None if whole else stack.enter_context(open_bytes(path))
            dialect, rows = _rows(path, file, options=options, position=position, final=final)
            if isinstance(rows, WorkbookRows):
                stack.callback(rows.close)
            if not options.columns:
                sample = rows.sample if isinstance(rows, WorkbookRows) else _sample(path, dialect)
                options = guess(options, dialect.header, sample=sample)
            decided = replace(options, decimal=dialect.decimal)
            return cls(path, decided, dialect, rows, file, stack.pop_all())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def done(self) -> int:
        """Bytes of the file on disk that have been read."""
        if isinstance(self.rows, ParquetRows):
            return self.path.stat().st_size * self.rows.position.row // max(1, self.rows.total)
        if isinstance(self.rows, WorkbookRows):
            line = self.rows.position.line
            return self.path.stat().st_size * line // max(1, line, self.rows.total)
        raw = self._file.myfileobj if isinstance(self._file, GzipFile) else None
        return raw.tell() if raw else self.rows.position.offset

    def mapping(self, config: SourceConfig, caller_hash: CallerHash, *, mark: FileMark) -> EventRows | CountRows:
        """What turns this file's rows into records."""
        header = Header(self.dialect.header, self.options)
        if self.options.counts:
            return CountRows(header, self.options, config=config, folds=mark.folds)
        return EventRows(header, self.options, config=config, caller_hash=caller_hash)


def _rows(
    path: Path, file: BinaryIO | None, *, options: TableOptions, position: Position | None, final: bool
) -> tuple[Dialect, Rows]:
    if is_workbook(path):
        workbook = WorkbookRows(path, options, position=position)
        return workbook.dialect, workbook
    if file is None:
        parquet = ParquetRows(path, position=position)
        return parquet.dialect, parquet
    dialect = sniff(file, options)
    return dialect, TextRows(file, dialect, position=position or dialect.body, final=final)


def _sample(path: Path, dialect: Dialect) -> list[list[object]]:
    """The first rows, read apart so that the reader's own place is left alone."""
    if is_parquet(path):
        return [row.cells for row in islice(ParquetRows(path), SAMPLE_ROWS)]
    with open_bytes(path) as file:
        text = TextRows(file, dialect, position=dialect.body, final=False)
        return [row.cells for row in islice(text, SAMPLE_ROWS) if row.problem is None]
