"""All that the live views are made of, read once: volumes, forecasts, states and freshness of every queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pandas as pd
from sqlalchemy.orm import Session

from connectors.storage.read import (
    get_forecast,
    get_incidents,
    get_open_contacts,
    get_queues,
    get_sources,
    get_states,
    get_volumes,
)
from connectors.storage.rows import (
    ForecastRow,
    IncidentRow,
    OpenContactsRow,
    QueueRow,
    QueueStateRow,
)
from dashboard.domain.clock import Clock
from dashboard.services.readings import demand, freshness
from dashboard.services.readings.demand import Demand
from dashboard.services.readings.error_links import ErrorLinks, get_links
from dashboard.services.readings.freshness import INTERVAL, Freshness
from dashboard.services.readings.local_days import local_midnight
from dashboard.services.readings.queue_history import calendar_of
from dashboard.services.readings.volumes import EMPTY, Volumes, by_queue
from dashboard.settings import Settings
from forecasting.intervals import BASE_INTERVAL_S

SPARKLINE = timedelta(hours=6)
# The chart ends with the local day, or with the next one where less than this is left of it.
LEFT_OF_DAY = timedelta(hours=6)
# So long after midnight yesterday's forecast is still asked for what was normal in the last hour.
AFTER_MIDNIGHT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class QueueData:
    """One queue's part. `surges` are the forecasts for open incidents, oldest incident first."""

    row: QueueRow
    fresh: Freshness
    is_open: bool
    volumes: Volumes
    normal: Demand | None
    baseline: ForecastRow | None
    surges: tuple[ForecastRow, ...]
    open_contacts: OpenContactsRow | None
    state: QueueStateRow | None
    update: ForecastRow | None = None  # of the rest of today, made anew inside the day

    @property
    def seen(self) -> bool:
        """Whether a source has ever told of the queue; before that its counts are unknown, not zero."""
        told = self.open_contacts is not None or self.state is not None or self.baseline is not None
        return told or not self.volumes.is_empty

    @property
    def surge(self) -> Demand | None:
        """What all open incidents bring together."""
        return demand.independent_sum([demand.from_forecast(row) for row in self.surges])

    @property
    def ordinary(self) -> Demand | None:
        """The ordinary day, its rest as last updated; under a surge as it was, for the surge is counted above it."""
        if self.normal is None or self.update is None or self.surges:
            return self.normal
        return demand.replaced(self.normal, demand.from_forecast(self.update))

    @property
    def expected(self) -> Demand | None:
        """The ordinary day with every surge on top."""
        return demand.independent_sum([part for part in (self.ordinary, self.surge) if part is not None])

    @property
    def until(self) -> datetime | None:
        """The end of what is known: its last interval is under way, all before it are closed."""
        return self.fresh.as_of


@dataclass(frozen=True, slots=True)
class BoardData:
    """Everything at one moment."""

    now: datetime
    day_start: datetime
    ahead_end: datetime
    queues: tuple[QueueData, ...]
    incidents: tuple[IncidentRow, ...]  # open ones, newest first
    links: ErrorLinks = field(default_factory=ErrorLinks)  # how much the queues' forecast errors go together


def load(session: Session, *, settings: Settings, clock: Clock) -> BoardData:
    """Read the board's data as of now."""
    now = clock()
    zone = settings.board.timezone
    day_start = local_midnight(now, zone)
    ahead_end = local_midnight(now, zone, days=1)
    if ahead_end - now < LEFT_OF_DAY:
        ahead_end = local_midnight(now, zone, days=2)
    incidents = tuple(get_incidents(session, open_only=True))
    rows = get_queues(session)
    baselines = {row.key: _baseline(session, row.key, now=now, start=day_start, end=ahead_end) for row in rows}
    normal = {key: demand.from_forecast(found) for key, found in baselines.items() if found and found.points}
    fresh = freshness.by_queue(settings, get_sources(session), queues=rows, now=now)
    seen_from = min(day_start, floor(now) - SPARKLINE)
    volumes = by_queue(get_volumes(session, start=seen_from, end=now))
    contacts = {found.queue: found for found in get_open_contacts(session, now=now)}
    states = {found.queue: found for found in get_states(session)}
    for key in normal:
        last = _last_contact(volumes.get(key, EMPTY), states.get(key), now=now)
        fresh[key] = freshness.after_silence(
            fresh[key],
            last or seen_from,
            normal=normal[key],
            now=now,
            stale_after_s=settings.board.stale_after_s,
        )
    queues = tuple(
        QueueData(
            row=row,
            fresh=fresh[row.key],
            is_open=is_open(row, now),
            volumes=volumes.get(row.key, EMPTY),
            normal=normal.get(row.key),
            baseline=baselines[row.key],
            surges=_surges(session, row.key, incidents=incidents, start=floor(now) - INTERVAL, end=ahead_end),
            open_contacts=contacts.get(row.key),
            state=states.get(row.key),
            update=_update(session, row, now=now),
        )
        for row in rows
    )
    return BoardData(now, day_start, ahead_end, queues, incidents, get_links(session))


def floor(moment: datetime) -> datetime:
    """The beginning of the interval under way."""
    return datetime.fromtimestamp(moment.timestamp() // BASE_INTERVAL_S * BASE_INTERVAL_S, UTC)


def is_open(row: QueueRow, now: datetime) -> bool:
    """Whether the queue takes contacts in the interval under way."""
    index = pd.DatetimeIndex([floor(now)])
    return bool(calendar_of(row).open_mask(index)[0])


def _last_contact(volumes: Volumes, state: QueueStateRow | None, *, now: datetime) -> datetime | None:
    """The end of the last interval that brought a contact, or the last reported state; None: not in sight."""
    told = [state.at] if state else []
    last = volumes.last_with_contacts()
    if last is not None:
        told.append(min(now, last + INTERVAL))
    return max(told, default=None)


def _baseline(session: Session, queue: str, *, now: datetime, start: datetime, end: datetime) -> ForecastRow | None:
    """Today's forecast; shortly after midnight with the end of yesterday's before it."""
    latest = get_forecast(session, queue, kind="baseline", start=start, end=end)
    if latest is None or now - start > AFTER_MIDNIGHT:
        return latest
    earlier = get_forecast(session, queue, kind="baseline", made_before=start, start=start - AFTER_MIDNIGHT, end=start)
    return replace(latest, points=earlier.points + latest.points) if earlier else latest


def _update(session: Session, row: QueueRow, *, now: datetime) -> ForecastRow | None:
    """The last update of the running local day."""
    start = local_midnight(now, row.timezone)
    found = get_forecast(session, row.key, kind="intraday", start=start)
    return found if found and found.made_at >= start and found.points else None


def _surges(
    session: Session, queue: str, *, incidents: Sequence[IncidentRow], start: datetime, end: datetime
) -> tuple[ForecastRow, ...]:
    found = (
        get_forecast(session, queue, kind="surge", incident_id=incident.id, start=start, end=end)
        for incident in reversed(incidents)
    )
    return tuple(row for row in found if row is not None and row.points)
