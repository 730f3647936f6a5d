"""What the surge model reads: each queue's normal day, opening hours and counts since an incident began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from connectors.storage.read import get_forecast, get_forecast_history, get_open_contacts, get_sources, get_volumes
from connectors.storage.rows import QueueRow
from dashboard.domain.incidents import IncidentFacts
from dashboard.services import demand, freshness
from dashboard.services.board_data import floor
from dashboard.services.demand import Floats
from dashboard.services.queue_history import calendar_of
from dashboard.settings import Settings
from forecasting.outages import Outage
from forecasting.surge import SurgeQueue

BASELINE = "baseline"


@dataclass(frozen=True, slots=True, eq=False)
class SurgeInputs:
    """Normal volume and counts of every queue, both (n_intervals,); `until` is the end of what is known."""

    index: pd.DatetimeIndex
    until: datetime
    queues: tuple[SurgeQueue, ...]

    def above(self, explained: Mapping[str, Floats]) -> tuple[SurgeQueue, ...]:
        """The queues with what other incidents explain counted as normal."""
        return tuple(
            SurgeQueue(q.key, q.channel, q.normal + explained[q.key], q.open_mask, q.offered)
            if q.key in explained
            else q
            for q in self.queues
        )


def read(
    session: Session, queues: Sequence[QueueRow], *, index: pd.DatetimeIndex, settings: Settings, now: datetime
) -> SurgeInputs:
    """Read the store for the intervals of `index`."""
    fresh = freshness.by_queue(settings, get_sources(session), queues=queues, now=now)
    known = [one.as_of for one in fresh.values() if one.as_of is not None]
    until = max(min(known, default=now), index[0].to_pydatetime())
    frame = get_volumes(session, start=index[0].to_pydatetime(), end=now)
    counted = {str(key): part.set_index("interval_start")["offered"] for key, part in frame.groupby("queue")}
    told = {row.queue for row in get_open_contacts(session, now=now)} | counted.keys()
    closed = pd.Timestamp(floor(until))
    return SurgeInputs(
        index=index,
        until=until,
        queues=tuple(
            SurgeQueue(
                key=row.key,
                channel=row.channel,
                normal=_normal(session, row.key, index=index),
                open_mask=calendar_of(row).open_mask(index),
                offered=_offered(counted.get(row.key), index=index, last=closed) if row.key in told else None,
            )
            for row in queues
        ),
    )


def outage_of(facts: IncidentFacts) -> Outage:
    """An incident as the maths sees it; nobody stated to be affected means that the number is unknown."""
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
    )


def _normal(session: Session, queue: str, *, index: pd.DatetimeIndex) -> Floats:
    """What is normal in each interval: today's forecast, before it what was forecast then; 0 where nobody knows."""
    start, end = index[0].to_pydatetime(), index[-1].to_pydatetime() + freshness.INTERVAL
    latest = get_forecast(session, queue, kind=BASELINE, start=start, end=end)
    means = pd.Series(dtype=float, index=pd.DatetimeIndex([], tz="UTC"))
    if latest and latest.points:
        ahead = demand.from_forecast(latest)
        means = pd.Series(ahead.mean, index=ahead.index())
    if means.empty or means.index[0] > index[0]:
        earlier = get_forecast_history(session, queue, kind=BASELINE, start=start, end=end)
        means = means.combine_first(earlier.set_index("interval_start")["mean"])
    return np.asarray(means.reindex(index).fillna(0.0).to_numpy(dtype=float))


def _offered(counts: pd.Series | None, *, index: pd.DatetimeIndex, last: pd.Timestamp) -> Floats:
    """Counts up to the interval under way, zero where none came; NaN afterwards."""
    filled = np.zeros(len(index)) if counts is None else counts.reindex(index, fill_value=0).to_numpy(dtype=float)
    return np.where(index <= last, filled, np.nan)
