"""Finds out how a text table is written: encoding, delimiter, header, decimal sign."""

from __future__ import annotations

import codecs
import csv
import zlib

from connectors.sources.table.numbers import looks_like_comma
from connectors.sources.table.options import TableOptions
from connectors.sources.table.problem import TableError, UnfinishedError
from connectors.sources.table.text import ByteFile, Dialect, Position, read_line

_SAMPLE = 1 << 20
_DELIMITERS = (",", ";", "\t", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def sniff(file: ByteFile, options: TableOptions) -> Dialect:
    """The dialect of a file; TableError where it is empty, binary or has no usable header."""
    file.seek(0)
    sample = _sample(file)
    if not sample.strip():
        raise UnfinishedError("the file is empty; a table needs a header line")
    encoding, skip = _encoding(sample, options.encoding)
    text = _decode_sample(sample[skip:], encoding)
    file.seek(skip)
    raw, complete = read_line(file, encoding)
    if not complete:
        raise UnfinishedError("the first line has no line end")
    lines = text.splitlines()[:50]
    delimiter = options.delimiter or _delimiter(lines)
    cells = _cells(raw.decode(encoding, "replace"), delimiter)
    decimal = options.decimal or _decimal(lines[1:], delimiter)
    if not options.header:
        numbered = tuple(str(index + 1) for index in range(len(cells)))
        return Dialect(encoding, delimiter, decimal, numbered, Position(skip))
    header = tuple(cell.strip() for cell in cells)
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise TableError(f"the header names {', '.join(twice)} twice; rename one")
    return Dialect(encoding, delimiter, decimal, header, Position(skip + len(raw), 1))


def _sample(file: ByteFile) -> bytes:
    """The beginning of the file; line by line, so that of a damaged archive the sound part is had."""
    lines: list[bytes] = []
    size = 0
    try:
        while size < _SAMPLE and (line := file.readline(_SAMPLE)):
            lines.append(line)
            size += len(line)
    except (EOFError, zlib.error):
        if not lines:
            raise
    return b"".join(lines)


def _encoding(sample: bytes, wanted: str | None) -> tuple[str, int]:
    """The codec for the body and the length of the byte-order mark."""
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name, len(mark)
    if wanted == "utf-16":
        return "utf-16-le", 0
    if b"\0" in sample:
        raise TableError(
            'the file is binary, not a text table; a UTF-16 text without its mark needs encoding = "utf-16"'
        )
    if wanted:
        return wanted.removesuffix("-sig"), 0
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "cp1252", 0
    return "utf-8", 0


def _decode_sample(sample: bytes, encoding: str) -> str:
    text = sample.decode(encoding, "replace")
    control = sum(1 for sign in text[:4096] if sign < " " and sign not in "\t\r\n\f")
    if control > 8:
        raise TableError("the file is binary, not a text table")
    return text


def _delimiter(lines: list[str]) -> str:
    """The sign that splits the header into the most fields, and the next lines into just as many."""

    def score(sign: str) -> tuple[float, int]:
        widths = [len(_cells(line, sign)) for line in lines if line.strip()]
        same = sum(width == widths[0] for width in widths) / len(widths)
        return (same if widths[0] > 1 else 0.0, widths[0])

    return max(_DELIMITERS, key=score)


def _decimal(lines: list[str], delimiter: str) -> str:
    """A comma where fields look like 12,5 and the comma does not part the fields."""
    if delimiter == ",":
        return "."
    return "," if any(looks_like_comma(cell) for line in lines for cell in _cells(line, delimiter)) else "."


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise TableError(f"the first lines are no table: {error}") from error
