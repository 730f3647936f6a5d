"""What the surge model reads: each queue's normal day, opening hours and counts since an incident began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from connectors.storage.read import get_forecast, get_forecast_history, get_open_contacts, get_sources, get_volumes
from connectors.storage.rows import QueueRow
from dashboard.domain.incidents import IncidentFacts
from dashboard.services.readings import demand, freshness
from dashboard.services.readings.board_data import floor
from dashboard.services.readings.demand import Floats
from dashboard.services.readings.queue_history import calendar_of
from dashboard.settings import Settings
from forecasting.intervals import BASE_INTERVAL_S, interval_index
from forecasting.outages import Outage, Relapse
from forecasting.surge import SurgeQueue
from forecasting.surge.seen import N_BEFORE

BASELINE = "baseline"
# Sources read within so long of one another are taken to know the running interval alike.
TOGETHER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, eq=False)
class SurgeInputs:
    """Normal volume and counts of every queue, both (n_intervals,); `until` is how far the freshest source is known.

    A source that lags leaves its queues unknown from there on; it does not hold the others back.
    """

    index: pd.DatetimeIndex
    until: datetime
    queues: tuple[SurgeQueue, ...]


def index_of(onset: datetime, end: datetime) -> pd.DatetimeIndex:
    """The intervals a surge is looked at over: from some before its onset, so that what preceded it is known."""
    return interval_index(onset - N_BEFORE * freshness.INTERVAL, end, BASE_INTERVAL_S)


def read(
    session: Session,
    queues: Sequence[QueueRow],
    *,
    index: pd.DatetimeIndex,
    onset: datetime,
    settings: Settings,
    now: datetime,
) -> SurgeInputs:
    """Read the store for the intervals of `index`; what preceded `onset` is known only where its normal volume is."""
    fresh = freshness.by_queue(settings, get_sources(session), queues=queues, now=now)
    known = [one.as_of for one in fresh.values() if one.as_of is not None]
    until = max(max(known, default=now), index[0].to_pydatetime())
    frame = get_volumes(session, start=index[0].to_pydatetime(), end=now)
    counted = {str(key): part.set_index("interval_start")["offered"] for key, part in frame.groupby("queue")}
    told = {row.queue for row in get_open_contacts(session, now=now)} | counted.keys()
    first = pd.Timestamp(floor(onset))
    found = []
    for row in queues:
        normal = _normal(session, row.key, index=index)
        as_of = fresh[row.key].as_of
        offered = None
        if row.key in told and as_of is not None:
            offered = _offered(counted.get(row.key), index=index, last=_last_known(as_of, until=until))
            offered = np.where((index < first) & np.isnan(normal), np.nan, offered)
        mask = calendar_of(row).open_mask(index)
        found.append(SurgeQueue(row.key, row.channel, np.nan_to_num(normal), mask, offered))
    return SurgeInputs(index=index, until=until, queues=tuple(found))


def _last_known(as_of: datetime, *, until: datetime) -> pd.Timestamp:
    """A queue's last interval with a count; the one under way only where its source is as fresh as the freshest."""
    running = until - as_of <= TOGETHER
    return pd.Timestamp(floor(as_of) if running else floor(as_of) - freshness.INTERVAL)


def outage_of(facts: IncidentFacts, relapses: Sequence[Relapse] = ()) -> Outage:
    """An incident and its further failures as the maths sees them; nobody stated to be affected: number unknown."""
    unknown = facts.affected_high == 0
    return Outage(
        onset=facts.started_at,
        affected_low=None if unknown else float(facts.affected_low),
        affected_high=None if unknown else float(facts.affected_high),
        contact_share_low=facts.contact_share_low,
        contact_share_high=facts.contact_share_high,
        eta=facts.eta,
        ended_at=max(facts.ended_at, facts.started_at) if facts.ended_at else None,
        queues=facts.queues,
        relapses=tuple(relapses),
    )


def _normal(session: Session, queue: str, *, index: pd.DatetimeIndex) -> Floats:
    """What is normal in each interval: today's forecast, before it what was forecast then; NaN where nobody knows."""
    start, end = index[0].to_pydatetime(), index[-1].to_pydatetime() + freshness.INTERVAL
    latest = get_forecast(session, queue, kind=BASELINE, start=start, end=end)
    means = pd.Series(dtype=float, index=pd.DatetimeIndex([], tz="UTC"))
    if latest and latest.points:
        ahead = demand.from_forecast(latest)
        means = pd.Series(ahead.mean, index=ahead.index())
    if means.empty or means.index[0] > index[0]:
        earlier = get_forecast_history(session, queue, kind=BASELINE, start=start, end=end)
        means = means.combine_first(earlier.set_index("interval_start")["mean"])
    return np.asarray(means.reindex(index).to_numpy(dtype=float))


def _offered(counts: pd.Series | None, *, index: pd.DatetimeIndex, last: pd.Timestamp) -> Floats:
    """Counts up to the interval under way, zero where none came; NaN afterwards."""
    filled = np.zeros(len(index)) if counts is None else counts.reindex(index, fill_value=0).to_numpy(dtype=float)
    return np.where(index <= last, filled, np.nan)
