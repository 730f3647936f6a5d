"""The running day of every queue: its counts by time of day, beside what was forecast for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from connectors.storage.read import get_incidents
from dashboard.domain.incidents import IncidentFacts
from dashboard.services.ordinary import day_memory
from dashboard.services.ordinary.day_memory import DayMemory
from dashboard.services.readings.board_data import BoardData, QueueData, floor
from dashboard.services.readings.local_days import local_midnight
from dashboard.services.readings.queue_history import calendar_of, outage_mask
from forecasting.intervals import BASE_INTERVAL_S, DAY_S, interval_index
from forecasting.volume.days import Bools, Floats, Ints, day_and_slot


@dataclass(frozen=True, eq=False)
class Today:
    """One queue's day. `slot` (n,) is where each interval of `index` (n,) lies in the day; the rest is by slot.

    Attributes
    ----------
    counts : NaN where closed, unknown or not over
    touched : slots of intervals that an incident touched, whether it is over or not
    first : slot of the first interval that is not over
    """

    queue: QueueData
    memory: DayMemory
    index: pd.DatetimeIndex
    slot: Ints
    is_open: Bools
    counts: Floats
    touched: Bools
    first: int

    def start_of(self, slot: int) -> datetime:
        """The beginning of a slot; where the clock repeats an hour, the first of both."""
        return self.index[int(np.flatnonzero(self.slot == slot)[0])].to_pydatetime()


class Memories:
    """The queues' memories, read again only when they changed."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, DayMemory | None]] = {}

    def of(self, session: Session) -> dict[str, DayMemory]:
        """By queue, where there is one."""
        for queue, fingerprint in day_memory.fingerprints(session).items():
            if self._known.get(queue, ("", None))[0] != fingerprint:
                self._known[queue] = (fingerprint, day_memory.recall(session, queue))
        return {queue: memory for queue, (_, memory) in self._known.items() if memory is not None}


def todays(session: Session, data: BoardData, memories: dict[str, DayMemory]) -> Iterator[Today]:
    """The queues that have been told of today and have a memory of it."""
    incidents = [IncidentFacts.from_json(row.facts) for row in get_incidents(session)]
    for queue in data.queues:
        memory = memories.get(queue.row.key)
        if memory is None or queue.until is None or not queue.seen:
            continue
        outages = [facts for facts in incidents if not facts.queues or queue.row.key in facts.queues]
        today = _today(queue, memory, outages, now=data.now)
        if today is not None:
            yield today


def _today(queue: QueueData, memory: DayMemory, outages: list[IncidentFacts], *, now: datetime) -> Today | None:
    """None where the memory is for another day, as it is on closed days and before the night's forecast."""
    calendar, zone = calendar_of(queue.row), queue.row.timezone
    start = local_midnight(now, zone)
    index = interval_index(start, local_midnight(start, zone, days=1), BASE_INTERVAL_S)
    day, slot = day_and_slot(index, calendar, BASE_INTERVAL_S)
    if day[0] != memory.day:
        return None
    is_open = calendar.open_mask(index)
    until = pd.Timestamp(floor(min(queue.until or now, now)))
    _, counted = queue.volumes.offered_each(start, index[-1].to_pydatetime() + pd.Timedelta(seconds=1))
    over = np.asarray(index < until)
    return Today(
        queue=queue,
        memory=memory,
        index=index,
        slot=slot,
        is_open=_by_slot(is_open, slot),
        counts=_mean_by_slot(np.where(is_open & over, counted[: len(index)], np.nan), slot),
        touched=_by_slot(outage_mask(index, outages, now=now), slot),
        first=int(slot[over.sum()]) if over.sum() < len(slot) else DAY_S // BASE_INTERVAL_S,
    )


def _by_slot(mask: Bools, slot: Ints) -> Bools:
    out = np.zeros(DAY_S // BASE_INTERVAL_S, dtype=bool)
    out[slot[mask]] = True
    return out


def _mean_by_slot(values: Floats, slot: Ints) -> Floats:
    """As the history keeps them: of an hour that comes twice the mean, of one that is skipped nothing."""
    total, seen = np.zeros(DAY_S // BASE_INTERVAL_S), np.zeros(DAY_S // BASE_INTERVAL_S)
    known = np.isfinite(values)
    np.add.at(total, slot[known], values[known])
    np.add.at(seen, slot[known], 1.0)
    return np.where(seen > 0, total / np.maximum(seen, 1.0), np.nan)
