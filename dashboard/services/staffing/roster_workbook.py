"""A roster as a workbook (XLSX): the first sheet that has a header."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from dashboard.services.staffing.roster_cells import (
    Cells,
    Row,
    UnreadableError,
    header_of,
    is_header,
    no_header,
    unused,
)

HEADER_WITHIN: Final = 20  # rows
MOST_UNPACKED: Final = 300 << 20  # bytes; a small archive may hold a thousand times its size
MOST_EMPTY: Final = 1000  # rows in a row, behind which a sheet is at its end
OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
# What a damaged archive, or XML of another shape than Excel's, makes the library raise.
_DAMAGE = (BadZipFile, zlib.error, EOFError, LookupError, ValueError, TypeError, AttributeError, SyntaxError, OSError)


def read_workbook(content: bytes) -> Cells:
    """All rows behind the header; UnreadableError where there is none, or the file is no workbook."""
    try:
        return _read(content)
    except UnreadableError:
        raise
    except _DAMAGE as error:
        raise UnreadableError("not_workbook") from error


def _read(content: bytes) -> Cells:
    with ZipFile(io.BytesIO(content)) as archive:
        if sum(one.file_size for one in archive.infolist()) > MOST_UNPACKED:
            raise UnreadableError("too_large")
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        first: tuple[Any, ...] = ()
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write dimensions that are too small
            rows = _rows(sheet)
            for number, line in rows:
                if number > HEADER_WITHIN:
                    break
                found = header_of(line)
                if is_header(found):
                    return _behind(line, found, rows)
                first = first or line
    finally:
        book.close()
    raise no_header(first) if first else UnreadableError("empty")


def _rows(sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    empty = 0
    for number, line in enumerate(sheet.iter_rows(values_only=True), start=1):
        if any(cell is not None and str(cell).strip() for cell in line):
            empty = 0
            yield number, line
        elif (empty := empty + 1) > MOST_EMPTY:
            return


def _behind(header: tuple[Any, ...], found: dict[int, str], rows: Iterator[tuple[int, tuple[Any, ...]]]) -> Cells:
    read = [
        Row(number, {name: _cell(line[place]) for place, name in found.items() if place < len(line)})
        for number, line in rows
    ]
    return Cells(read, frozenset(found.values()), unused(header, found))


def _cell(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else "" if value is None else value
