"""What a what-if starts from: the ordinary day and the surge as stored, and the people of the roster.

Where the roster does not tell, the people at work are those an ordinary day needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from connectors.storage.read import get_forecast, get_incidents, get_queues, get_roster, get_volumes
from connectors.storage.rows import IncidentRow, QueueRow
from dashboard.domain.clock import Clock
from dashboard.domain.incidents import IncidentFacts
from dashboard.services.readings import demand, handling_time
from dashboard.services.readings.board_data import floor
from dashboard.services.readings.demand import Demand, Floats
from dashboard.services.readings.freshness import INTERVAL
from dashboard.services.readings.queue_history import calendar_of
from dashboard.services.staffing import roster_people
from dashboard.services.staffing.requirement import is_live, people
from dashboard.services.surge import surge_assumptions
from dashboard.settings import Settings

LOOKED_AHEAD = timedelta(hours=24)  # the figures count what happens within this
SIGHT = timedelta(hours=48)  # the end of a surge's backlog is looked for within this
LEAD_IN = timedelta(hours=2)  # of counts before now, so that the model starts with the backlog they leave
REDIAL_DELAY_S = 300.0
LEVELS = ("p10", "p50", "p90")
_KEPT: dict[str, tuple[tuple[object, ...], Inputs]] = {}  # by store, the latest


@dataclass(frozen=True, slots=True, eq=False)
class QueueInputs:
    """One queue; arrays by interval, quantiles of demand as (3, n_intervals)."""

    row: QueueRow
    aht_s: float
    baseline: Floats
    surge: Floats
    is_open: NDArray[np.bool_]
    agents: Floats

    @property
    def live(self) -> bool:
        """Whether its customers wait on the line."""
        return is_live(self.row)


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """All queues over the same intervals; those before `first` are past, and no change reaches them."""

    now: datetime
    starts: tuple[datetime, ...]
    first: int
    counted: int  # intervals from `first` that the figures count
    timezone: str
    queues: tuple[QueueInputs, ...]
    incident: str
    affected: tuple[int, int] | None
    eta: datetime | None
    redial: float
    attempts: float  # calls per person who calls, in a surge
    rostered: tuple[str, ...] = ()  # queues whose people are the roster's, at least for a part of the time


def current(session: Session, *, settings: Settings, clock: Clock) -> Inputs:
    """As `read`; kept while neither a forecast nor the interval has changed, for a slider asks many times a second."""
    stamp = _stamp(session, now=clock())
    key = (settings.database_url, *stamp)
    kept = _KEPT.get(settings.database_url)
    if kept is None or kept[0] != key:
        kept = (key, read(session, settings=settings, clock=clock))
        _KEPT[settings.database_url] = kept
    return kept[1]


def _stamp(session: Session, *, now: datetime) -> tuple[object, ...]:
    """What changes whenever the inputs do: the interval, the queues, incidents with revisions, latest forecasts."""
    queues = get_queues(session)
    incidents = tuple((row.id, row.revision) for row in get_incidents(session, open_only=True))
    asked = [("baseline", None), *(("surge", one) for one, _ in incidents)]
    nothing = datetime(1970, 1, 1, tzinfo=UTC)
    made = [
        row and row.made_at
        for kind, incident in asked
        for row in [
            get_forecast(session, queues[0].key, kind=kind, incident_id=incident, end=nothing) if queues else None
        ]
    ]
    roster = get_roster(session)
    return floor(now), tuple(queues), incidents, tuple(made), roster and roster.id


def read(session: Session, *, settings: Settings, clock: Clock) -> Inputs:
    """Everything as of now."""
    now = clock()
    incidents = get_incidents(session, open_only=True)
    facts = [IncidentFacts.from_json(row.facts) for row in incidents]
    sight = SIGHT if incidents else LOOKED_AHEAD
    start = floor(now) - LEAD_IN
    n = (LEAD_IN + sight) // INTERVAL
    starts = tuple(start + i * INTERVAL for i in range(n))
    counted = _counted(session, start=start, end=floor(now), n=n)
    found = [
        _queue(session, row, incidents=incidents, starts=starts, counted=counted.get(row.key))
        for row in sorted(get_queues(session), key=lambda row: row.key)
    ]
    queues, rostered = _at_work(session, [one for one in found if one is not None], starts)
    assumed = surge_assumptions.current(session)
    return Inputs(
        now=now,
        starts=starts,
        first=LEAD_IN // INTERVAL,
        counted=LOOKED_AHEAD // INTERVAL,
        timezone=settings.board.timezone,
        queues=queues,
        incident=" · ".join(one.title for one in facts),
        affected=_affected(facts),
        eta=min((one.eta for one in facts if one.eta is not None and one.eta > now), default=None),
        redial=assumed.redial.middle,
        attempts=assumed.attempts_per_caller,
        rostered=rostered,
    )


def _at_work(
    session: Session, queues: Sequence[QueueInputs], starts: Sequence[datetime]
) -> tuple[tuple[QueueInputs, ...], tuple[str, ...]]:
    """The roster's people less those absent, where it tells; who can do several queues goes where most are needed."""
    need = {
        one.row.key: people(one.row, (one.baseline + one.surge)[1], aht_s=one.aht_s).agents.astype(float)
        for one in queues
    }
    there = roster_people.rostered(session, [one.row for one in queues], starts=starts, need=need)
    known = {key: np.isfinite(values) for key, values in there.items()}
    met = tuple(
        replace(one, agents=np.where(known[key], there[key] * (1 - one.row.shrinkage), one.agents))
        if (key := one.row.key) in there
        else one
        for one in queues
    )
    return met, tuple(key for key, some in known.items() if some.any())


