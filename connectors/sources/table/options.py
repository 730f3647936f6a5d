"""The keys of a `kind = "table"` block, checked before anything is read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from connectors.errors import ConfigError
from connectors.options import Option
from connectors.records import Channel, Outcome
from connectors.source import SourceConfig

EVENT_FIELDS = (
    "arrived_at",
    "answered_at",
    "ended_at",
    "wait_s",
    "handle_s",
    "outcome",
    "external_id",
    "caller",
    "queue",
    "date",
)
COUNT_FIELDS = ("interval_start", "offered", "answered", "abandoned", "aht_s", "queue", "date")
IGNORE = "ignore"
_ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16")
_UNITS = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600}
_ROWS_AT_MOST = 100_000

# What a person is asked for; further keys are in docs/connectors.md and in what `andrang sources preview` prints.
ASKED = (
    Option("path", "A CSV, TSV or Parquet file, a folder of them, or a pattern such as exports/*.csv", required=True),
    Option("columns", "Which column holds which field; left out, it is guessed from the names", kind=dict),
    Option("queue", "The queue of rows that name none"),
    Option("channel", "The channel of the contacts", default="call", choices=tuple(map(str, Channel))),
    Option("interval", "For counts: the length of the intervals, such as 15min"),
    Option("date_format", "How dates are written, as for strptime, where it is not recognised"),
    Option("time_format", "How times are written, as for strptime, where it is not recognised"),
    Option("decimal", "The decimal mark, where it is not recognised", choices=(".", ",")),
    Option("delimiter", "What separates the columns, where it is not recognised"),
    Option("encoding", "The encoding, where it is not recognised", choices=_ENCODINGS),
    Option("header", "Whether the first line names the columns", kind=bool, default=True),
    Option("batch_rows", "How many rows are stored in one transaction", kind=int, default=20_000, low=1),
)


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How one table is read; what is None is found by looking at the file."""

    path: str
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    queue: str | None = None
    channel: Channel = Channel.CALL
    interval_s: int | None = None
    outcomes: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[Mapping[str, str], ...] = ()
    empty_times: frozenset[str] = frozenset()
    date_of: str | None = None
    date_format: str | None = None
    time_format: str | None = None
    decimal: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    header: bool = True
    batch_rows: int = 20_000

    @property
    def counts(self) -> bool:
        """Whether rows are counts per interval rather than single contacts."""
        return "interval_start" in self.columns

    def digest(self, config: SourceConfig) -> str:
        """Changes when the same file would give other records, so that it is then read again."""
        said = asdict(self) | {"path": "", "batch_rows": 0, "empty_times": sorted(self.empty_times)}
        said |= {"zone": config.timezone, "queues": dict(config.queues)}
        return hashlib.blake2b(json.dumps(said, sort_keys=True, default=str).encode(), digest_size=8).hexdigest()


KEYS = tuple("interval" if f.name == "interval_s" else f.name for f in fields(TableOptions))


def parse_options(config: SourceConfig) -> TableOptions:
    """The block as options, or ConfigError naming the key at fault."""
    raw = dict(config.options)
    unknown = sorted(set(raw) - set(KEYS))
    if unknown:
        raise _wrong(config, f"unknown key {', '.join(unknown)}; a table knows {', '.join(KEYS)}")
    if not isinstance(raw.get("path"), str) or not raw["path"]:
        raise _wrong(config, 'key path is missing; write path = "FILE, folder or pattern such as exports/*.csv"')
    columns = _columns(config, raw.get("columns", {}))
    return TableOptions(
        path=raw["path"],
        columns=columns,
        queue=_text(config, raw, key="queue"),
        channel=_channel(config, raw.get("channel", "call")),
        interval_s=_interval(config, raw.get("interval"), columns=columns),
        outcomes=_outcomes(config, raw.get("outcomes", {})),
        ignore=_ignore(config, raw.get("ignore", [])),
        empty_times=frozenset(_names(config, raw.get("empty_times", []), key="empty_times")),
        date_of=_text(config, raw, key="date_of"),
        date_format=_text(config, raw, key="date_format"),
        time_format=_text(config, raw, key="time_format"),
        decimal=_one_of(config, raw, key="decimal", allowed=(".", ",")),
        delimiter=_delimiter(config, raw),
        encoding=_one_of(config, raw, key="encoding", allowed=_ENCODINGS),
        sheet=_text(config, raw, key="sheet"),
        header=_flag(config, raw.get("header", True)),
        batch_rows=_batch_rows(config, raw.get("batch_rows", 20_000)),
    )


