"""A row of cells as a shift, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from dashboard.domain.roster import LONGEST, MOST_PEOPLE, ON_CALL, WORK, Problem, Shift, Span
from dashboard.services.staffing.roster_cells import Row
from dashboard.services.staffing.roster_times import ONE_DAY, TimeEntryError, moment, parse

MOST_NAME: Final = 200
_DUTIES: Final = {
    WORK: ("work", "shift", "arbeit", "dienst", "schicht"),
    ON_CALL: ("oncall", "standby", "bereitschaft", "rufbereitschaft"),
}
_DUTY: Final = {name: key for key, names in _DUTIES.items() for name in names}
_BREAK: Final = re.compile(r"^(\d{1,2}[:.]\d{2})\s*[-–—]\s*(\d{1,2}[:.]\d{2})$")
_MINUTES: Final = re.compile(r"^(\d{1,3})\s*(?:min|minuten|minutes|')?$", re.IGNORECASE)
_SHIELDED: Final = re.compile(r"^'[=+\-@]")
_APART: Final = re.compile(r"[;,|]")
_SKILLS_APART: Final = re.compile(r"[;,|+/]")
Skills = Mapping[str, str]  # what may be written, in lower case → skill or queue


class _CellError(ValueError):
    def __init__(self, what: str, **values: object) -> None:
        super().__init__(what)
        self.what, self.values = what, values


def shift_of(row: Row, *, zone: ZoneInfo, skills: Skills, has_skills: bool) -> Shift | Problem:
    """The shift of a row; its first problem where it has one."""
    if row.problem is not None:
        return row.problem
    try:
        return _shift(row, zone=zone, skills=skills, has_skills=has_skills)
    except TimeEntryError as error:
        return Problem.of(row.number, error.what, got=error.got, field="", zone=zone.key)
    except _CellError as error:
        return Problem.of(row.number, error.what, **error.values)


def _shift(row: Row, *, zone: ZoneInfo, skills: Skills, has_skills: bool) -> Shift:
    cells = row.cells
    person, people = _who(cells)
    start, end = _times(cells, zone)
    breaks, loose = _breaks(cells.get("breaks", ""), start, end, zone=zone)
    return Shift(
        number=row.number,
        person=person,
        people=people,
        skills=_skills(cells.get("skill", ""), skills) if has_skills else (),
        start=start,
        end=end,
        breaks=breaks,
        loose_break=loose,
        duty=_duty(str(cells.get("duty", ""))),
    )


def _who(cells: Mapping[str, Any]) -> tuple[str, int]:
    person, group = (_plain(cells.get(name, "")) for name in ("person", "group"))
    said = str(cells.get("people", "")).strip().removesuffix(".0")
    if not person and not group:
        raise _CellError("person_missing")
    if not person and not said:
        raise _CellError("people_missing", group=group[:60])
    if said and not (said.isascii() and said.isdecimal() and 1 <= int(said) <= MOST_PEOPLE):
        raise _CellError("people_bad", got=said[:40], most=MOST_PEOPLE)
    if len(person or group) > MOST_NAME:
        raise _CellError("person_long", most=MOST_NAME)
    return person or group, int(said or 1)


def _plain(said: Any) -> str:
    """A name without the mark that keeps spreadsheets from taking it for a formula."""
    text = " ".join(str(said).split())
    return text[1:] if _SHIELDED.match(text) else text


def _times(cells: Mapping[str, Any], zone: ZoneInfo) -> Span:
    """Start and end; an end that is a clock time only lies within a day after the start."""
    start = _start(cells, zone)
    if "lasts" in cells:
        end = start + cells["lasts"]
    else:
        found = parse(_given(cells, "end"))
        end = _clock_end(found, start, zone) if isinstance(found, timedelta) else _whole(found, zone, field="end")
    if end <= start:
        raise _CellError("ends_before", start=_said(start, zone), end=_said(end, zone))
    if end - start > LONGEST:
        raise _CellError("too_long", hours=round((end - start).total_seconds() / 3600, 1))
    return start, end


def _start(cells: Mapping[str, Any], zone: ZoneInfo) -> datetime:
    found = parse(_given(cells, "start"))
    if not isinstance(found, timedelta):
        return _whole(found, zone, field="start")
    said = cells.get("date", "")
    if said == "":
        raise _CellError("date_missing", got=_given(cells, "start"))
    day = parse(said)
    if isinstance(day, timedelta):
        raise _CellError("time_unknown", field="date", got=str(said)[:40], zone=zone.key)
    return moment(datetime.combine(_day(day), time()) + found, zone)


def _given(cells: Mapping[str, Any], name: str) -> Any:
    value = cells.get(name, "")
    if value == "":
        raise _CellError("time_missing", field=name)
    return value


def _whole(found: datetime | date, zone: ZoneInfo, *, field: str) -> datetime:
    if not isinstance(found, datetime):
        raise _CellError("time_without_clock", field=field, got=found.isoformat())
    return moment(found, zone)


def _clock_end(clock: timedelta, start: datetime, zone: ZoneInfo) -> datetime:
    local = start.astimezone(zone)
    midnight = datetime.combine(local.date(), time())
    since = local.replace(tzinfo=None) - midnight
    if clock == since:
        raise _CellError("ends_before", start=_said(start, zone), end=_said(start, zone))
    return moment(midnight + clock + (ONE_DAY if clock < since else timedelta()), zone)


def _day(value: datetime | date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _skills(said: Any, known: Skills) -> tuple[str, ...]:
    parts = list(said) if isinstance(said, tuple) else [str(said)]
    if not any(part.strip() for part in parts):
        raise _CellError("skill_missing")
    if len(parts) == 1 and _key(parts[0]) not in known:
        parts = _SKILLS_APART.split(parts[0])
    found: dict[str, None] = {}
    for part in parts:
        if not part.strip():
            continue
        if _key(part) not in known:
            raise _CellError("skill_unknown", got=part.strip()[:60], known=", ".join(sorted(set(known.values())))[:300])
        found[known[_key(part)]] = None
    return tuple(found)


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _duty(said: str) -> str:
    plain = "".join(sign for sign in said.casefold() if sign.isalpha())
    if plain and plain not in _DUTY:
        raise _CellError("duty_unknown", got=said[:40])
    return _DUTY.get(plain, WORK)


def _breaks(said: Any, start: datetime, end: datetime, *, zone: ZoneInfo) -> tuple[tuple[Span, ...], timedelta]:
    """Breaks with their times, and the length of those without."""
    placed: list[Span] = []
    loose = timedelta()
    for part in _break_parts(said):
        if isinstance(part, tuple):
            placed.append((moment(part[0], zone), moment(part[1], zone)))
        elif isinstance(part, timedelta):
            loose += part
        elif found := _BREAK.match(part):
            placed.append(_placed(found[1], found[2], start, end, zone=zone))
        else:
            loose += _minutes(part)
    _check_breaks(placed, loose, start, end, zone=zone)
    return tuple(sorted(placed)), loose


def _break_parts(said: Any) -> list[Any]:
    if isinstance(said, tuple):
        return list(said)
    if isinstance(said, time):
        return [timedelta(hours=said.hour, minutes=said.minute)]
    if isinstance(said, timedelta):
        return [said]
    text = str(said).strip().removesuffix(".0")
    return [part.strip() for part in _APART.split(text) if part.strip() and part.strip() != "0"]


def _minutes(text: str) -> timedelta:
    found = _MINUTES.match(text)
    if found:
        return timedelta(minutes=int(found[1]))
    clock = parse(text) if ":" in text else None
    if not isinstance(clock, timedelta):
        raise _CellError("break_bad", got=text[:40])
    return clock


def _placed(first: str, last: str, start: datetime, end: datetime, *, zone: ZoneInfo) -> Span:
    """A break by the clock; of the days and of an hour that comes twice the one inside the shift."""
    begins = _inside(first, start, end, zone=zone)
    ends = None if begins is None else _inside(last, begins, end, zone=zone)
    if begins is None or ends is None or ends <= begins:
        raise _CellError("break_outside", got=f"{first}–{last}", start=_said(start, zone), end=_said(end, zone))
    return begins, ends


def _inside(clock: str, start: datetime, end: datetime, *, zone: ZoneInfo) -> datetime | None:
    since = parse(clock)
    day = start.astimezone(zone).date()
    for later in (0, 1):
        local = datetime.combine(day, time()) + later * ONE_DAY + (since if isinstance(since, timedelta) else ONE_DAY)
        for fold in (0, 1):
            at = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
            if start <= at <= end:
                return at
    return None


def _check_breaks(placed: list[Span], loose: timedelta, start: datetime, end: datetime, *, zone: ZoneInfo) -> None:
    for first, last in placed:
        if not start <= first < last <= end:
            got = f"{_said(first, zone)}–{_said(last, zone)}"
            raise _CellError("break_outside", got=got, start=_said(start, zone), end=_said(end, zone))
    for one, after in pairwise(sorted(placed)):
        if after[0] < one[1]:
            raise _CellError("break_twice", got=f"{_said(after[0], zone)}")
    if loose + sum((last - first for first, last in placed), timedelta()) >= end - start:
        raise _CellError("break_all", minutes=round(loose.total_seconds() / 60))


def _said(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
