"""What a queue's running day is compared with: its past days beside their forecasts, kept small with each forecast.

The forecaster makes it in the background when it forecasts the day; the live loop only reads it, so that the rest of
the day can be forecast anew, and the counts watched, within milliseconds.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from connectors.storage.read import get_setting
from connectors.storage.write import put_setting
from forecasting.surge.onset import Watch, calibrate
from forecasting.volume import OpenCalendar, VolumeForecaster
from forecasting.volume.days import Floats
from forecasting.volume.past_days import PastDays

SETTING = "ordinary_day.memory"
WEEK = 7


@dataclass(frozen=True, eq=False)
class DayMemory:
    """One queue's: the local day it is for (since 1970-01-01), what was forecast for it by slot, and the past days.

    `watch` is set on those days at the queue's share of the centre's false alarms.
    """

    day: int
    model: str
    expected: Floats
    past: PastDays
    watch: Watch


def remember(
    forecaster: VolumeForecaster, *, calendar: OpenCalendar, rate_per_week: float, interval_s: int
) -> DayMemory | None:
    """Made of a fitted forecaster; None where its history is too short to forecast a day."""
    ahead = forecaster.day_ahead()
    if ahead is None:
        return None
    past = forecaster.past_days()
    minutes = [sum(closes - opens for opens, closes in spans) for spans in calendar.opening.spans]
    days = sum(1 for each in minutes if each)
    watch = calibrate(
        past,
        rate_per_week=rate_per_week,
        days_per_week=float(max(days, 1)),
        intervals_per_day=60.0 * sum(minutes) / interval_s / max(days, 1),
    )
    return DayMemory(ahead[0], forecaster.name, ahead[1], past, watch)


def keep(session: Session, queue: str, memory: DayMemory | None, *, fingerprint: str) -> None:
    """Store it under the queue, or that there is none; `fingerprint` tells readers whether it changed."""
    put_setting(session, f"{SETTING}.{queue}", json.dumps(_encoded(memory) if memory else None))
    known = fingerprints(session) | {queue: fingerprint}
    put_setting(session, SETTING, json.dumps(known))


def fingerprints(session: Session) -> dict[str, str]:
    """By queue, what changes with its memory."""
    known: dict[str, str] = json.loads(get_setting(session, SETTING) or "{}")
    return known


def recall(session: Session, queue: str) -> DayMemory | None:
    """The memory kept last; None where there is none, or only one of an older version, which is soon made anew."""
    stored = json.loads(get_setting(session, f"{SETTING}.{queue}") or "null")
    return None if stored is None or "spread" not in stored["watch"] else _decoded(stored)


def _encoded(memory: DayMemory) -> dict[str, Any]:
    return {
        "day": memory.day,
        "model": memory.model,
        "watch": memory.watch.to_json(),
        "days": memory.past.day.tolist(),
        "slots": len(memory.expected),
        "expected": _packed(np.vstack([memory.past.expected, memory.expected])),
        "counts": _packed(memory.past.counts),
    }


def _decoded(stored: dict[str, Any]) -> DayMemory:
    shape = (-1, stored["slots"])
    expected = _unpacked(stored["expected"]).reshape(shape)
    past = PastDays(
        np.asarray(stored["days"], dtype=np.int64), expected[:-1], _unpacked(stored["counts"]).reshape(shape)
    )
    watch = Watch.from_json(stored["watch"], n_slots=stored["slots"])
    return DayMemory(stored["day"], stored["model"], expected[-1], past, watch)


def _packed(values: Floats) -> str:
    return base64.b64encode(zlib.compress(values.astype(np.float32).tobytes(), 6)).decode()


def _unpacked(text: str) -> Floats:
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), dtype=np.float32).astype(np.float64)
