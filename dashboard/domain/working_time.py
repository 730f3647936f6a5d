"""Rules of working time as data, and what of a roster breaks them. Nothing here stops anybody: it says so in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.domain.roster import WORK, Shift, by_person

DAY, REST, BREAK, STRETCH, WEEK, NIGHT = "day", "rest", "break", "stretch", "week", "night"
KINDS: Final = (DAY, REST, BREAK, STRETCH, WEEK, NIGHT)
NONE = timedelta()
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class BreakRule:
    """Work of more than `above` needs breaks of `least` in all."""

    above: timedelta
    least: timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """What people may work."""

    regular_day: timedelta
    longest_day: timedelta
    rest: timedelta
    breaks: tuple[BreakRule, ...]
    shortest_break: timedelta
    longest_stretch: timedelta
    week: timedelta
    week_average_weeks: int
    night_from: time
    night_until: time
    night_counts_above: timedelta
    night_day: timedelta
    night_average_weeks: int
    source: str = ""

    def break_due(self, work: timedelta) -> timedelta:
        """Breaks that so much work needs."""
        return max((one.least for one in self.breaks if work > one.above), default=NONE)


@dataclass(frozen=True, slots=True)
class Breach:
    """What breaks a rule: whose, when, what was found and what the rule allows."""

    kind: str
    person: str
    at: datetime
    found: timedelta
    allowed: timedelta
    row: int


@dataclass(frozen=True, slots=True)
class Duty:
    """What a person works on one day: the shifts that begin on it, of whom rest is due to the next."""

    shifts: tuple[Shift, ...]
    work: timedelta

    @property
    def start(self) -> datetime:
        """When it begins."""
        return self.shifts[0].start

    @property
    def end(self) -> datetime:
        """When the last of it is over."""
        return max(one.end for one in self.shifts)


def check(shifts: Iterable[Shift], rules: Rules, *, zone: ZoneInfo, knows_breaks: bool) -> tuple[Breach, ...]:
    """All breaches by time. A roster that names no breaks at all is taken to give those that are due."""
    known = [one for one in shifts if one.duty == WORK]
    found: list[Breach] = []
    for one in known:
        found += _of_shift(one, rules, knows_breaks=knows_breaks)
    for own in by_person(known).values():
        duties = duties_of(own, rules, zone=zone, knows_breaks=knows_breaks)
        found += [*_days(duties, rules), *_rests(duties, rules), *_weeks(duties, rules, zone=zone)]
        found += _nights(duties, rules, zone=zone)
    return tuple(sorted(found, key=lambda one: (one.at, one.person, KINDS.index(one.kind))))


def work_of(shift: Shift, rules: Rules, *, knows_breaks: bool) -> timedelta:
    """Time at work: without the breaks that are named, or where none are ever named, without those due."""
    if knows_breaks:
        return shift.length - shift.break_length
    # A break counts from the work that is left: 8:30 there with half an hour's break are 8:00 of work.
    options = sorted({NONE, *(one.least for one in rules.breaks)})
    return next(
        (shift.length - one for one in options if rules.break_due(shift.length - one) <= one),
        shift.length - options[-1],
    )


def duties_of(shifts: Sequence[Shift], rules: Rules, *, zone: ZoneInfo, knows_breaks: bool) -> list[Duty]:
    """One person's shifts, by time, joined to duties: those that begin on one local day belong together."""
    days: dict[date, list[Shift]] = {}
    for one in shifts:
        days.setdefault(one.start.astimezone(zone).date(), []).append(one)
    return [
        Duty(tuple(own), sum((work_of(one, rules, knows_breaks=knows_breaks) for one in own), NONE))
        for _, own in sorted(days.items())
    ]


def _of_shift(shift: Shift, rules: Rules, *, knows_breaks: bool) -> Iterator[Breach]:
    """Breaks and stretches of one shift; of a group's its length as well, since nobody knows their day."""
    work = work_of(shift, rules, knows_breaks=knows_breaks)
    if shift.is_group and work > rules.longest_day:
        yield Breach(DAY, shift.person, shift.start, work, rules.longest_day, shift.number)
    if not knows_breaks:
        return
    counted = sum((b - a for a, b in shift.breaks if b - a >= rules.shortest_break), shift.loose_break)
    due = rules.break_due(work)
    if counted < due:
        yield Breach(BREAK, shift.person, shift.start, counted, due, shift.number)
    longest = _longest_stretch(shift, rules)
    if longest > rules.longest_stretch:
        yield Breach(STRETCH, shift.person, shift.start, longest, rules.longest_stretch, shift.number)


