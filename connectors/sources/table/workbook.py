"""Sheets of Excel workbooks (.xlsx, .xlsm) row by row; openpyxl is imported only when such a file is met."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from connectors.sources.table.numbers import is_missing, looks_like_comma
from connectors.sources.table.options import TableOptions
from connectors.sources.table.problem import TableError
from connectors.sources.table.text import Dialect, Position, Row

_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
FORMAT = "xlsx"  # stands in the place of an encoding
_LOOK, _SAMPLE = 50, 200  # rows among which the header must be, and by which columns are guessed
_TEXTS_LIMIT = 512 << 20  # bytes of the table of texts, which is held in memory as a whole
_EMPTY_LIMIT = 100_000  # empty rows in a row after which a sheet is at its end


# What a damaged archive, or XML of another shape than Excel's, makes the library raise.
_DAMAGE = (BadZipFile, zlib.error, EOFError, LookupError, ValueError, TypeError, AttributeError, SyntaxError)


class WorkbookRows:
    """Rows of one sheet from `position`; cells keep their types, `line` is the number of the row as Excel shows it."""

    def __init__(self, path: Path, options: TableOptions, *, position: Position | None = None) -> None:
        self._book = _open(path)
        try:
            self._look(options)
        except TableError:
            self.close()
            raise
        self.position = position or self.dialect.body

    def _look(self, options: TableOptions) -> None:
        self.sheets: tuple[str, ...] = tuple(sheet.title for sheet in self._book.worksheets)
        self._sheet = self._pick(options.sheet)
        self.sample: list[list[Any]] = []
        self.sheet = str(self._sheet.title)
        self.total = int(self._sheet.max_row or 0)
        self._sheet.reset_dimensions()  # some programs write dimensions that are too small
        self.dialect = self._dialect(options)

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()

    def __iter__(self) -> Iterator[Row]:
        width = len(self.dialect.header)
        for line, cells in self._lines(self.position.line):
            problem = None if len(cells) <= width else f"has {len(cells)} fields where the header has {width}"
            here = self.position
            self.position = replace(here, offset=line, line=line, row=here.row + 1)
            yield Row(line, _padded(cells, width), problem)

    def _lines(self, after: int) -> Iterator[tuple[int, list[Any]]]:
        """The rows behind a line that say something, without what is empty at their end."""
        last = line = after
        try:
            for line, raw in enumerate(self._sheet.iter_rows(min_row=after + 1, values_only=True), start=after + 1):
                if cells := _trimmed(raw):
                    last = line
                    yield line, cells
                elif line - last > _EMPTY_LIMIT:
                    return
        except _DAMAGE as error:
            raise TableError(f"the workbook is damaged behind row {line} ({_why(error)}); save it anew") from error

    def _pick(self, name: str | None) -> Any:
        if not self.sheets:
            raise TableError("the workbook has no sheet with cells")
        if name is None:
            return self._book.worksheets[0]
        if name not in self.sheets:
            raise TableError(f"there is no sheet {name!r}; the workbook has {', '.join(self.sheets)[:400]}")
        return self._book[name]

    def _dialect(self, options: TableOptions) -> Dialect:
        sample = list(islice(self._lines(0), _SAMPLE))
        if not sample:
            raise TableError(f"the sheet {self.sheet} is empty; set sheet where the rows are in another")
        said = [cell for _, cells in sample for cell in cells if isinstance(cell, str)]
        decimal = options.decimal or ("," if any(map(looks_like_comma, said)) else ".")
        if not options.header:
            width = max(len(cells) for _, cells in sample)
            numbered = tuple(str(index + 1) for index in range(width))
            self.sample = [_padded(cells, width) for _, cells in sample]
            return Dialect(FORMAT, "", decimal, numbered, Position())
        line, names = _header(sample[:_LOOK])
        self.sample = [_padded(cells, len(names)) for number, cells in sample if number > line]
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise TableError(f"the header in row {line} names {', '.join(twice)} twice; rename one")
        return Dialect(FORMAT, "", decimal, names, Position(line, line))


def _header(sample: Sequence[tuple[int, list[Any]]]) -> tuple[int, tuple[str, ...]]:
    """The first of the widest rows that hold nothing but words; titles above it are narrower."""
    wordy = [(line, cells) for line, cells in sample if all(is_missing(c) or isinstance(c, str) for c in cells)]
    line, cells = max(wordy, key=lambda row: (_said(row[1]), -row[0]), default=(0, []))
    if 2 * _said(cells) <= max(_said(cells) for _, cells in sample):
        raise TableError(f"no row among the first {_LOOK} names the columns; with header = false they are numbered")
    return line, tuple("" if is_missing(cell) else " ".join(str(cell).split()) for cell in cells)


def _padded(cells: list[Any], width: int) -> list[Any]:
    return [*cells, *[None] * (width - len(cells))]


def _said(cells: Sequence[Any]) -> int:
    return sum(not is_missing(cell) for cell in cells)


def _trimmed(raw: Sequence[Any]) -> list[Any]:
    cells = list(map(_plain, raw))
    while cells and is_missing(cells[-1]):
        cells.pop()
    return cells


def _plain(cell: Any) -> Any:
    """Whole numbers without a fraction, as ids and counts have none."""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _open(path: Path) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _refuse_unreadable(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which are not looked at
            return load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (*_DAMAGE, InvalidFileException) as error:
        raise TableError(f"no complete workbook ({_why(error)}); open and save it anew") from error


def _refuse_unreadable(path: Path) -> None:
    with path.open("rb") as file:
        begin = file.read(4)
    if begin == _OLD_OR_LOCKED:
        raise TableError("the workbook is protected by a password, or of the old kind .xls; save it as .xlsx without")
    if not begin or not is_zipfile(path):
        raise TableError("no complete workbook; open and save it anew, or wait until it is copied")
    with ZipFile(path) as archive:
        texts = sum(info.file_size for info in archive.infolist() if info.filename.endswith("sharedStrings.xml"))
    if texts > _TEXTS_LIMIT:
        raise TableError(f"the workbook holds {texts >> 20} MB of texts; save the sheet as CSV (UTF-8)")


def _why(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:120] if lines else type(error).__name__
