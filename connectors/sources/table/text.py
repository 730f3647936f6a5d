"""Delimited text read row by row at byte offsets, so that a growing file is continued where it was left."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from connectors.sources.table.problem import TableError

LINE_LIMIT = 1 << 20
_ROW_LINES_LIMIT = 100


class ByteFile(Protocol):
    """What is asked of a plain or compressed file."""

    def readline(self, limit: int = -1, /) -> bytes: ...
    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Position:
    """A place between two rows: byte offset (rows for Parquet), lines and data rows before it."""

    offset: int = 0
    line: int = 0
    row: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row as written; `problem` says why its cells cannot be trusted."""

    line: int
    cells: list[Any]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the text is written."""

    encoding: str
    delimiter: str
    decimal: str
    header: tuple[str, ...]
    body: Position


class TextRows:
    """Iterates rows from `position`, which afterwards stands behind the last row that was yielded.

    `final` tells that nothing will be appended: a last line without a line end, or a quote that is never closed,
    is then judged; otherwise it waits for its rest.
    """

    def __init__(self, file: ByteFile, dialect: Dialect, *, position: Position, final: bool) -> None:
        self._file = file
        self._dialect = dialect
        self._final = final
        self.position = position

    def __iter__(self) -> Iterator[Row]:
        while True:
            lines = _Lines(self._file, self._dialect.encoding, offset=self.position.offset, final=self._final)
            try:
                yield from self._rows(lines)
                return
            except csv.Error as error:
                if lines.ended and not self._final:
                    return
                # The quote may have swallowed good lines: refuse the first one only, and read on behind it.
                line = self.position.line + 1
                self._step(lines.first_end, lines=1)
                yield Row(line, [lines.first[:500].rstrip("\r\n")], f"not a row of this table: {error}")

    def _rows(self, lines: _Lines) -> Iterator[Row]:
        reader = csv.reader(lines, delimiter=self._dialect.delimiter, strict=True)
        width = len(self._dialect.header)
        for cells in reader:
            line = self.position.line + 1
            self._step(lines.offset, lines=lines.count, data=bool(cells))
            bad = lines.bad
            lines.begin_row()
            if not cells:
                continue
            problem = None
            if bad:
                problem = f"not written in {self._dialect.encoding}; set encoding, for example to cp1252"
            elif len(cells) != width:
                problem = f"has {len(cells)} fields where the header has {width}"
            yield Row(line, cells, problem)

    def _step(self, offset: int, *, lines: int, data: bool = True) -> None:
        here = self.position
        self.position = replace(here, offset=offset, line=here.line + lines, row=here.row + int(data))


class _Lines:
    """Decoded lines for csv.reader, counting what was read for the row at hand."""

    def __init__(self, file: ByteFile, encoding: str, *, offset: int, final: bool) -> None:
        file.seek(offset)
        self._file = file
        self._encoding = encoding
        self._final = final
        self.offset = offset
        self.ended = False
        self.begin_row()

    def begin_row(self) -> None:
        self.count = 0
        self.bad = False
        self.first = ""
        self.first_end = self.offset

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw, complete = read_line(self._file, self._encoding)
        if not raw or not (complete or self._final):
            self.ended = True
            raise StopIteration
        self.offset += len(raw)
        self.count += 1
        text = self._decode(raw)
        if self.count == 1:
            self.first, self.first_end = text, self.offset
        if self.count > _ROW_LINES_LIMIT:
            raise csv.Error(f"a quote is not closed within {_ROW_LINES_LIMIT} lines")
        return text

    def _decode(self, raw: bytes) -> str:
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError:
            self.bad = True
            return raw.decode(self._encoding, "backslashreplace")


def read_line(file: ByteFile, encoding: str) -> tuple[bytes, bool]:
    """The next line in bytes and whether it is complete; TableError where it is too long to be one."""
    raw = _wide_line(file, encoding) if encoding.startswith("utf-16") else file.readline(LINE_LIMIT)
    if len(raw) >= LINE_LIMIT:
        raise TableError(f"a line is longer than {LINE_LIMIT} bytes; this is no text table")
    return raw, raw.endswith("\n".encode(encoding))


def _wide_line(file: ByteFile, encoding: str) -> bytes:
    """As readline, for two bytes a character: a byte 0x0A alone may be half of another character."""
    line = b""
    while len(line) < LINE_LIMIT:
        piece = file.readline(LINE_LIMIT)
        if not piece:
            break
        line += piece
        if encoding == "utf-16-le" and line.endswith(b"\n"):
            line += file.read(1)
        if len(line) % 2 == 0 and line.endswith("\n".encode(encoding)):
            break
    return line
