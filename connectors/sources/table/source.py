"""KIND "table": CSV, TSV, Excel or Parquet, one file, a folder or a pattern; contacts or counts per interval.

What a column means is configured (`columns`) or guessed from its name; docs/connectors.md lists every key and the
answer to every kind of bad input. Lost: whatever has no column here, and corrections of rows that have no id.
Evidence: live, files being the real thing.
"""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from connectors.errors import RecordError, SourceError
from connectors.options import Option
from connectors.source import Batch, CallerHash, Evidence, SourceConfig
from connectors.sources.table.batching import Marks, Pending
from connectors.sources.table.counts import CountRows
from connectors.sources.table.events import EventRows, masked
from connectors.sources.table.files import FileMark, find_files, is_whole
from connectors.sources.table.options import ASKED, parse_options
from connectors.sources.table.problem import RowError, TableError, UnfinishedError
from connectors.sources.table.reading import OpenTable
from connectors.sources.table.rowid import RowIds
from connectors.sources.table.text import Position, Row

# So many refused rows in a row, and nothing taken, mean a wrong mapping rather than bad rows.
_HOPELESS = 1000
# A file that nobody has written to for so long is taken to be complete, its last line included.
_SETTLED_S = 60.0


class TableSource:
    """Reads tables row by row, in batches of bounded size, and continues growing files where it left them.

    `file_clock` is the clock that stamps files, which a drill does not shift; it only tells whether a file is still
    being written.
    """

    KIND: ClassVar[str] = "table"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE
    OPTIONS: ClassVar[tuple[Option, ...]] = ASKED

    def __init__(
        self, config: SourceConfig, *, caller_hash: CallerHash, file_clock: Callable[[], float] = time.time
    ) -> None:
        self._config = config
        self._options = parse_options(config)
        self._hash = caller_hash
        self._file_clock = file_clock

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """Everything that is new in the files, as batches."""
        try:
            yield from self._fetch(watermark, now)
        except FileNotFoundError as error:
            raise SourceError(self._config.name, f"{error}; check path", permanent=False) from error
        except PermissionError as error:
            raise SourceError(self._config.name, f"may not be read: {error}", permanent=True) from error
        except OSError as error:
            raise SourceError(self._config.name, f"cannot be read: {error}", permanent=False) from error
        except TableError as error:
            raise SourceError(self._config.name, str(error), permanent=True) from error

    def _fetch(self, watermark: str | None, now: datetime) -> Iterator[Batch]:
        path = str(Path(self._options.path).absolute())
        files = find_files(path)
        marks = Marks.load(watermark, self._options.digest(self._config))
        marks.files = {str(file): marks.files.get(str(file), FileMark()) for file in files}
        pending = Pending(marks, files)
        for file in files:
            mark = marks.files[str(file)] = marks.files[str(file)].look(file)
            if not mark.is_done:
                try:
                    yield from self._file(file, mark, pending=pending, now=now)
                except (TableError, EOFError, zlib.error, gzip.BadGzipFile) as error:
                    if isinstance(error, UnfinishedError) and not self._is_settled(file, mark):
                        continue
                    _refuse_file(file, mark, pending=pending, error=error, alone=files == [Path(path)])
            pending.before += mark.size
        if last := pending.flush(pending.before):
            yield last

    def _file(self, file: Path, mark: FileMark, *, pending: Pending, now: datetime) -> Iterator[Batch]:
        """The rows of one file behind its mark; the rows between `warm` and the mark are counted for ids only."""
        position = mark.warm if mark.at.offset else None
        with OpenTable.open(file, self._options, position=position, final=self._is_settled(file, mark)) as table:
            rows = table.mapping(self._config, self._hash, mark=mark)
            taker = _Taker(rows, table.rows.position, pending=pending, file=file, read_before=mark.at.row)
            for row in table.rows:
                taker.take(row, table.rows.position, now=now)
                if pending.rows >= self._options.batch_rows:
                    mark.advance(file, table.rows.position, warm=taker.warm)
                    if batch := pending.flush(pending.before + table.done):
                        yield batch
            mark.advance(file, table.rows.position, warm=taker.warm)
            mark.ended = True

    def _is_settled(self, file: Path, mark: FileMark) -> bool:
        """Whether nothing more will be appended: the file looks as it did last time, or is old enough."""
        return is_whole(file) or mark.ended or self._file_clock() - mark.mtime_ns / 1e9 > _SETTLED_S


class _Taker:
    """Turns the rows of one file into records, and gives up where the first thousand are all refused."""

    def __init__(
        self, rows: EventRows | CountRows, start: Position, *, pending: Pending, file: Path, read_before: int
    ) -> None:
        self._rows, self._pending, self._file, self._read_before = rows, pending, file, read_before
        self._ids = RowIds(start) if rows.needs_hash else None
        self._before = start
        self._may_be_hopeless = read_before == 0

    @property
    def warm(self) -> Position:
        """Where a later fetch must begin to read."""
        return self._ids.warm if self._ids else self._before

    def take(self, row: Row, after: Position, *, now: datetime) -> None:
        """Add the row's record to the batch, or the reason why it has none."""
        row_id = self._ids.next(row.cells, self._before) if self._ids else ""
        self._before = after
        if after.row <= self._read_before:
            return
        try:
            if row.problem:
                raise RowError(row.problem)
            self._pending.add(self._rows.record(row.cells, row_id, now=now))
            self._may_be_hopeless = False
        except (RowError, RecordError, OverflowError) as error:
            self._refuse(row, str(error))

    def _refuse(self, row: Row, reason: str) -> None:
        if self._may_be_hopeless and self._before.row >= _HOPELESS:
            raise TableError(f"none of the first {_HOPELESS} rows can be read; line {row.line}: {reason}")
        raw = ",".join(map(str, masked(row.cells, self._rows.secret)))
        self._pending.refuse(f"{self._file.name}:{row.line}", reason, raw=raw)


def _refuse_file(file: Path, mark: FileMark, *, pending: Pending, error: Exception, alone: bool) -> None:
    """A file on its own fails the source; among others it is one rejected record, until it changes."""
    reason = str(error) if isinstance(error, TableError) else f"the file is cut short or damaged ({error})"
    if alone:
        raise TableError(f"{file.name}: {reason}") from error
    mark.refused = True
    pending.refuse(file.name, reason)
