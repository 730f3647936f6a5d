"""From a table of counts and one of onsets to surges."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecasting.surge.library.levels import Array
from forecasting.surge.library.surges import Surge

INTERVAL_S = 900
_GAP = 1.5  # a step longer than this many intervals is a gap
_LONGEST_GAP = 96  # intervals


@dataclass(frozen=True)
class SurgeTable:
    """Surges in the order of the onsets, as the onsets' table wrote their time, and notes on what had to be decided."""

    surges: tuple[Surge, ...]
    written: tuple[str, ...]
    notes: tuple[str, ...]


def surges_of(series: pd.DataFrame, onsets: pd.DataFrame, *, count: str = "reports") -> SurgeTable:
    """Find each onset in its series.

    Parameters
    ----------
    series
        outage, [provider], interval_start, and the counts in column `count`; one series a pair of outage and provider.
        Rows follow one another as intervals; a step of more than 1.5 intervals is a gap, filled with the count before
        it, so that nothing later is used.
    onsets
        outage, [provider], onset, [day], [fold]; other columns are left alone. An onset between two beginnings belongs
        to the interval that contains it.

    Raises
    ------
    ValueError
        A column is missing, a time or count cannot be read, a time stands twice, an onset has no series or lies out of
        it.
    """
    keys = [name for name in ("outage", "provider") if name in series.columns and name in onsets.columns]
    _require(series, ("outage", "interval_start", count), "the series")
    _require(onsets, ("outage", "onset"), "the onsets")
    notes: list[str] = []
    found = _series(series, keys, count=count, notes=notes)
    times = _times(onsets["onset"], "onset")
    surges = tuple(
        _surge(row, time, found=found, keys=keys) for row, time in zip(onsets.to_dict("records"), times, strict=True)
    )
    between = sum(s.onset != t for s, t in zip(surges, times, strict=True))
    if between:
        notes.append(f"{between} onsets lie between two beginnings and count from the interval that contains them.")
    return SurgeTable(surges, tuple(str(value) for value in onsets["onset"]), tuple(notes))


def _require(table: pd.DataFrame, names: tuple[str, ...], what: str) -> None:
    missing = [name for name in names if name not in table.columns]
    if missing:
        has = ", ".join(str(name)[:40] for name in list(table.columns)[:12])
        raise ValueError(f"{what} lack the column {', '.join(missing)}, got: {has}; rename or add it")
    if table.empty:
        raise ValueError(f"{what} have a header but no rows; write at least one")


def _series(
    table: pd.DataFrame, keys: list[str], *, count: str, notes: list[str]
) -> dict[tuple[str, ...], tuple[Array, Array]]:
    """Times [s] and counts of each series, gaps filled."""
    number = pd.to_numeric(table[count], errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(number) & table[count].notna().to_numpy() | (number < 0)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise ValueError(
            f"a count must be a number of at least 0, got {table[count].iloc[row]!r} in row {row + 2}; correct it"
        )
    work = table[keys].astype(str).assign(time=_times(table["interval_start"], "interval_start"), number=number)
    twice = work[work.duplicated([*keys, "time"])]
    if len(twice):
        raise ValueError(f"an interval stands twice in one series, got {twice.iloc[0].to_dict()}; remove one")
    out = {}
    for key, part in work.sort_values("time", kind="stable").groupby(keys, sort=False):
        out[tuple(str(k) for k in key)] = _filled(part, key=str(key), notes=notes)
    return out


def _filled(part: pd.DataFrame, *, key: str, notes: list[str]) -> tuple[Array, Array]:
    times = part["time"].to_numpy().astype("datetime64[s]").astype(np.int64).astype(float)
    steps = np.diff(times)
    more = np.where(steps > _GAP * INTERVAL_S, np.round(steps / INTERVAL_S) - 1, 0).astype(int)
    if more.size and more.max() > _LONGEST_GAP:
        raise ValueError(f"the series {key} has a gap of {more.max()} intervals; give it as two outages")
    if more.sum():
        notes.append(f"Series {key}: {more.sum()} missing intervals were filled with the count before them.")
    repeat = np.concatenate([more + 1, [1]])
    within = np.arange(repeat.sum()) - np.repeat(np.cumsum(repeat) - repeat, repeat)
    counts = np.repeat(part["number"].to_numpy(dtype=float), repeat)
    known = pd.Series(counts).ffill().fillna(0.0).to_numpy(dtype=float)
    return np.repeat(times, repeat) + INTERVAL_S * within, known


def _surge(
    row: Mapping[Hashable, Any],
    time: np.datetime64,
    *,
    found: dict[tuple[str, ...], tuple[Array, Array]],
    keys: list[str],
) -> Surge:
    key = tuple(str(row[name]) for name in keys)
    if key not in found:
        raise ValueError(f"the onset {row['onset']} belongs to {' '.join(key)}, of which there is no series; add it")
    times, counts = found[key]
    at = float(time.astype("datetime64[s]").astype(np.int64))
    start = int(np.searchsorted(times, at, side="right")) - 1
    if start < 0 or at >= times[-1] + INTERVAL_S:
        raise ValueError(f"the onset {row['onset']} lies outside the series of {' '.join(key)}; correct one of them")
    begins = np.datetime64(int(times[start]), "s")
    return Surge(
        key=str(row["outage"]),
        counts=counts,
        start=start,
        onset=begins,
        onset_hour=(times[start] % 86_400) / 3_600,
        day=str(time)[:10] if pd.isna(row.get("day")) else str(row["day"]),
        fold=_fold(row.get("fold")),
    )


def _fold(value: Any) -> int:
    number = pd.to_numeric(pd.Series([value]), errors="coerce").iloc[0]
    return -1 if pd.isna(number) else int(number)


def _times(texts: pd.Series, name: str) -> list[np.datetime64]:
    """UTC without a zone; texts with an offset are converted, those without are UTC."""
    read = pd.to_datetime(texts, utc=True, errors="coerce", format="ISO8601")
    if read.isna().any():
        row = int(np.flatnonzero(read.isna())[0])
        raise ValueError(f"{name} must be a time such as 2026-03-01 10:15:00, got {texts.iloc[row]!r} in row {row + 2}")
    return list(read.dt.tz_localize(None).to_numpy().astype("datetime64[s]"))
