"""A roster's file read as a whole: what it is by its content, row by row, and rows that contradict one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from connectors.storage.rows import QueueRow
from dashboard.domain.roster import MOST_ROWS, Problem, Reading, Shift, by_person
from dashboard.services.staffing.roster_calendar import read_calendar
from dashboard.services.staffing.roster_cells import Cells, UnreadableError
from dashboard.services.staffing.roster_rows import Skills, shift_of
from dashboard.services.staffing.roster_text import read_csv
from dashboard.services.staffing.roster_workbook import OLD_WORKBOOK, read_workbook

MOST_BYTES = 12 << 20


def read(content: bytes, *, zone: ZoneInfo, queues: Sequence[QueueRow]) -> Reading:
    """All shifts that can be taken and a problem for every row that cannot; times without a zone are of `zone`."""
    try:
        cells = _cells(content)
    except UnreadableError as error:
        return Reading((), (error.problem,))
    if len(cells.rows) > MOST_ROWS:
        return Reading((), (Problem.of(0, "too_many_rows", n=len(cells.rows), most=MOST_ROWS),))
    if not cells.rows:
        return Reading((), (Problem.of(0, "no_rows"),))
    skills, has_skills = known_skills(queues), "skill" in cells.fields
    found = [shift_of(row, zone=zone, skills=skills, has_skills=has_skills) for row in cells.rows]
    shifts = [one for one in found if isinstance(one, Shift)]
    twice = {one.row: one for one in _overlaps(shifts, zone)}
    problems = [one for one in found if isinstance(one, Problem)]
    knows_breaks = any(one.breaks or one.loose_break for one in shifts)
    notes = list(cells.notes)
    notes += [] if has_skills else [Problem.of(0, "no_skill")]
    notes += [] if knows_breaks or not shifts else [Problem.of(0, "no_breaks")]
    return Reading(
        shifts=tuple(one for one in shifts if one.number not in twice),
        problems=tuple(sorted([*problems, *twice.values()], key=lambda one: one.row)),
        notes=tuple(notes),
        knows_breaks=knows_breaks,
    )


def known_skills(queues: Iterable[QueueRow]) -> Skills:
    """What a roster may call a queue: its key or label, or the skill of one or several."""
    found: dict[str, str] = {}
    for row in queues:
        for name, meant in ((row.skill, row.skill), (row.label, row.key), (row.key, row.key)):
            if name.strip():
                found[" ".join(name.casefold().split())] = meant
    return found


def _cells(content: bytes) -> Cells:
    if len(content) > MOST_BYTES:
        raise UnreadableError("too_large")
    if not content.strip():
        raise UnreadableError("empty")
    if content.startswith(b"PK"):
        return read_workbook(content)
    if content.startswith(OLD_WORKBOOK):
        raise UnreadableError("old_workbook")
    if content.startswith(b"%PDF"):
        raise UnreadableError("not_text")
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:15].upper() == b"BEGIN:VCALENDAR":
        return read_calendar(content)
    return read_csv(content)


def _overlaps(shifts: Sequence[Shift], zone: ZoneInfo) -> Iterator[Problem]:
    """Of two shifts of one person at a time, the one that stands further down."""
    for duty in {one.duty for one in shifts}:
        for own in by_person(one for one in shifts if one.duty == duty).values():
            reaches = own[0]
            for one in own[1:]:
                if one.start < reaches.end:
                    later, earlier = (one, reaches) if one.number > reaches.number else (reaches, one)
                    start = later.start.astimezone(zone).strftime("%Y-%m-%d %H:%M")
                    yield Problem.of(later.number, "overlap", person=later.person, start=start, other=earlier.number)
                    if later is one:
                        continue
                    reaches = one
                elif one.end > reaches.end:
                    reaches = one
