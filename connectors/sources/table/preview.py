"""How a file would be read: what was found out, the first records, what is wrong, and a block to paste."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from connectors.errors import RecordError
from connectors.records import ContactEvent, IntervalVolume
from connectors.source import SourceConfig
from connectors.sources.table.events import masked
from connectors.sources.table.files import FileMark
from connectors.sources.table.options import TableOptions, parse_options
from connectors.sources.table.problem import RowError
from connectors.sources.table.reading import OpenTable
from connectors.sources.table.workbook import WorkbookRows

_LOOK = 2000


@dataclass(frozen=True, slots=True)
class Preview:
    """What a look at the first rows of a file gave."""

    path: Path
    encoding: str
    delimiter: str
    decimal: str
    counts: bool
    header: tuple[str, ...]
    mapping: Mapping[str, str]
    records: tuple[ContactEvent | IntervalVolume, ...]
    taken: int
    problems: tuple[str, ...]
    block: str


def preview_file(path: Path, *, now: datetime, timezone: str, options: Mapping[str, Any], rows: int = 5) -> Preview:
    """Look at a file under the given options; TableError where it is no table, ConfigError where they do not fit."""
    name = "".join(sign if sign.isalnum() else "_" for sign in path.name.split(".")[0].lower()) or "table"
    config = SourceConfig(name, "table", {"queue": name, **options, "path": str(path)}, timezone=timezone)
    with OpenTable.open(path, parse_options(config)) as table:
        judged = list(_judge(table, config, now=now))
        records = [said for said in judged if not isinstance(said, str)]
        return Preview(
            path=path,
            encoding=table.dialect.encoding,
            delimiter=table.dialect.delimiter,
            decimal=table.dialect.decimal,
            counts=table.options.counts,
            header=table.dialect.header,
            mapping={field: " + ".join(names) for field, names in table.options.columns.items()},
            records=tuple(records[:rows]),
            taken=len(records),
            problems=(
                *(said for said in judged if isinstance(said, str)),
                *_doubts(table.options, records),
                *_other_sheets(table),
            ),
            block=_block(config, table),
        )


def _judge(table: OpenTable, config: SourceConfig, *, now: datetime) -> Iterator[ContactEvent | IntervalVolume | str]:
    """The record of each of the first rows, or what is wrong with the row."""
    mapping = table.mapping(config, _no_hash, mark=FileMark())
    for row in islice(table.rows, _LOOK):
        try:
            if row.problem:
                raise RowError(row.problem)
            record = mapping.record(row.cells, f"row {row.line}", now=now)
            if record is not None:
                yield record
        except (RowError, RecordError, OverflowError) as error:
            raw = ",".join(map(str, masked(row.cells, mapping.secret)))[:120]
            yield f"line {row.line}: {error} [{raw}]"


def _no_hash(caller: str) -> str:
    return "(hashed)"


def _doubts(options: TableOptions, records: list[ContactEvent | IntervalVolume]) -> Iterator[str]:
    """What no single row shows."""
    if not options.counts and "external_id" not in options.columns:
        yield "no id column: a row that is corrected later would count as another contact; map columns.external_id"
    keys = Counter((r.queue, r.interval_start) for r in records if isinstance(r, IntervalVolume))
    twice = sum(count - 1 for count in keys.values())
    if twice:
        yield f"{twice} rows repeat an interval of the same queue, where the last one holds; map columns.queue"


def _other_sheets(table: OpenTable) -> Iterator[str]:
    if isinstance(table.rows, WorkbookRows) and len(table.rows.sheets) > 1 and not table.options.sheet:
        others = ", ".join(name for name in table.rows.sheets if name != table.rows.sheet)
        yield f"the sheet {table.rows.sheet} is read; there are also {others}: set sheet"


def _block(config: SourceConfig, table: OpenTable) -> str:
    options = table.options
    lines = [f"[sources.{config.name}]", 'kind = "table"', f"path = {_toml(options.path)}"]
    lines += [f"timezone = {_toml(config.timezone)}", f"channel = {_toml(str(options.channel))}"]
    if isinstance(table.rows, WorkbookRows):
        lines += [f"sheet = {_toml(table.rows.sheet)}", f"decimal = {_toml(table.dialect.decimal)}"]
    elif table.dialect.encoding != "parquet":
        encoding = "utf-16" if table.dialect.encoding.startswith("utf-16") else table.dialect.encoding
        lines += [f"encoding = {_toml(encoding)}", f"delimiter = {_toml(table.dialect.delimiter)}"]
        lines += [f"decimal = {_toml(table.dialect.decimal)}"]
    lines += _choices(options)
    pairs = [f"{field} = {_names(names)}" for field, names in options.columns.items()]
    return "\n".join([*lines, f"columns = {{ {', '.join(pairs)} }}"])


def _choices(options: TableOptions) -> Iterator[str]:
    if options.interval_s:
        yield (
            f'interval = "{options.interval_s // 60}min"'
            if options.interval_s % 60 == 0
            else f"interval = {options.interval_s}"
        )
    if "queue" not in options.columns:
        yield f"queue = {_toml(options.queue or '')}"
    for key in ("date_of", "date_format", "time_format"):
        if value := getattr(options, key):
            yield f"{key} = {_toml(value)}"


def _names(names: tuple[str, ...]) -> str:
    return _toml(names[0]) if len(names) == 1 else f"[{', '.join(map(_toml, names))}]"


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
