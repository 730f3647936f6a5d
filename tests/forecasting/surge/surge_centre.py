"""A centre in a surge: one queue or four, three days of quarter-hours, an onset on a Tuesday at ten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecasting.outages import Outage
from forecasting.surge import SurgeForecast, SurgeQueue, forecast_surge
from forecasting.surge.library.shipped import shipped_nowcaster

Floats = npt.NDArray[np.float64]
ONSET = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
START = 36
INDEX = pd.date_range("2026-11-24", periods=START + 4 * 76, freq="15min", tz="UTC", unit="us", name="interval_start")
HOUR = np.asarray(INDEX.tz_convert("Europe/Berlin").hour)
OFFICE = (HOUR >= 8) & (HOUR < 20)
ALWAYS = np.ones(len(INDEX), dtype=bool)
CENTRE = {
    "hotline": ("call", 100.0, OFFICE),
    "chat": ("chat", 40.0, OFFICE),
    "mail": ("email", 30.0, ALWAYS),
    "form": ("ticket", 20.0, ALWAYS),
}
KNOWN = Outage(onset=ONSET, affected_low=9e4, affected_high=1.1e5)
UNKNOWN = Outage(onset=ONSET)


def wave(*, top: float = 1200.0, rise: float = 4.0, life: float = 10.0, begins: int = START) -> Floats:
    """Contacts above normal of one surge: a straight rise in `rise` intervals, then decay with mean life `life`."""
    step = np.arange(len(INDEX)) - begins + 1.0
    shape = np.minimum(step / rise, 1.0) * np.exp(-np.maximum(step - rise, 0.0) / life)
    return np.asarray(np.where(step > 0, top * shape, 0.0))


def one_queue(above: Floats, n: int, *, mask: npt.NDArray[np.bool_] = ALWAYS, normal: float = 60.0) -> SurgeQueue:
    """A telephone queue with its counts up to `n` intervals after the onset."""
    usual = np.where(mask, normal * (1 + 0.5 * np.sin((HOUR - 8) * np.pi / 12)), 0.0)
    counted = np.where(np.arange(len(INDEX)) < START + n, usual + np.where(mask, above, 0.0), np.nan)
    return SurgeQueue("all", "call", usual, mask, counted)


def four_queues(above: Floats, n: int) -> list[SurgeQueue]:
    """Four channels that share one surge by the assumed split, tickets and mails two quarter-hours late."""
    parts = {"hotline": (0.64, 0), "chat": (0.14, 0), "mail": (0.12, 2), "form": (0.10, 2)}
    made = []
    for key, (channel, level, mask) in CENTRE.items():
        part, late = parts[key]
        normal = np.where(mask, level, 0.0)
        own = part * np.concatenate([np.zeros(late), above[: len(above) - late]])
        seen = np.where(np.arange(len(INDEX)) < START + n, normal + np.where(mask, own, 0.0), np.nan)
        made.append(SurgeQueue(key, channel, normal, mask, seen))
    return made


def at(n: int) -> datetime:
    """The end of the n-th interval after the onset."""
    return ONSET + timedelta(minutes=15 * n)


def outlook(outage: Outage, queues: list[SurgeQueue], n: int, **more: Any) -> SurgeForecast:
    """The board's outlook after n intervals."""
    chosen: dict[str, Any] = {"index": INDEX, "now": at(n), "timezone": "Europe/Berlin", **more}
    return forecast_surge(outage, queues, library=shipped_nowcaster(), **chosen)