def _longest_stretch(shift: Shift, rules: Rules) -> timedelta:
    """The longest time without a break; one that has no time of its own halves it."""
    longest, since = NONE, shift.start
    for first, last in sorted(shift.breaks):
        if last - first >= rules.shortest_break:
            longest, since = max(longest, first - since), last
    longest = max(longest, shift.end - since)
    return (longest - shift.loose_break) / 2 if shift.loose_break >= rules.shortest_break else longest


def _days(duties: Sequence[Duty], rules: Rules) -> Iterator[Breach]:
    for one in duties:
        if one.work > rules.longest_day:
            yield _breach(DAY, one, one.work, rules.longest_day)


def _rests(duties: Sequence[Duty], rules: Rules) -> Iterator[Breach]:
    for one, after in pairwise(duties):
        rest = after.start - one.end
        if rest < rules.rest:
            yield _breach(REST, after, max(rest, NONE), rules.rest)


def _weeks(duties: Sequence[Duty], rules: Rules, *, zone: ZoneInfo) -> Iterator[Breach]:
    """The average of calendar weeks over the averaging time; less of it where the roster is shorter."""
    weeks: dict[date, list[Duty]] = {}
    for one in duties:
        day = one.start.astimezone(zone).date()
        weeks.setdefault(day - timedelta(days=day.weekday()), []).append(one)
    starts = sorted(weeks)
    last_end: date | None = None
    for monday in starts:
        if last_end is not None and monday < last_end:
            continue
        end = monday + rules.week_average_weeks * ONE_WEEK
        inside = [start for start in starts if monday <= start < end]
        n = (inside[-1] - monday) // ONE_WEEK + 1
        average = sum((one.work for start in inside for one in weeks[start]), NONE) / n
        if average > rules.week:
            yield _breach(WEEK, weeks[monday][0], average, rules.week)
        last_end = end


def _nights(duties: Sequence[Duty], rules: Rules, *, zone: ZoneInfo) -> Iterator[Breach]:
    """Duties with much night in them: their mean length over the averaging time, from each that is too long."""
    nights = [one for one in duties if _night_of(one, rules, zone=zone) > rules.night_counts_above]
    last_end: datetime | None = None
    for one in nights:
        if one.work <= rules.night_day or (last_end is not None and one.start < last_end):
            continue
        end = one.start + rules.night_average_weeks * ONE_WEEK
        inside = [other.work for other in duties if one.start <= other.start < end]
        # Working days without a duty in them level it out: six a week, as the law counts.
        span_days = max((max(o.start for o in duties if o.start < end) - one.start) // ONE_DAY + 1, len(inside))
        working_days = max(span_days - span_days // 7, len(inside)) if span_days >= 7 else len(inside)
        mean = sum(inside, NONE) / working_days
        if mean > rules.night_day:
            yield _breach(NIGHT, one, mean, rules.night_day)
        last_end = end


def _night_of(duty: Duty, rules: Rules, *, zone: ZoneInfo) -> timedelta:
    return sum((_night_in(one, rules, zone=zone) for one in duty.shifts), NONE)


def _night_in(shift: Shift, rules: Rules, *, zone: ZoneInfo) -> timedelta:
    """Time of a shift that lies in the night, breaks included."""
    day = shift.start.astimezone(zone).date() - ONE_DAY
    found = NONE
    while day <= shift.end.astimezone(zone).date():
        first = datetime.combine(day, rules.night_from, zone)
        after = day if rules.night_until > rules.night_from else day + ONE_DAY
        last = datetime.combine(after, rules.night_until, zone)
        # In one zone clocks are subtracted, not moments; the length of a night with a change of clocks is in UTC.
        start, end = max(first.timestamp(), shift.start.timestamp()), min(last.timestamp(), shift.end.timestamp())
        found += timedelta(seconds=max(0.0, end - start))
        day += ONE_DAY
    return found


def _breach(kind: str, duty: Duty, found: timedelta, allowed: timedelta) -> Breach:
    return Breach(kind, duty.shifts[0].person, duty.start, found, allowed, duty.shifts[0].number)
