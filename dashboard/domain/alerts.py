"""When people are told that something is wrong, and when it is right again: once for each cause, for all flickering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUEUE, SOURCE, INCIDENT = "queue", "source", "incident"


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be watched: in `unit`, of a queue, source or incident; `above`: too much is wrong.

    `per`: how many of the value's units one of the form's makes, so that 5 min are 300 s and 60 % are 0.6.
    """

    key: str
    of: str
    unit: str
    above: bool
    threshold: float
    clear: float
    hold_s: int
    low: float
    high: float
    per: float = 1.0


KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("service_level", QUEUE, "percent", False, 0.6, 0.7, 300, 0.01, 1.0, per=0.01),
        Kind("wait", QUEUE, "minutes", True, 300.0, 180.0, 120, 1.0, 30 * 86_400.0, per=60.0),
        Kind("times_normal", QUEUE, "times", True, 2.0, 1.5, 300, 1.0, 1000.0),
        Kind("backlog", QUEUE, "contacts", True, 50.0, 30.0, 120, 1.0, 1e6),
        Kind("source_silent", SOURCE, "minutes", True, 300.0, 120.0, 0, 10.0, 7 * 86_400.0, per=60.0),
        Kind("update_overdue", INCIDENT, "minutes", True, 60.0, 60.0, 0, 0.0, 86_400.0, per=60.0),
    )
}


@dataclass(frozen=True, slots=True)
class Limits:
    """When a rule's condition holds, and when it is over: `clear` lies on the quiet side of `threshold`."""

    above: bool
    threshold: float
    clear: float
    hold: timedelta

    def breached(self, value: float) -> bool:
        """Whether the value is beyond the threshold."""
        return value > self.threshold if self.above else value < self.threshold

    def calm(self, value: float) -> bool:
        """Whether the value is back on the quiet side."""
        return value <= self.clear if self.above else value >= self.clear

    def worse(self, one: float, other: float) -> float:
        """The graver of two values."""
        return max(one, other) if self.above else min(one, other)


@dataclass(frozen=True, slots=True)
class Course:
    """How one cause has gone so far; `opened_at` None: not for long enough to tell anybody."""

    value: float
    worst: float
    began_at: datetime
    opened_at: datetime | None = None
    calm_since: datetime | None = None
    ended_at: datetime | None = None


def step(course: Course | None, value: float | None, *, limits: Limits, now: datetime) -> Course | None:
    """How a cause goes on with what is measured now; None: there is nothing, or nothing any more.

    An unknown value changes nothing: what nobody measured neither began nor ended.
    """
    if value is None:
        return course
    if course is None:
        return _open(Course(value, value, now), limits=limits, now=now) if limits.breached(value) else None
    course = replace(course, value=value, worst=limits.worse(course.worst, value))
    if course.opened_at is None:
        return _open(course, limits=limits, now=now) if limits.breached(value) else None
    if not limits.calm(value):
        return replace(course, calm_since=None)
    since = course.calm_since or now
    return replace(course, calm_since=since, ended_at=now if now - since >= limits.hold else None)


def _open(course: Course, *, limits: Limits, now: datetime) -> Course:
    return replace(course, opened_at=now) if now - course.began_at >= limits.hold else course


def quiet_until(now: datetime, *, start: str, end: str, zone: ZoneInfo) -> datetime | None:
    """When quiet hours that hold now are over, in UTC; None where none hold. `start` after `end` runs over midnight."""
    if not start or not end or start == end:
        return None
    first, last, here = clock_time(start), clock_time(end), now.astimezone(zone)
    at = here.time()
    inside = first <= at < last if first < last else at >= first or at < last
    if not inside:
        return None
    day = here.date() + timedelta(days=1 if at >= last else 0)
    return datetime.combine(day, last, zone).astimezone(UTC)


def clock_time(text: str) -> time:
    """The time of day that "22:00" or "7:30" says; ValueError for anything else."""
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isascii() and hours.isdecimal() and len(hours) <= 2 and (minutes or "00").isdecimal()):
        raise ValueError(f"a time of day must be written as 22:00, got {text!r}")
    return time(int(hours), int(minutes or 0))
