"""Twenty-six weeks of ordinary days before a drill, as Parquet files that the table source reads."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard.services.drill.drill_centre import QUEUES, ZONE, DrillQueue, day_volume, hours_of, shape_of
from forecasting.simulation import draw_counts, level_walk

INTERVAL_S = 900
WEEKS = 26
_DISPERSION = 1.6  # variance ÷ mean of a count, seen in real call data between 1 and 3
_DAY_SIGMA, _DAY_MEMORY = 0.05, 0.6
_AHT_SIGMA = 0.06


def write_history(folder: Path, *, day: date, seed: int, weeks: int = WEEKS) -> dict[str, Path]:
    """Write the weeks before `day`, one file a channel, and return the files by channel."""
    import pyarrow as pa
    from pyarrow import parquet

    folder.mkdir(parents=True, exist_ok=True)
    frames: dict[str, list[pd.DataFrame]] = {}
    for number, queue in enumerate(QUEUES):
        rng = np.random.default_rng([seed, number])
        frames.setdefault(queue.channel, []).append(queue_history(queue, day=day, weeks=weeks, rng=rng))
    files = {channel: folder / f"{channel}.parquet" for channel in frames}
    for channel, parts in frames.items():
        # Newest first: the first batches hold the weeks that the first forecast needs.
        rows = pd.concat(parts).sort_values("interval_start", ascending=False, kind="stable")
        table = pa.Table.from_pandas(rows, preserve_index=False)
        parquet.write_table(table, files[channel])
    return files


def queue_history(queue: DrillQueue, *, day: date, weeks: int, rng: np.random.Generator) -> pd.DataFrame:
    """Counts of one queue in its open intervals: queue, interval_start (UTC), offered, answered, abandoned, aht_s."""
    mean, index = _expected(queue, day=day, weeks=weeks, rng=rng)
    offered = draw_counts(mean, dispersion=_DISPERSION, rng=rng)
    abandoned = _abandoned(queue, offered, mean=mean, rng=rng)
    aht = queue.aht_s / queue.places * np.exp(_AHT_SIGMA * rng.standard_normal(len(mean)))
    answered = offered - abandoned
    return pd.DataFrame(
        {
            "queue": queue.key,
            "interval_start": index,
            "offered": offered,
            "answered": answered,
            "abandoned": abandoned,
            "aht_s": np.where(answered > 0, aht.round(1), np.nan),
        }
    )


def _expected(
    queue: DrillQueue, *, day: date, weeks: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float64], pd.DatetimeIndex]:
    """Expected contacts of the open intervals, and these intervals."""
    days = [day - timedelta(days=n) for n in range(7 * weeks, 0, -1)]
    walk = level_walk(len(days), sigma=_DAY_SIGMA, memory=_DAY_MEMORY, rng=rng)
    means, indexes = [], []
    for factor, one in zip(walk, days, strict=True):
        hours = hours_of(queue, one)
        if hours is None:
            continue
        starts = _local_day(one)
        hour = np.asarray(starts.hour + starts.minute / 60.0 + INTERVAL_S / 7200.0)
        shape = shape_of(queue, hour, hours=hours)
        is_open = shape > 0
        means.append((factor * day_volume(queue, one) * shape / shape.sum())[is_open])
        indexes.append(starts[is_open].tz_convert("UTC").asi8)
    index = pd.DatetimeIndex(np.concatenate(indexes).view("M8[us]"), tz="UTC")
    return np.concatenate(means), index


@lru_cache(maxsize=256)  # the same days for every queue
def _local_day(day: date) -> pd.DatetimeIndex:
    zone = ZoneInfo(ZONE)
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return pd.date_range(start, end, freq=f"{INTERVAL_S}s", inclusive="left", unit="us")


def _abandoned(
    queue: DrillQueue,
    offered: npt.NDArray[np.int64],
    *,
    mean: npt.NDArray[np.float64],
    rng: np.random.Generator,
) -> npt.NDArray[np.int64]:
    """Few give up on an ordinary day, more where a count lies above what the roster was made for."""
    if not np.isfinite(queue.patience_s):
        return np.zeros_like(offered)
    strain = offered / np.maximum(mean, 1.0) - 1.0
    share = np.clip(0.03 + 0.25 * np.maximum(strain, 0.0), 0.0, 0.5)
    return rng.binomial(offered, share)
