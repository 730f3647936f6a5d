"""People of the roster per queue and interval.

Who can do several queues counts for each by what it needs in that interval: one person is never counted twice. A queue
that no shift names, and days before or behind the roster, are unknown (NaN), not empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from connectors.storage.read import get_shifts
from connectors.storage.rows import QueueRow
from dashboard.domain.roster import WORK, Shift, Summary
from dashboard.services.readings.demand import Floats
from dashboard.services.readings.freshness import INTERVAL
from dashboard.services.staffing import roster
from dashboard.services.staffing.roster_store import to_shifts

NO_NEED: Final = 1e-9  # weight of a queue that needs nobody, so that those there are shared evenly if none does
Need = Mapping[str, Floats]


def rostered(session: Session, rows: Sequence[QueueRow], *, starts: Sequence[datetime], need: Need) -> Need:
    """People scheduled in each interval by queue, breaks left out; empty without a roster."""
    in_force = roster.in_force(session)
    if in_force is None or not starts:
        return {}
    found = to_shifts(get_shifts(session, in_force.id, start=starts[0], end=starts[-1] + INTERVAL))
    there = people(found, rows, starts=starts, need=need)
    covered = [key for key in there if _is_named(in_force, next(row for row in rows if row.key == key))]
    known = _known(in_force, starts)
    return {key: np.where(known, there[key], np.nan) for key in covered}


def people(shifts: Iterable[Shift], rows: Sequence[QueueRow], *, starts: Sequence[datetime], need: Need) -> Need:
    """The same of shifts at hand, all of it known."""
    found = {row.key: np.zeros(len(starts)) for row in rows}
    for keys, own in _by_queues(shifts, rows).items():
        there = presence(own, starts)
        weights = np.array([np.maximum(need.get(key, np.zeros(len(starts))), NO_NEED) for key in keys])
        shares = weights / weights.sum(axis=0)
        for key, share in zip(keys, shares, strict=True):
            found[key] += share * there
    return found


def presence(shifts: Sequence[Shift], starts: Sequence[datetime]) -> Floats:
    """Mean number of people there in each interval; parts of an interval count in proportion."""
    begin = starts[0]
    spans = [(one.start, one.end, _weight(one)) for one in shifts]
    spans += [(first, last, -_weight(one)) for one in shifts for first, last in one.breaks]
    edges = np.array([_since(at, begin) for at in (*starts, starts[-1] + INTERVAL)])
    if not spans:
        return np.zeros(len(starts))
    weight = np.array([one for _, _, one in spans])
    first = np.array([_since(at, begin) for at, _, _ in spans])
    last = np.array([_since(at, begin) for _, at, _ in spans])
    integral = _ramp(edges, first, weight) - _ramp(edges, last, weight)
    there: Floats = np.diff(integral) / np.diff(edges)
    return np.maximum(there, 0.0)


def queues_of(skills: Sequence[str], rows: Sequence[QueueRow]) -> tuple[str, ...]:
    """The queues that skills stand for; none named: all of them."""
    wanted = set(skills)
    return tuple(row.key for row in rows if not wanted or {row.key, row.skill} & wanted)


def _by_queues(shifts: Iterable[Shift], rows: Sequence[QueueRow]) -> dict[tuple[str, ...], list[Shift]]:
    keys: dict[tuple[str, ...], tuple[str, ...]] = {}
    found: dict[tuple[str, ...], list[Shift]] = {}
    for one in shifts:
        if one.duty != WORK:
            continue
        if one.skills not in keys:
            keys[one.skills] = queues_of(one.skills, rows)
        if keys[one.skills]:
            found.setdefault(keys[one.skills], []).append(one)
    return found


def _weight(shift: Shift) -> float:
    """People there on average: a break without a time of its own lessens the whole shift."""
    placed = sum((last - first for first, last in shift.breaks), timedelta())
    return shift.people * (1 - shift.loose_break / (shift.length - placed))


def _ramp(edges: Floats, at: Floats, weight: Floats) -> Floats:
    """Σ weight × (edge − at)⁺ for each edge, by sorting once instead of comparing all with all."""
    order = np.argsort(at)
    place = np.searchsorted(at[order], edges)
    total = np.concatenate([[0.0], np.cumsum(weight[order])])[place]
    moment = np.concatenate([[0.0], np.cumsum((weight * at)[order])])[place]
    result: Floats = edges * total - moment
    return result


def _since(at: datetime, begin: datetime) -> float:
    return (at - begin).total_seconds()


def _is_named(in_force: Summary, row: QueueRow) -> bool:
    return in_force.for_all or bool({row.key, row.skill} & set(in_force.skills))


def _known(in_force: Summary, starts: Sequence[datetime]) -> NDArray[np.bool_]:
    """The local days from the first start to that of the last, and on to the last end."""
    if in_force.first is None or in_force.last is None or in_force.last_start is None:
        return np.zeros(len(starts), dtype=bool)
    zone = ZoneInfo(in_force.zone)
    first = _midnight(in_force.first, zone, later=0)
    end = max(in_force.last, _midnight(in_force.last_start, zone, later=1))
    return np.array([first <= at < end for at in starts])


def _midnight(at: datetime, zone: ZoneInfo, *, later: int) -> datetime:
    day = at.astimezone(zone).date() + timedelta(days=later)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