def parse_interval(value: object) -> int:
    """Seconds of `"5min"`, `"1h"`, `"900s"` or a plain number; ValueError where no such interval can be kept."""
    text = str(value).strip().lower()
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = text[len(digits) :].strip() or "s"
    if not digits.isdigit() or unit not in _UNITS:
        raise ValueError(f'interval must look like "5min", "1h" or 900, got {text!r}')
    found = int(digits) * _UNITS[unit]
    if found <= 0 or (900 % found and found not in (1800, 3600)):
        raise ValueError(f"interval must divide 15 minutes or be 30 or 60 minutes, got {text!r}")
    return found


def _wrong(config: SourceConfig, message: str) -> ConfigError:
    return ConfigError(f"[sources.{config.name}] {message}")


def _columns(config: SourceConfig, raw: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(raw, Mapping):
        raise _wrong(config, f'columns must be a table such as {{arrived_at = "start"}}, got {raw!r}')
    columns = {str(key): _names(config, value, key=f"columns.{key}") for key, value in raw.items()}
    if not columns:
        return {}
    starts = [key for key in ("arrived_at", "interval_start") if key in columns]
    if len(starts) != 1:
        raise _wrong(config, f"columns needs arrived_at (single contacts) or interval_start (counts), got {starts}")
    known = COUNT_FIELDS if "interval_start" in columns else EVENT_FIELDS
    unknown = sorted(set(columns) - set(known))
    if unknown:
        raise _wrong(config, f"columns has unknown {', '.join(unknown)}; with {starts[0]} it knows {', '.join(known)}")
    _complete(config, columns)
    return columns


def _complete(config: SourceConfig, columns: Mapping[str, tuple[str, ...]]) -> None:
    if "interval_start" in columns and "offered" not in columns:
        raise _wrong(config, "columns with interval_start needs offered, the count of contacts")
    if "wait_s" in columns and "answered_at" in columns:
        raise _wrong(config, "columns must name answered_at or wait_s, not both")
    if "wait_s" in columns and "outcome" not in columns:
        raise _wrong(config, "columns with wait_s needs outcome: a wait alone does not tell answered from abandoned")


def _names(config: SourceConfig, raw: object, *, key: str) -> tuple[str, ...]:
    values = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(value, (str, int)) and not isinstance(value, bool) for value in values):
        raise _wrong(config, f"{key} must be a name or a list of names, got {raw!r}")
    return tuple(str(value) for value in values)


def _text(config: SourceConfig, raw: Mapping[str, Any], *, key: str) -> str | None:
    value = raw.get(key)
    if value is not None and (not isinstance(value, str) or not value):
        raise _wrong(config, f"{key} must be a text, got {value!r}")
    return value


def _one_of(config: SourceConfig, raw: Mapping[str, Any], *, key: str, allowed: tuple[str, ...]) -> str | None:
    value = raw.get(key)
    if value is not None and value not in allowed:
        raise _wrong(config, f"{key} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return None if value is None else str(value)


def _delimiter(config: SourceConfig, raw: Mapping[str, Any]) -> str | None:
    value = raw.get("delimiter")
    if value is not None and (not isinstance(value, str) or len(value) != 1 or value in '"\r\n'):
        raise _wrong(config, f'delimiter must be one character such as ";" or "\\t", got {value!r}')
    return value


def _channel(config: SourceConfig, raw: object) -> Channel:
    try:
        return Channel(str(raw))
    except ValueError as error:
        raise _wrong(config, f"channel must be one of {', '.join(Channel)}, got {raw!r}") from error


def _interval(config: SourceConfig, raw: object, *, columns: Mapping[str, tuple[str, ...]]) -> int | None:
    if raw is None:
        if "interval_start" in columns:
            raise _wrong(config, 'key interval is missing; counts need their length, such as interval = "15min"')
        return None
    try:
        return parse_interval(raw)
    except ValueError as error:
        raise _wrong(config, str(error)) from error


def _outcomes(config: SourceConfig, raw: object) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raise _wrong(config, f'outcomes must be a table such as {{HANG = "abandoned"}}, got {raw!r}')
    allowed = [*map(str, Outcome), IGNORE]
    for word, meaning in raw.items():
        if meaning not in allowed:
            raise _wrong(config, f"outcomes.{word} must be one of {', '.join(allowed)}, got {meaning!r}")
    return {str(word).strip().lower(): str(meaning) for word, meaning in raw.items()}


def _ignore(config: SourceConfig, raw: object) -> tuple[Mapping[str, str], ...]:
    rules: list[Any] = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(rule, Mapping) and rule for rule in rules):
        raise _wrong(config, f'ignore must be a list such as [{{outcome = "HANG", wait = "0"}}], got {raw!r}')
    return tuple({str(column): str(value) for column, value in rule.items()} for rule in rules)


def _flag(config: SourceConfig, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise _wrong(config, f"header must be true or false, got {raw!r}")
    return raw


def _batch_rows(config: SourceConfig, raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 1 <= raw <= _ROWS_AT_MOST:
        raise _wrong(config, f"batch_rows must be from 1 to {_ROWS_AT_MOST}, got {raw!r}")
    return raw
