"""Counts from a CSV file, for the commands that forecast and judge without a store: every doubt has a stated answer."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd

from forecasting.intervals import floor_index

MAX_ROWS = 20_000_000
MAX_YEARS = 20
_CHUNK = 500_000
_FEW_TIMES = 20
_TIME, _COUNT = "interval_start", "offered"


class VolumeFileError(Exception):
    """The file cannot be used; the message says what, what was got and what to do."""


@dataclass(frozen=True)
class VolumeFile:
    """Counts per queue on the interval grid, UTC; and what a reader should know of how they were read."""

    queues: dict[str, pd.Series]
    notes: tuple[str, ...]


def read_volumes(
    path: Path,
    *,
    interval_s: int,
    timezone: str = "UTC",
    queue_column: str = "queue",
    duplicates: str = "error",
) -> VolumeFile:
    """Read `interval_start,[queue],offered`, sum it up to `interval_s`, one series a queue.

    Naive times are read in `timezone`: an hour that does not exist may only hold zeros, an hour that comes twice is the
    first time where a queue's row comes first, the second where it is repeated. An empty count is unknown. `duplicates`
    is "error" or "sum". Raises VolumeFileError for everything that cannot be taken as it stands.
    """
    _known_zone(timezone)
    rows = _all_rows(path, queue_column)
    notes: list[str] = []
    rows["time"] = _utc(rows, timezone, path, notes)
    rows = rows[rows["time"].notna()]
    _refuse_bad_counts(rows, path, notes)
    _refuse_duplicates(rows, path, duplicates)
    _refuse_span(rows, path)
    _refuse_grain(pd.DatetimeIndex(rows["time"]), path, interval_s=interval_s, timezone=timezone)
    queues = {
        str(name): _summed(part, interval_s=interval_s, timezone=timezone)
        for name, part in rows.groupby("queue", sort=True, observed=True)
    }
    return VolumeFile(queues, tuple(notes))


def _known_zone(timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise VolumeFileError(f"unknown time zone {timezone!r}; write an IANA name such as Europe/Berlin") from error


def _all_rows(path: Path, queue_column: str) -> pd.DataFrame:
    parts: list[pd.DataFrame] = []
    n_rows = 0
    for chunk in _chunks(path):
        if not isinstance(chunk.index, pd.RangeIndex):
            raise VolumeFileError(f"{path} has rows with more fields than its header; export it again as CSV")
        _require_columns(chunk, path, queue_column)
        named = queue_column in chunk.columns
        part = pd.DataFrame({"text": chunk[_TIME], "count": chunk[_COUNT]})
        part["queue"] = (
            chunk[queue_column].fillna("").astype("category") if named else pd.Categorical(["all"] * len(part))
        )
        part["line"] = np.arange(n_rows + 2, n_rows + 2 + len(part))
        n_rows += len(part)
        if n_rows > MAX_ROWS:
            raise VolumeFileError(f"{path} has more than {MAX_ROWS:,} rows; sum it up to coarser intervals first")
        part["time"] = _parsed(part, path)
        part["number"] = _numbers(part, path)
        parts.append(part.drop(columns=["text", "count"]))
    if not n_rows:
        raise VolumeFileError(f"{path} has a header but no rows; write at least one interval")
    rows = pd.concat(parts, ignore_index=True)
    rows["queue"] = rows["queue"].astype("category")
    if rows["time"].dtype == object:
        raise VolumeFileError(f"{path}: some times carry an offset and some do not; write all alike")
    if (rows["queue"] == "").any():
        line = int(rows.loc[rows["queue"] == "", "line"].iloc[0])
        raise VolumeFileError(f"{path}, line {line}: the queue is empty; name it or leave the column out")
    return rows


def _chunks(path: Path) -> Iterator[pd.DataFrame]:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise VolumeFileError(f"{path} {what}; name a CSV file, plain or gzipped")
    try:
        with gzip.open(path, "rb") if _is_gzip(path) else path.open("rb") as stream:
            head = stream.read(4096)
            if not head.strip():
                raise VolumeFileError(f"{path} is empty; it needs the header {_TIME},[queue],{_COUNT} and rows")
            if b"\0" in head:
                raise VolumeFileError(f"{path} is binary or UTF-16, not a UTF-8 text; export it as CSV in UTF-8")
            stream.seek(0)
            yield from pd.read_csv(
                stream, chunksize=_CHUNK, dtype=str, encoding="utf-8-sig", keep_default_na=False, na_values=[""]
            )
    except UnicodeDecodeError as error:
        raise VolumeFileError(
            f"{path} is not UTF-8 (byte 0x{error.object[error.start]:02x}); save it again as UTF-8"
        ) from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise VolumeFileError(f"{path} is not a table of comma-separated values: {str(error).strip()}") from error
    except (OSError, EOFError, zlib.error) as error:
        raise VolumeFileError(f"{path} cannot be read to its end: {error}; copy it again") from error


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def _require_columns(chunk: pd.DataFrame, path: Path, queue_column: str) -> None:
    missing = [name for name in (_TIME, _COUNT) if name not in chunk.columns]
    if queue_column not in (*chunk.columns, "queue"):
        missing.append(queue_column)
    if missing:
        found = ", ".join(str(name)[:40] for name in list(chunk.columns)[:12])
        raise VolumeFileError(f"{path} lacks the column {', '.join(missing)}; it has: {found}. Rename the column")


def _parsed(part: pd.DataFrame, path: Path) -> pd.Series:
    """Aware texts become UTC, naive ones stay naive; a file mixes the two at its own risk and is refused."""
    text = part["text"]
    with_offset = text.str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True, na=False)
    if with_offset.any() and not with_offset.all():
        line = int(part["line"][~with_offset].iloc[0])
        raise VolumeFileError(f"{path}, line {line}: some times carry an offset and some do not; write all alike")
    times = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=bool(with_offset.any()))
    if times.isna().any():
        bad = part[times.isna()].iloc[0]
        raise VolumeFileError(
            f"{path}, line {bad['line']}: {str(bad['text'])[:60]!r} is not a time; write 2003-08-01T07:30"
        )
    return times.dt.as_unit("us")


def _numbers(part: pd.DataFrame, path: Path) -> pd.Series:
    empty = part["count"].isna() | part["count"].str.strip().str.lower().isin(["", "nan", "na", "null"])
    numbers = pd.to_numeric(part["count"].where(~empty), errors="coerce")
    bad = part[numbers.isna() & ~empty]
    if len(bad):
        first = bad.iloc[0]
        raise VolumeFileError(f"{path}, line {first['line']}: {str(first['count'])[:60]!r} is not a count")
    return numbers.astype(float)


def _utc(rows: pd.DataFrame, timezone: str, path: Path, notes: list[str]) -> pd.Series:
    if rows["time"].dt.tz is not None:
        return rows["time"]
    times = rows["time"]
    again = rows.duplicated(["queue", "time"]).to_numpy()
    aware = times.dt.tz_localize(timezone, ambiguous=~again, nonexistent="NaT")
    missing = aware.isna()
    if (rows["number"][missing] > 0).any():
        line = int(rows["line"][missing & (rows["number"] > 0)].iloc[0])
        raise VolumeFileError(
            f"{path}, line {line}: this local time does not exist in {timezone} (clocks went forward); "
            "name the file's own --timezone or write times with an offset"
        )
    if missing.any():
        notes.append(f"{int(missing.sum())} empty rows lie in the hour that {timezone} skips and were left out.")
    result: pd.Series = aware.dt.tz_convert("UTC")
    return result


def _refuse_bad_counts(rows: pd.DataFrame, path: Path, notes: list[str]) -> None:
    number = rows["number"]
    bad = rows[(number < 0) | np.isinf(number)]
    if len(bad):
        first = bad.iloc[0]
        raise VolumeFileError(f"{path}, line {first['line']}: a count must be at least 0, got {first['number']:g}")
    fractional = int(((number % 1) > 0).sum())
    if fractional:
        notes.append(f"{fractional} counts have a fraction and were taken as they are.")
    if number.notna().sum() == 0:
        raise VolumeFileError(f"{path}: no row has a count; fill the column {_COUNT}")


def _refuse_duplicates(rows: pd.DataFrame, path: Path, duplicates: str) -> None:
    if duplicates == "sum":
        return
    again = rows[rows.duplicated(["queue", "time"])]
    if len(again):
        first = again.iloc[0]
        raise VolumeFileError(
            f"{path}, line {first['line']}: {first['time']:%Y-%m-%dT%H:%M} of queue {first['queue']!r} stands twice "
            f"({len(again)} such rows); remove them, or add them up by --duplicates sum"
        )


def _refuse_span(rows: pd.DataFrame, path: Path) -> None:
    first, last = rows["time"].min(), rows["time"].max()
    if (last - first).days > MAX_YEARS * 366:
        raise VolumeFileError(f"{path} runs from {first:%Y-%m-%d} to {last:%Y-%m-%d}; look for a wrong date")


def _summed(part: pd.DataFrame, *, interval_s: int, timezone: str) -> pd.Series:
    index = pd.DatetimeIndex(part["time"])
    start = floor_index(index, interval_s, timezone=timezone)
    groups = part["number"].set_axis(start).groupby(level=0)
    total: pd.Series = groups.sum(min_count=1)
    return total.rename_axis("interval_start").rename("offered")


def _refuse_grain(index: pd.DatetimeIndex, path: Path, *, interval_s: int, timezone: str) -> None:
    """The file's grain, the greatest common step of its times, must divide the interval and lie on its grid.

    A few times may have a coarse common step by chance, so nothing is said about fewer than twenty.
    """
    wall = np.unique(index.tz_convert(timezone).tz_localize(None).as_unit("s").asi8)
    if len(wall) < _FEW_TIMES:
        return
    grain = int(np.gcd.reduce(np.diff(wall)))
    if interval_s % grain or (grain > 1 and wall[0] % gcd(grain, interval_s)):
        raise VolumeFileError(
            f"{path} has a row every {grain / 60:g} min, which does not fit into intervals of {interval_s / 60:g} min; "
            "choose an --interval that is a multiple of the file's"
        )
