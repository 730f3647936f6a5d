"""The rest of the day, forecast anew each time an interval is over, and kept beside the forecast of the morning.

What was normal before the day began stays normal: the board's "× normal" and the surge model go on using it. An
incident, or an onset the watch saw, freezes the update at its beginning, so that no surge becomes the new normal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np

from connectors.storage.rows import ForecastPoint, ForecastRow
from dashboard.services.ordinary.running_day import Today
from forecasting.intervals import BASE_INTERVAL_S
from forecasting.surge.onset import watch_day
from forecasting.volume.intraday import DayUpdate, update_day

KIND = "intraday"
LEVELS = (0.1, 0.5, 0.9)


class DayUpdates:
    """Makes what is due; remembers up to where each queue's day has been taken into account."""

    def __init__(self) -> None:
        self._done: dict[str, tuple[int, int, int]] = {}

    def due(
        self, days: Iterable[Today], *, now: datetime, pooled: Mapping[str, int] | None = None
    ) -> list[ForecastRow]:
        """Forecasts of the rest of the day for every queue of which another interval is over.

        `pooled` gives the slot in which an alarm of several queues together began, by queue.
        """
        made, together = [], pooled or {}
        for today in days:
            key = today.queue.row.key
            used = min(frozen_at(today), together.get(key, today.first))
            state = (today.memory.day, today.first, used)
            if self._done.get(key) == state or not np.isfinite(today.counts).any() or not _is_left(today):
                continue
            self._done[key] = state
            update = update_day(
                today.memory.past, today.memory.expected, today.counts, first=today.first, used=used, levels=LEVELS
            )
            if update is not None:
                made.append(_row(today, update, used=used, now=now))
        return made


def frozen_at(today: Today) -> int:
    """The slot from which on counts no longer move the forecast: that of the first outage, or the first to come."""
    outages = np.flatnonzero(today.touched).tolist()
    onsets = [alarm.began for alarm in watch_day(today.memory.watch, today.memory.expected, today.counts)]
    return int(min([today.first, *outages, *onsets]))


def _is_left(today: Today) -> bool:
    return bool(today.is_open[today.first :].any())


def _row(today: Today, update: DayUpdate, *, used: int, now: datetime) -> ForecastRow:
    ahead = today.slot >= update.first
    slots, is_open = today.slot[ahead] - update.first, today.is_open[today.slot[ahead]]
    quantiles = np.where(is_open[:, None], update.quantiles[slots], 0.0)
    mean = np.where(is_open, update.mean[slots], 0.0)
    times = today.index[ahead].to_pydatetime()
    return ForecastRow(
        queue=today.queue.row.key,
        kind=KIND,
        made_at=now,
        model=today.memory.model,
        interval_s=BASE_INTERVAL_S,
        points=tuple(map(ForecastPoint, times, *quantiles.T.tolist(), mean.tolist())),
        basis={
            "updated": update.updated,
            "gain": round(update.gain, 4),
            "days": today.memory.past.n_days,
            "frozen_from": today.start_of(used).isoformat() if used < today.first else None,
        },
    )
