"""A roster as CSV: encoding and delimiter by sight, stated where they are not UTF-8."""

from __future__ import annotations

import codecs
import csv
import io
from typing import Final

from dashboard.domain.roster import Problem
from dashboard.services.staffing.roster_cells import (
    Cells,
    Row,
    UnreadableError,
    header_of,
    is_header,
    no_header,
    unused,
)

DELIMITERS: Final = (";", ",", "\t", "|")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
WINDOWS: Final = "cp1252"


def read_csv(content: bytes) -> Cells:
    """All rows behind the header; UnreadableError where there is none, or the bytes are no text."""
    text, notes = _decoded(content)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    found: dict[int, str] | None = None
    cells = Cells([], frozenset(), notes)
    try:
        for line in lines:
            if not any(cell.strip() for cell in line):
                continue
            if found is None:
                found = header_of(line)
                if not is_header(found):
                    raise no_header(line)
                cells.fields, width = frozenset(found.values()), len(line)
                cells.notes += unused(line, found)
            else:
                cells.rows.append(_row(lines.line_num, line, found, width=width))
    except csv.Error as error:
        raise UnreadableError("broken_csv", line=lines.line_num, reason=error) from error
    if found is None:
        raise UnreadableError("empty")
    return cells


def _row(number: int, line: list[str], found: dict[int, str], *, width: int) -> Row:
    values = {name: line[place].strip() for place, name in found.items() if place < len(line)}
    extra = any(cell.strip() for cell in line[width:])
    return Row(number, values, Problem.of(number, "fields", got=len(line), header=width) if extra else None)


def _decoded(content: bytes) -> tuple[str, list[Problem]]:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        return _as_windows(content, error)
    if "\0" in text:
        raise UnreadableError("not_text")
    return text, []


def _as_windows(content: bytes, error: UnicodeDecodeError) -> tuple[str, list[Problem]]:
    """Old spreadsheets write the Windows encoding; that it was taken for it is said, since umlauts would tell."""
    if b"\0" in content:
        raise UnreadableError("not_text") from error
    try:
        return content.decode(WINDOWS), [Problem.of(0, "windows_encoding")]
    except UnicodeDecodeError:
        raise UnreadableError("not_text") from error


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=first.count)
