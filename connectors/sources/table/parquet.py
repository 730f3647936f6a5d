"""Parquet read in slices; pyarrow is imported only when such a file is met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from connectors.sources.table.problem import TableError
from connectors.sources.table.text import Dialect, Position, Row

_SLICE = 8192


class ParquetRows:
    """Rows of a Parquet file from `position`; cells keep their types, `line` is the number of the row."""

    def __init__(self, path: Path, *, position: Position | None = None) -> None:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile

        try:
            self._file = ParquetFile(path)
        except (ArrowException, ValueError) as error:
            raise TableError(f"no complete Parquet file ({str(error).splitlines()[0][:120]})") from error
        self.position = position or Position()
        names = tuple(self._file.schema_arrow.names)
        self.dialect = Dialect("parquet", "", ".", names, Position())
        self.total: int = self._file.metadata.num_rows

    def __iter__(self) -> Iterator[Row]:
        seen = 0
        for batch in self._file.iter_batches(batch_size=_SLICE):
            skip = max(0, self.position.row - seen)
            seen += batch.num_rows
            if skip >= batch.num_rows:
                continue
            for cells in _rows(batch.slice(skip)):
                row = self.position.row + 1
                self.position = replace(self.position, offset=row, line=row, row=row)
                yield Row(row, cells)


def _rows(batch: Any) -> Iterator[list[Any]]:
    columns = [column.to_pylist() for column in batch.columns]
    return map(list, zip(*columns, strict=True))