def _affected(facts: Sequence[IncidentFacts]) -> tuple[int, int] | None:
    if not facts or any(one.affected_high == 0 for one in facts):
        return None
    return sum(one.affected_low for one in facts), sum(one.affected_high for one in facts)


def _counted(session: Session, *, start: datetime, end: datetime, n: int) -> dict[str, Floats]:
    """Contacts of the lead-in; unknown (NaN) afterwards."""
    frame = get_volumes(session, start=start, end=end)
    found: dict[str, Floats] = {}
    for key, part in frame.groupby("queue", sort=False):
        values = np.full(n, np.nan)
        values[: (end - start) // INTERVAL] = 0.0
        place = ((part["interval_start"] - pd.Timestamp(start)) // pd.Timedelta(INTERVAL)).to_numpy(dtype=int)
        values[place] = part["offered"].to_numpy(dtype=float)
        found[str(key)] = values
    return found


def _queue(
    session: Session,
    row: QueueRow,
    *,
    incidents: Sequence[IncidentRow],
    starts: tuple[datetime, ...],
    counted: Floats | None,
) -> QueueInputs | None:
    start, end = starts[0], starts[-1] + INTERVAL
    found = get_forecast(session, row.key, kind="baseline", start=start, end=end)
    if found is None or not found.points:
        return None
    aht = handling_time.from_forecast(row, found).seconds
    baseline = _placed(demand.from_forecast(found), starts)
    surge = np.zeros_like(baseline)
    rows = (get_forecast(session, row.key, kind="surge", incident_id=one.id, start=start, end=end) for one in incidents)
    parts = [demand.from_forecast(one) for one in rows if one is not None and one.points]
    together = demand.independent_sum(parts)
    if together is not None:
        surge = _placed(together, starts)
    if counted is not None:
        known = np.isfinite(counted)
        normal = np.minimum(counted[known], baseline[1, known])
        baseline[:, known], surge[:, known] = normal, counted[known] - normal
    at = np.array([int(one.timestamp()) for one in starts])
    is_open = calendar_of(row).open_mask(pd.DatetimeIndex(pd.to_datetime(at, unit="s", utc=True)).as_unit("us"))
    ordinary = _placed(demand.from_forecast(found), starts)[1]
    agents = people(row, np.where(is_open, ordinary, 0.0), aht_s=aht).agents.astype(float)
    return QueueInputs(row, aht, baseline, surge, np.asarray(is_open, dtype=bool), agents)


def _placed(known: Demand, starts: Sequence[datetime]) -> Floats:
    """A forecast on the what-if's intervals, nothing where it says nothing."""
    first = int(starts[0].timestamp())
    place = (known.starts - first) // int(INTERVAL.total_seconds())
    inside = (place >= 0) & (place < len(starts))
    values = np.zeros((len(LEVELS), len(starts)))
    for level, name in enumerate(LEVELS):
        values[level, place[inside]] = getattr(known, name)[inside]
    return values
