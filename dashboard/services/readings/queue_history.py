"""What the ordinary day learns from: a queue's past counts without the intervals that an outage spoiled.

The store has rows only where contacts came. An open interval without a row counts as zero on every local day on which
any queue of the same source brought something; on other days the source may have been silent, so they stay unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from connectors.storage.read import get_incidents, get_volumes
from connectors.storage.rows import QueueRow
from dashboard.domain.incidents import IncidentFacts
from dashboard.services.readings import entered_days
from dashboard.services.readings.freshness import queues_of
from dashboard.settings import Settings
from forecasting.intervals import BASE_INTERVAL_S, OpeningHours, interval_index
from forecasting.volume import OpenCalendar

# Ten hours of congestion after a two-hour outage were published; what follows is ordinary again for the forecast.
RECOVERY = timedelta(hours=12)
MIN_HANDLED = 50


@dataclass(frozen=True, slots=True)
class QueueHistory:
    """Counts of open intervals (missing: unknown), what an outage took out, and the measured handling time."""

    offered: pd.Series
    masked: int
    aht_s: float | None
    handled: int
    outages: frozenset[date] = frozenset()  # local dates of which an outage took every count


def calendar_of(queue: QueueRow) -> OpenCalendar:
    """The queue's opening hours and entered days as the maths takes them; ValueError where they cannot be read."""
    return OpenCalendar(
        OpeningHours.parse(queue.opening),
        queue.timezone,
        queue.holidays,
        closures=entered_days.closures(queue.calendar),
        special=entered_days.special(queue.calendar),
    )


def load_histories(
    session: Session, queues: Sequence[QueueRow], *, settings: Settings, start: datetime, end: datetime
) -> dict[str, QueueHistory]:
    """Each queue's history in [start, end)."""
    frame = get_volumes(session, start=start, end=end)
    incidents = [IncidentFacts.from_json(row.facts) for row in get_incidents(session)]
    by_queue = {str(key): part.set_index("interval_start") for key, part in frame.groupby("queue", sort=False)}
    partners = _partners(queues, settings)
    return {
        queue.key: _history(
            by_queue.get(queue.key),
            calendar=calendar_of(queue),
            brought=[pd.DatetimeIndex(by_queue[key].index) for key in partners[queue.key] if key in by_queue],
            outages=[facts for facts in incidents if not facts.queues or queue.key in facts.queues],
            end=end,
        )
        for queue in queues
    }


def _partners(queues: Sequence[QueueRow], settings: Settings) -> Mapping[str, set[str]]:
    """For each queue the queues that share a source with it, itself among them."""
    fed = [queues_of(name, settings=settings, queues=queues) for name in settings.sources]
    return {queue.key: {queue.key}.union(*(group for group in fed if queue.key in group)) for queue in queues}


def _history(
    rows: pd.DataFrame | None,
    *,
    calendar: OpenCalendar,
    brought: Sequence[pd.DatetimeIndex],
    outages: Sequence[IncidentFacts],
    end: datetime,
) -> QueueHistory:
    if rows is None or rows.empty:
        empty = pd.Series(dtype=float, index=pd.DatetimeIndex([], tz="UTC", name="interval_start"), name="offered")
        return QueueHistory(empty, masked=0, aht_s=None, handled=0)
    grid = interval_index(rows.index.min(), end, BASE_INTERVAL_S)
    grid = grid[calendar.open_mask(grid)]
    known = calendar.local(grid).normalize().isin(_days(brought, calendar))
    spoiled = outage_mask(grid, outages, now=end)
    kept = grid[known & ~spoiled]
    offered = rows["offered"].reindex(kept, fill_value=0).astype(float).rename("offered")
    aht_s, handled = _measured_aht(rows, outages, end=end)
    return QueueHistory(
        offered,
        masked=int((known & spoiled).sum()),
        aht_s=aht_s,
        handled=handled,
        outages=_spoiled_days(grid, spoiled, calendar),
    )


def _spoiled_days(grid: pd.DatetimeIndex, spoiled: np.ndarray, calendar: OpenCalendar) -> frozenset[date]:
    """Days of which an outage touched every open interval: unknown, but no closures."""
    days = calendar.local(grid).date
    return frozenset(days[spoiled]) - frozenset(days[~spoiled])


def _days(brought: Sequence[pd.DatetimeIndex], calendar: OpenCalendar) -> pd.DatetimeIndex:
    days = [calendar.local(index).normalize().unique() for index in brought]
    return pd.DatetimeIndex(days[0].append(days[1:]).unique()) if days else pd.DatetimeIndex([])


def outage_mask(grid: pd.DatetimeIndex, outages: Sequence[IncidentFacts], *, now: datetime) -> np.ndarray:
    """Which intervals an outage touched: from its start to 12 hours after its end, to `now` while it is open."""
    spoiled = np.zeros(len(grid), dtype=bool)
    width = pd.Timedelta(seconds=BASE_INTERVAL_S)
    for facts in outages:
        until = now if facts.is_open else (facts.ended_at or facts.started_at) + RECOVERY
        spoiled |= np.asarray((grid + width > pd.Timestamp(facts.started_at)) & (grid < pd.Timestamp(until)))
    return spoiled


def _measured_aht(rows: pd.DataFrame, outages: Sequence[IncidentFacts], *, end: datetime) -> tuple[float | None, int]:
    """Mean handling time of the last four weeks' ordinary intervals, where at least 50 contacts were handled."""
    recent = rows[rows.index >= pd.Timestamp(end) - pd.Timedelta(weeks=4)]
    recent = recent[~outage_mask(pd.DatetimeIndex(recent.index), outages, now=end)]
    handled = recent["handled"].sum(min_count=1)
    if pd.isna(handled) or handled < MIN_HANDLED:
        return None, 0 if pd.isna(handled) else int(handled)
    return float(recent["handle_s_sum"].sum() / handled), int(handled)
