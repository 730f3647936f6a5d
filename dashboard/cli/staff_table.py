"""The table a `staff` command reads: every refusal names row and column."""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 64 * 1024 * 1024  # about a million rows; the table is held in memory twice


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file as text: `lines` are the lines of the file where the rows end."""

    path: Path
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def require(self, columns: Sequence[str], *, fresh: Sequence[str]) -> None:
        """Refuse a table that lacks a column, or already has one that would be appended."""
        missing = [name for name in columns if name not in self.header]
        if missing:
            raise self.failure(f"lacks column {', '.join(missing)}; it has {', '.join(self.header)}{self._hint()}")
        taken = [name for name in fresh if name in self.header]
        if taken:
            raise self.failure(f"already has column {', '.join(taken)}, which the answer appends; rename or remove it")

    def _hint(self) -> str:
        alone = len(self.header) == 1 and any(mark in self.header[0] for mark in ";\t")
        return ". Columns must be separated by commas, decimals written with a point" if alone else ""

    def text(self, column: str) -> list[str]:
        """Return a column as it stands."""
        place = self.header.index(column)
        return [row[place].strip() for row in self.rows]

    def numbers(
        self, column: str, *, rule: str = "at least 0", where: NDArray[np.bool_] | None = None, absent: float = 0.0
    ) -> NDArray[np.float64]:
        """Return a column as numbers; outside `where` the cells are not looked at and become `absent`."""
        allowed = _RULES[rule]
        values = np.full(len(self.rows), absent)
        for index, text in enumerate(self.text(column)):
            if where is not None and not where[index]:
                continue
            value = _number(text)
            if value is None or not allowed(value):
                raise self.refusal(index, column, got=text, expected=f"a number {rule}")
            values[index] = value
        return values

    def refusal(self, index: int, column: str, *, got: str, expected: str) -> click.ClickException:
        """Make the error for one cell."""
        said = f"got {got!r}" if got else "the cell is empty"
        place = f"row {index + 1} (line {self.lines[index]}), column {column}"
        return self.failure(f"{place}: must be {expected}, {said}")

    def failure(self, message: str) -> click.ClickException:
        """Make an error about this file."""
        return click.ClickException(f"{self.path}: {message}.")


_RULES: dict[str, Callable[[float], bool]] = {
    "at least 0": lambda value: 0 <= value < math.inf,
    "at least 0, or inf": lambda value: value >= 0,
    "at least 0 without decimals, or inf": lambda value: (
        value >= 0 and (value == math.inf or value == math.floor(value))
    ),
    "in [0, 1]": lambda value: 0 <= value <= 1,
    "greater than 0": lambda value: 0 < value < math.inf,
    "from 1 without decimals": lambda value: 1 <= value < math.inf and value == math.floor(value),
    "at least 0 without decimals": lambda value: 0 <= value < math.inf and value == math.floor(value),
}


def allowed(rule: str, value: float) -> bool:
    """Whether a value keeps a rule."""
    return _RULES[rule](value)


def _number(text: str) -> float | None:
    try:
        return float(text) if "_" not in text else None
    except ValueError:
        return None


def read_table(path: Path) -> Table:
    """Read a CSV file, gzipped or not, in UTF-8, or raise a ClickException that says what to do."""
    text = _decode(path, _load(path))
    try:
        return _parse(path, text)
    except csv.Error as error:
        raise click.ClickException(f"{path}: is not readable as CSV ({error}).") from error


def _load(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            data: bytes = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise click.ClickException(f"{path}: cannot be read ({reason}).") from error
    if len(data) > MAX_BYTES:
        size = MAX_BYTES // (1024 * 1024)
        raise click.ClickException(f"{path}: holds more than {size} MB; split it and run the parts one by one.")
    return data


def _decode(path: Path, data: bytes) -> str:
    if b"\0" in data:
        raise click.ClickException(f"{path}: holds binary data, not text; give a CSV file in UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise click.ClickException(f"{path}: line {line} is not UTF-8; save the file as CSV in UTF-8.") from error


def _parse(path: Path, text: str) -> Table:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [name.strip() for name in next(reader, [])]
    if not header:
        raise click.ClickException(f"{path}: is empty; a header line and at least one row are needed.")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise click.ClickException(f"{path}: has column {', '.join(map(repr, twice))} more than once; rename one.")
    table = Table(path, header, [], [])
    for row in _filled(reader):
        table.rows.append(row)
        table.lines.append(reader.line_num)
        if len(row) != len(header):
            raise click.ClickException(
                f"{path}: row {len(table.rows)} (line {reader.line_num}) has {len(row)} columns, "
                f"the header {len(header)}; quote texts that contain commas."
            )
    if not table.rows:
        raise click.ClickException(f"{path}: has a header but no rows.")
    return table


def _filled(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    return (row for row in reader if any(cell.strip() for cell in row))
