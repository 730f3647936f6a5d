"""A roster: shifts of persons and groups, what was wrong with a file of them, and which roster is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

WORK, ON_CALL = "work", "on_call"
DUTIES: Final = (WORK, ON_CALL)
MOST_ROWS = 50_000
MOST_PEOPLE = 10_000
LONGEST = timedelta(hours=24)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's shift, or that of `people` of a group. All times are aware; `breaks` lie inside it.

    `loose_break` is a break of known length whose time is not: it is supposed to lie in the middle.
    """

    number: int  # of its row
    person: str
    people: int
    skills: tuple[str, ...]
    start: datetime
    end: datetime
    breaks: tuple[Span, ...] = ()
    loose_break: timedelta = timedelta()
    duty: str = WORK

    @property
    def is_group(self) -> bool:
        """Whether it stands for several people, of whom nobody knows who they are."""
        return self.people > 1

    @property
    def length(self) -> timedelta:
        """From its start to its end, with breaks."""
        return self.end - self.start

    @property
    def break_length(self) -> timedelta:
        """All breaks together."""
        return sum((last - first for first, last in self.breaks), self.loose_break)


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be taken; `what` is the key of its message, `row` 0 the file as a whole."""

    row: int
    what: str
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, row: int, what: str, **values: object) -> Problem:
        """A problem with its values as texts."""
        return cls(row, what, tuple((name, str(value)) for name, value in values.items()))

    def to_json(self) -> list[Any]:
        """Plain values for the store."""
        return [self.row, self.what, [list(one) for one in self.values]]

    @classmethod
    def from_json(cls, stored: list[Any]) -> Problem:
        """What `to_json` wrote."""
        row, what, values = stored
        return cls(int(row), str(what), tuple((str(name), str(value)) for name, value in values))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: shifts that can be taken, rows that cannot, and what was supposed where the file is silent."""

    shifts: tuple[Shift, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
    knows_breaks: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether every row could be taken."""
        return bool(self.shifts) and not self.problems


@dataclass(frozen=True, slots=True)
class Summary:
    """A roster in figures."""

    id: int
    file: str
    zone: str
    at: datetime  # imported, or confirmed
    by: str
    shifts: int
    people: int  # persons, and the people of groups at most at once
    first: datetime | None
    last: datetime | None
    last_start: datetime | None
    hours: float
    skills: tuple[str, ...] = ()  # that its shifts name
    for_all: bool = False  # some name none: they count for all queues
    on_call: bool = False  # whether anybody is on call in it
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    more_problems: int = 0  # that were not kept one by one
    knows_breaks: bool = False


def span_of(shifts: Iterable[Shift]) -> Span | None:
    """From the first start to the last end."""
    known = list(shifts)
    if not known:
        return None
    return min(one.start for one in known), max(one.end for one in known)


def heads(shifts: Iterable[Shift]) -> int:
    """Persons told apart by name, and of each group the most people of one shift."""
    most: dict[str, int] = {}
    for one in shifts:
        most[one.person] = max(most.get(one.person, 0), one.people)
    return sum(most.values())


def work_hours(shifts: Iterable[Shift]) -> float:
    """Person-hours on duty without breaks; being on call is no work."""
    worked = (one.people * (one.length - one.break_length) for one in shifts if one.duty == WORK)
    return sum(worked, timedelta()).total_seconds() / 3600


def by_person(shifts: Iterable[Shift]) -> Mapping[str, list[Shift]]:
    """Each single person's shifts by time; groups are left out, for nobody knows who is in them."""
    found: dict[str, list[Shift]] = {}
    for one in shifts:
        if not one.is_group:
            found.setdefault(one.person, []).append(one)
    return {name: sorted(own, key=lambda one: (one.start, one.end)) for name, own in found.items()}
