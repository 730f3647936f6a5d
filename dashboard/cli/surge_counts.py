"""Counts and normal volume around an onset, as `forecast surge` reads them from files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import pandas as pd

from dashboard.cli.surge_files import read_table
from dashboard.cli.volume_options import Histories, load
from forecasting.intervals import floor_interval, interval_index
from forecasting.surge.library.activity import busiest_hour
from forecasting.surge.library.levels import Array
from forecasting.surge.library.surges import END_AHEAD, trimmed_baseline
from forecasting.volume import make_forecaster

INTERVAL_S = 900
_STEP = pd.Timedelta(seconds=INTERVAL_S)
_BEFORE = 28  # intervals looked at before the onset
_LEAST_HISTORY = pd.Timedelta(days=14)
_FORECASTER = "two_way"


@dataclass(frozen=True)
class SurgeCounts:
    """Counts of the struck queues together.

    Attributes
    ----------
    start, as_of
        Beginning of the onset's interval and end of the last counted one, UTC; equal where none is counted yet.
    before, since
        Contacts above normal, per interval, before and since the onset.
    normal
        Normal counts from `start` to eight hours or more after `as_of`, index interval_start.
    normal_from
        `file`, `two_way` (forecast from what precedes) or `flat` (mean of the hours before).
    busiest
        Hour of the day about which the normal day is busiest, None where that is not known.
    """

    start: pd.Timestamp
    as_of: pd.Timestamp
    before: Array
    since: Array
    normal: pd.Series
    normal_from: str
    busiest: float | None
    notes: tuple[str, ...]


def read_counts(
    path: Path,
    *,
    onset: pd.Timestamp,
    now: pd.Timestamp,
    queues: tuple[str, ...],
    timezone: str,
    baseline: str,
    n_ahead: int = END_AHEAD,
) -> SurgeCounts:
    """Read counts up to `now`, and what is normal up to `n_ahead` intervals later.

    ClickException (exit 1) where they cannot be used.
    """
    histories = load(
        path,
        queue_column="queue",
        interval_s=INTERVAL_S,
        timezone=timezone,
        opening=None,
        holidays="",
        duplicates="error",
    )
    struck = _struck(histories, queues, path)
    notes = list(histories.notes)
    start = floor_interval(onset, INTERVAL_S)
    until = floor_interval(now, INTERVAL_S)
    end = max(until, start)
    total = pd.concat([histories.queues[name] for name in struck], axis=1).sum(axis=1, min_count=1)
    total = total[total.index < until]
    known = total.dropna()
    as_of = min(max(known.index[-1] + _STEP, start), end) if len(known) else start
    if as_of + END_AHEAD * _STEP <= until:
        raise click.ClickException(
            f"{path} ends at {as_of:%Y-%m-%dT%H:%M} UTC, more than 8 hours before --now; bring newer counts"
        )
    if as_of < end:
        notes.append(f"Counts end at {as_of:%Y-%m-%d %H:%M} UTC; the forecast starts there.")
    first = max(start - _BEFORE * _STEP, known.index[0]) if len(known) else start
    index = interval_index(min(first, start), as_of + n_ahead * _STEP, INTERVAL_S)
    counts = _filled(total.reindex(index[index < as_of]), start=start, notes=notes)
    normal, source, busiest = _normal(
        histories, struck, index=index, start=start, counts=counts, baseline=baseline, timezone=timezone
    )
    above = np.maximum(counts.to_numpy() - normal[counts.index].to_numpy(), 0.0)
    n_before = int((counts.index < start).sum())
    return SurgeCounts(
        start, as_of, above[:n_before], above[n_before:], normal[index >= start], source, busiest, tuple(notes)
    )


def _struck(histories: Histories, queues: tuple[str, ...], path: Path) -> list[str]:
    if not queues or list(histories.queues) == ["all"]:
        return list(histories.queues)
    found = [name for name in queues if name in histories.queues]
    if not found:
        has = ", ".join(list(histories.queues)[:12])
        raise click.ClickException(f"{path} has no queue {', '.join(queues)}, but: {has}; correct queues in the facts")
    return found


def _filled(counts: pd.Series, *, start: pd.Timestamp, notes: list[str]) -> pd.Series:
    """Unknown intervals take the count before them, so that nothing later is used; those at the beginning are cut."""
    missing = int(counts[counts.index >= start].isna().sum())
    if missing:
        notes.append(f"{missing} unknown intervals since the onset were filled with the count before them.")
    filled = counts.ffill()
    filled[filled.index >= start] = filled[filled.index >= start].fillna(0.0)
    return filled.dropna()


def _normal(
    histories: Histories,
    struck: list[str],
    *,
    index: pd.DatetimeIndex,
    start: pd.Timestamp,
    counts: pd.Series,
    baseline: str,
    timezone: str,
) -> tuple[pd.Series, str, float | None]:
    """Normal counts over `index`, where they come from, and the busiest hour."""
    if baseline != "auto":
        day = _from_file(Path(baseline), struck, timezone=timezone)
        missing = index[(index >= start) & ~index.isin(day.index)]
        if len(missing):
            raise click.ClickException(
                f"{baseline} lacks {missing[0]:%Y-%m-%dT%H:%M} UTC; "
                "it must reach from the onset to 8 hours after the last count, or as far as --hours says"
            )
        return day.reindex(index).bfill(), "file", _busiest(day, timezone)
    first = min(histories.queues[name].index[0] for name in struck)
    if start - first >= _LEAST_HISTORY:
        days = interval_index(min(index[0], start - pd.Timedelta(days=1)), index[-1] + _STEP, INTERVAL_S)
        parts = [_forecast(histories, name, days) for name in struck]
        day = pd.concat(parts, axis=1).sum(axis=1)
        return day[index], _FORECASTER, _busiest(day, timezone)
    before = counts[counts.index < start].to_numpy(dtype=float)
    level = trimmed_baseline(before) if len(before) else 0.0
    return pd.Series(level, index=index), "flat", None


def _forecast(histories: Histories, queue: str, days: pd.DatetimeIndex) -> pd.Series:
    past, calendar = histories.at(queue, days[0])
    if not past.notna().any():
        return pd.Series(0.0, index=days)
    fitted = make_forecaster(_FORECASTER).fit(past, calendar, interval_s=INTERVAL_S)
    return fitted.predict(days).fillna(0.0)


def _from_file(path: Path, struck: list[str], *, timezone: str) -> pd.Series:
    """A file as `forecast volume` writes it: [queue],interval_start,mean (or p50)."""
    table = read_table(path)
    column = next((name for name in ("mean", "p50", "offered") if name in table.columns), None)
    if column is None or "interval_start" not in table.columns:
        raise click.ClickException(f"{path} needs interval_start and mean, got: {', '.join(table.columns)}")
    if "queue" in table.columns and set(struck) & set(table["queue"]):
        table = table[table["queue"].isin(struck)]
    times = pd.to_datetime(table["interval_start"], errors="coerce", format="ISO8601", utc=_aware(table))
    number = pd.to_numeric(table[column], errors="coerce")
    if times.isna().any() or number.isna().any() or (number < 0).any() or np.isinf(number).any():
        raise click.ClickException(f"{path} has a time or a {column} that cannot be read; write it by forecast volume")
    index = pd.DatetimeIndex(times)
    if index.tz is None:
        index = index.tz_localize(timezone, ambiguous=True, nonexistent="shift_forward")
    series = number.astype(float).set_axis(index.tz_convert("UTC").as_unit("us")).groupby(level=0).sum().sort_index()
    if len(series) > 1 and pd.DatetimeIndex(series.index).diff().min() != _STEP:
        raise click.ClickException(f"{path} needs intervals of 15 min; write it by forecast volume --interval 15min")
    return series


def _aware(table: pd.DataFrame) -> bool:
    return bool(table["interval_start"].str.contains(r"(?:Z|[+-]\d{2}:?\d{2})$", regex=True, na=False).all())


def _busiest(day: pd.Series, timezone: str) -> float | None:
    index = pd.DatetimeIndex(day.index).tz_convert(timezone)
    hour = (index.hour + index.minute / 60).to_numpy(dtype=float)
    return busiest_hour(hour, day.to_numpy(dtype=float))
