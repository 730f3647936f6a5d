"""The handling time the board computes with: measured where enough contacts were handled, else the queue's setting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.storage.rows import ForecastRow, QueueRow
from dashboard.services.readings.board_data import QueueData
from dashboard.services.readings.recent_counts import RecentCounts

MIN_HANDLED_LATELY = 30
MEASURED, SETTING = "measured", "setting"


@dataclass(frozen=True, slots=True)
class HandlingTime:
    """Seconds a contact, where they come from, and as of when they were measured; None for a setting."""

    seconds: float
    source: str
    as_of: datetime | None


def planned(queue: QueueData) -> HandlingTime:
    """For forecasts of work: the mean of the last four weeks' ordinary intervals, else the setting."""
    return from_forecast(queue.row, queue.baseline)


def from_forecast(row: QueueRow, baseline: ForecastRow | None) -> HandlingTime:
    """As `planned`, where only the ordinary day's forecast is at hand; it carries what was measured for it."""
    measured = baseline.basis.get("aht_s") if baseline else None
    if baseline and measured:
        return HandlingTime(float(measured), MEASURED, baseline.made_at)
    return HandlingTime(row.aht_s, SETTING, None)


def current(queue: QueueData, counts: RecentCounts) -> HandlingTime:
    """For the work queued now: the mean of the last hour where 30 contacts were handled in it, else as planned."""
    if counts.handled and counts.handle_s and counts.handled >= MIN_HANDLED_LATELY:
        return HandlingTime(counts.handle_s / counts.handled, MEASURED, queue.until)
    return planned(queue)
