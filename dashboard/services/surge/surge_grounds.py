"""What a surge outlook rests on, as plain values that are kept with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from forecasting.intervals import BASE_INTERVAL_S
from forecasting.surge import SurgeForecast
from forecasting.surge.forecast import LIBRARY
from forecasting.surge.library.nowcast import NearSurge
from forecasting.surge.library.shipped import shipped_scores
from forecasting.surge.own import OWN_KEY

INTERVAL_MIN = BASE_INTERVAL_S // 60
TOTAL = "total_4h"


def of(outlook: SurgeForecast) -> dict[str, Any]:
    """The next four hours, peak, end, people, nearest past surges and last score, by the names of `SurgeBasis`."""
    said, levels = outlook.nowcast, outlook.levels
    middle = levels[len(levels) // 2]
    again = outlook.normal_again
    return {
        "model": outlook.model,
        "elapsed_min": INTERVAL_MIN * outlook.n_elapsed,
        "next_4h": [outlook.next_4h[level] for level in levels],
        "peak": [outlook.peak.size[level] for level in levels],
        "peak_at": _iso(outlook.peak.at[middle]),
        "clear": [_iso(again[levels[0]]), _iso(again[levels[-1]])],
        "people": [outlook.people[level] for level in levels],
        "library": outlook.library_size,
        "own": outlook.library_own,
        "nearest": [past(one) for one in said.nearest] if said else [],
        "score": score(outlook.n_elapsed) if outlook.model == LIBRARY else None,
        "notes": list(outlook.notes),
    }


def past(one: NearSurge) -> dict[str, Any]:
    """A past surge by the names of `PastSurge`."""
    return {
        "total": one.total,
        "peak": one.peak,
        "end_min": INTERVAL_MIN * one.end_intervals,
        "own": one.key.startswith(OWN_KEY),
    }


def score(n_elapsed: int) -> dict[str, Any]:
    """Cross-validated score of the total at the judged time nearest below."""
    judged = sorted(minutes for target, minutes in shipped_scores() if target == TOTAL)
    at = max((minutes for minutes in judged if minutes <= INTERVAL_MIN * n_elapsed), default=judged[0])
    found = shipped_scores()[TOTAL, at]
    return {
        "ratio": found["crps"] / found["crps_scaling"],
        "coverage": found["coverage_80"],
        "n": int(found["n"]),
    }


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
