"""People needed per interval: for the median and for the upper end of what is expected, with any surge on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from sqlalchemy.orm import Session

from connectors.storage.read import get_forecast, get_incidents, get_queues
from connectors.storage.rows import ForecastRow, QueueRow
from dashboard.domain.board import QueueStaffing, StaffingCell, StaffingView
from dashboard.domain.clock import Clock
from dashboard.services.readings import demand, handling_time
from dashboard.services.readings.demand import Demand
from dashboard.services.readings.local_days import local_midnight
from dashboard.services.readings.queue_history import calendar_of
from dashboard.services.staffing import roster_people
from dashboard.services.staffing.requirement import model_of, people
from dashboard.settings import Settings
from forecasting.intervals import BASE_INTERVAL_S

DAYS = 2


def view(session: Session, *, settings: Settings, clock: Clock, first_day: int = 0, days: int = DAYS) -> StaffingView:
    """The staffing of some local days of the board, today and tomorrow unless asked otherwise.

    Only open intervals for which something is forecast are listed; a queue without a forecast has none. With a surge,
    intervals outside opening hours are listed as well where contacts are expected in them.
    """
    now = clock()
    zone = settings.board.timezone
    start, end = local_midnight(now, zone, days=first_day), local_midnight(now, zone, days=first_day + days)
    incidents = [row.id for row in get_incidents(session, open_only=True)]
    made, queues = [], []
    rows = sorted(get_queues(session), key=lambda row: (row.label.casefold(), row.key))
    for row in rows:
        found = _forecasts(session, row.key, incidents=incidents, start=start, end=end)
        made += [one.made_at for one in found]
        queues.append(_queue(row, found))
    return StaffingView(
        now=now,
        drill=settings.drill,
        timezone=zone,
        interval_s=BASE_INTERVAL_S,
        made_at=max(made, default=None),
        queues=_with_roster(session, queues, rows),
    )


def _with_roster(
    session: Session, queues: Sequence[QueueStaffing], rows: Sequence[QueueRow]
) -> tuple[QueueStaffing, ...]:
    """The people that the roster in force schedules, beside those needed."""
    times = sorted({cell.at for queue in queues for cell in queue.cells})
    if not times:
        return tuple(queues)
    place = {at: i for i, at in enumerate(times)}
    need = {queue.key: np.zeros(len(times)) for queue in queues}
    for queue in queues:
        for cell in queue.cells:
            need[queue.key][place[cell.at]] = cell.agents_p50
    there = roster_people.rostered(session, rows, starts=times, need=need)
    return tuple(
        replace(queue, cells=tuple(_rostered(cell, float(there[queue.key][place[cell.at]])) for cell in queue.cells))
        if queue.key in there
        else queue
        for queue in queues
    )


def _rostered(cell: StaffingCell, people: float) -> StaffingCell:
    if np.isnan(people):
        return cell
    short = (max(cell.scheduled_p50 - people, 0.0), max(cell.scheduled_p90 - people, 0.0))
    return replace(cell, rostered=people, short_p50=short[0], short_p90=short[1])


def _forecasts(
    session: Session, queue: str, *, incidents: list[int], start: datetime, end: datetime
) -> list[ForecastRow]:
    """The ordinary day first, then each open incident's surge."""
    baseline = get_forecast(session, queue, kind="baseline", start=start, end=end)
    surges = (
        get_forecast(session, queue, kind="surge", incident_id=incident, start=start, end=end) for incident in incidents
    )
    return [row for row in (baseline, *surges) if row is not None and row.points]


def _queue(row: QueueRow, found: list[ForecastRow]) -> QueueStaffing:
    aht = handling_time.from_forecast(row, next((one for one in found if one.kind == "baseline"), None))
    expected = demand.independent_sum([demand.from_forecast(one) for one in found])
    return QueueStaffing(
        key=row.key,
        label=row.label,
        channel=row.channel,
        model=model_of(row),
        service_level=row.service_level,
        answer_within_s=row.answer_within_s,
        aht_s=aht.seconds,
        aht_source=aht.source,
        patience_s=row.patience_s,
        shrinkage=row.shrinkage,
        max_occupancy=row.max_occupancy,
        concurrency=row.concurrency,
        cells=_cells(row, expected, aht_s=aht.seconds) if expected else (),
    )


def _cells(row: QueueRow, expected: Demand, *, aht_s: float) -> tuple[StaffingCell, ...]:
    shown = calendar_of(row).open_mask(expected.index()) | (expected.p90 > 0)
    p50, p90 = expected.p50[shown], expected.p90[shown]
    both = people(row, np.concatenate([p50, p90]), aht_s=aht_s)
    n = len(p50)
    columns = (
        p50.tolist(),
        p90.tolist(),
        both.agents[:n].tolist(),
        both.agents[n:].tolist(),
        both.scheduled[:n].tolist(),
        both.scheduled[n:].tolist(),
        both.service_level[:n].tolist(),
        both.occupancy[:n].tolist(),
    )
    times = [at for at, kept in zip(expected.times(), shown.tolist(), strict=True) if kept]
    return tuple(map(StaffingCell, times, *columns))
