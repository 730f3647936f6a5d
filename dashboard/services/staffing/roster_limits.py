"""Who of the roster may work longer, or be called in, by the rules of working time: windows for the surge plan.

Staying on: from the end of a duty until the longest day is full, or the rest before the next duty must begin. Called
in: those on call in the roster, else those off duty, each once, in the longest time that leaves rest on both sides.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from connectors.storage.read import get_shifts
from connectors.storage.rows import QueueRow
from dashboard.domain.roster import ON_CALL, WORK, Shift, Span, Summary, by_person
from dashboard.domain.working_time import Duty, Rules, duties_of, work_of
from dashboard.services.staffing import roster, working_time
from dashboard.services.staffing.roster_people import queues_of
from dashboard.services.staffing.roster_store import to_shifts
from dashboard.settings import Settings
from forecasting.staffing.levers import Window

AROUND: Final = timedelta(days=2)  # looked at before and behind, for rest reaches from one duty to the next


@dataclass(frozen=True, slots=True)
class Grid:
    """The plan's intervals."""

    start: datetime
    interval_s: int
    n: int

    @property
    def end(self) -> datetime:
        """When the plan ends."""
        return self.start + timedelta(seconds=self.interval_s * self.n)

    def inside(self, span: Span) -> tuple[int, int]:
        """Whole intervals of a time: the first that begins in it, and the first that would end behind it."""
        first, last = ((at - self.start).total_seconds() / self.interval_s for at in span)
        return max(math.ceil(first - 1e-9), 0), min(math.floor(last + 1e-9), self.n)


@dataclass(frozen=True, slots=True)
class Limits:
    """Windows of those who may stay on and of those who may be called in; None: the roster does not tell."""

    stay: tuple[Window, ...] | None = None
    called: tuple[Window, ...] | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the limits are found from, read from the store."""

    roster: Summary
    shifts: tuple[Shift, ...]
    rules: Rules
    zone: ZoneInfo


def known(session: Session, *, settings: Settings, start: datetime, end: datetime) -> Known | None:
    """The shifts around a time and the rules; None without a roster that reaches to it."""
    in_force = roster.in_force(session)
    if in_force is None or in_force.first is None or in_force.last is None:
        return None
    if in_force.first >= end or in_force.last <= start:
        return None
    found = to_shifts(get_shifts(session, in_force.id, start=start - AROUND, end=end + AROUND))
    return Known(in_force, found, working_time.configured(settings).rules, settings.zone)


def limits(found: Known | None, rows: Sequence[QueueRow], *, grid: Grid) -> Limits:
    """The windows on the plan's grid."""
    if found is None:
        return Limits()
    working = [one for one in found.shifts if one.duty == WORK]
    duties = {
        name: duties_of(own, found.rules, zone=found.zone, knows_breaks=found.roster.knows_breaks)
        for name, own in by_person(working).items()
    }
    stay = [
        (span, own[place].shifts[-1].skills, 1)
        for own in duties.values()
        for place in range(len(own))
        if (span := _may_stay(own, place, found.rules))
    ]
    stay += list(_groups_stay(working, found))
    return Limits(_windows(stay, rows, grid, from_the_end=True), _called(found, duties, rows, grid))


def _may_stay(duties: Sequence[Duty], place: int, rules: Rules) -> Span | None:
    own = duties[place]
    until = own.end + max(rules.longest_day - own.work, timedelta())
    if place + 1 < len(duties):
        until = min(until, duties[place + 1].start - rules.rest)
    return (own.end, until) if until > own.end else None


def _groups_stay(working: Iterable[Shift], found: Known) -> Iterator[tuple[Span, tuple[str, ...], int]]:
    """Of a group nobody knows who is in it: the length of the day limits it, rest cannot."""
    for one in working:
        left = found.rules.longest_day - work_of(one, found.rules, knows_breaks=found.roster.knows_breaks)
        if one.is_group and left > timedelta():
            yield (one.end, one.end + left), one.skills, one.people


def _called(
    found: Known, duties: dict[str, list[Duty]], rows: Sequence[QueueRow], grid: Grid
) -> tuple[Window, ...] | None:
    on_call = [one for one in found.shifts if one.duty == ON_CALL]
    rest = found.rules.rest
    if found.roster.on_call:
        spans: dict[str, tuple[Span, tuple[str, ...], int]] = {}
        for one in on_call:
            within = max(one.start, grid.start), min(one.end, grid.end)
            span = _longest_free(duties.get(one.person, []), within, rest=rest)
            # Nobody is called twice, for between both would have to be rest: the longer time counts.
            if span and (one.person not in spans or _length(span) > _length(spans[one.person][0])):
                spans[one.person] = (span, one.skills, one.people)
        return _windows(spans.values(), rows, grid, from_the_end=False)
    if not duties:
        return None
    horizon = (grid.start, grid.end)
    free = [
        (span, own[-1].shifts[-1].skills, 1)
        for own in duties.values()
        for span in [_longest_free(own, horizon, rest=rest)]
        if span is not None
    ]
    return _windows(free, rows, grid, from_the_end=False)


def _longest_free(duties: Sequence[Duty], within: Span, *, rest: timedelta) -> Span | None:
    """The longest time between duties with rest on both sides, inside a span."""
    ends = [within[0], *(one.end + rest for one in duties)]
    starts = [*(one.start - rest for one in duties), within[1]]
    spans = [(max(a, within[0]), min(b, within[1])) for a, b in zip(ends, starts, strict=True)]
    first, last = max(spans, key=lambda span: span[1] - span[0])
    return (first, last) if last > first else None


def _length(span: Span) -> timedelta:
    return span[1] - span[0]


def _windows(
    spans: Iterable[tuple[Span, tuple[str, ...], int]], rows: Sequence[QueueRow], grid: Grid, *, from_the_end: bool
) -> tuple[Window, ...]:
    """Whole intervals with the people that have them. Who stays on is there at the end of the duty, or is not."""
    counts: Counter[tuple[int, int, tuple[str, ...]]] = Counter()
    for span, skills, people in spans:
        first, last = grid.inside(span)
        over = from_the_end and span[0] < grid.start
        keys = queues_of(skills, rows)
        if first < last and keys and not over:
            counts[first, last, keys] += people
    return tuple(Window(first, last, people, keys) for (first, last, keys), people in sorted(counts.items()))
