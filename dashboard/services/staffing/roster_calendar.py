"""A roster as a calendar (ICS): an event is a shift.

SUMMARY names the person, CATEGORIES the skills, DTSTART with DTEND or DURATION the time. Repeated events are refused
one by one rather than guessed: a calendar can write each of them out.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from icalendar import Calendar, Component, Event, vPeriod
from icalendar.error import BrokenCalendarProperty

from dashboard.domain.roster import Problem
from dashboard.services.staffing.roster_cells import Cells, Row, UnreadableError

_REPEATS: Final = ("RRULE", "RDATE")
_FIELDS: Final = {
    "SUMMARY": "person",
    "X-ANDRANG-PEOPLE": "people",
    "X-ANDRANG-DUTY": "duty",
    "X-ANDRANG-BREAK-MINUTES": "breaks",
}


class _EventError(ValueError):
    """An event that cannot be taken; what is wrong, with values."""

    def __init__(self, what: str, **values: object) -> None:
        super().__init__(what)
        self.what, self.values = what, values


def read_calendar(content: bytes) -> Cells:
    """All events in their order, numbered from 1; UnreadableError where the file is no calendar."""
    found = [one for one in _calendar(content).walk("VEVENT") if isinstance(one, Event)]
    events = list(enumerate(found, start=1))
    held = [(number, one) for number, one in events if str(_first(one, "STATUS") or "").upper() != "CANCELLED"]
    rows = [_row(number, one) for number, one in held]
    fields = {name for row in rows for name in row.cells}
    cancelled = len(events) - len(held)
    notes = [Problem.of(0, "cancelled", n=cancelled)] if cancelled else []
    return Cells(rows, frozenset(fields), notes)


def _calendar(content: bytes) -> Component:
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise UnreadableError("not_utf8") from error
    if not text.upper().endswith("END:VCALENDAR"):
        raise UnreadableError("cut_calendar")
    try:
        return Calendar.from_ical(text)
    except ValueError as error:
        raise UnreadableError("not_calendar") from error


def _row(number: int, event: Event) -> Row:
    cells: dict[str, Any] = {field: _text(event, name) for name, field in _FIELDS.items() if name in event}
    if skills := tuple(str(one).strip() for one in event.categories):
        cells["skill"] = skills
    try:
        if any(name in event for name in _REPEATS):
            raise _EventError("repeats")
        cells["start"] = _moment(event, "DTSTART", field="start")
        if "DURATION" in event and "DTEND" not in event:
            cells["lasts"] = _time(event, "DURATION", field="end")
        else:
            cells["end"] = _moment(event, "DTEND", field="end")
        if "X-ANDRANG-BREAKS" in event:
            cells["breaks"] = (*_breaks(event), *_loose(cells))
    except _EventError as error:
        return Row(number, cells, Problem.of(number, error.what, **error.values))
    return Row(number, cells)


def _first(event: Event, name: str) -> Any:
    """A property's value; of several the first."""
    found = event.get(name)
    return found[0] if isinstance(found, list) else found


def _text(event: Event, name: str) -> str:
    return " ".join(str(_first(event, name)).split())


def _time(event: Event, name: str, *, field: str) -> Any:
    found = _first(event, name)
    if found is None:
        raise _EventError("time_missing", field=field)
    try:
        return found.dt
    except BrokenCalendarProperty as error:
        raise _EventError("time_unknown", field=field, got=str(found)[:40]) from error


def _moment(event: Event, name: str, *, field: str) -> datetime:
    """A time, aware where the calendar says of which zone it is; without one the rows know in which zone that is."""
    found = _time(event, name, field=field)
    if not isinstance(found, datetime):
        raise _EventError("all_day")
    zone = _first(event, name).params.get("TZID")
    if zone and found.tzinfo is None:
        raise _EventError("zone_unknown", got=str(zone)[:60])
    return found


def _breaks(event: Event) -> list[tuple[datetime, datetime]]:
    text = _text(event, "X-ANDRANG-BREAKS")
    try:
        return [_ends(*vPeriod.from_ical(one.strip())) for one in text.split(",")]  # type: ignore[no-untyped-call]
    except (ValueError, TypeError) as error:
        raise _EventError("time_unknown", field="breaks", got=text[:40]) from error


def _ends(first: datetime, last: datetime | timedelta) -> tuple[datetime, datetime]:
    return first, first + last if isinstance(last, timedelta) else last


def _loose(cells: dict[str, Any]) -> tuple[timedelta, ...]:
    """Minutes of break that have no place in the day."""
    minutes = str(cells.get("breaks", ""))
    return (timedelta(minutes=int(minutes)),) if minutes.isdecimal() else ()
