"""A roster as a calendar (ICS): of RFC 5545 what shifts need, read strictly; no library for it is a dependency.

An event is a shift: SUMMARY names the person, CATEGORIES the skills, DTSTART with DTEND or DURATION the time. Repeated
events are refused one by one rather than guessed: a calendar can write each of them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

from dashboard.domain.roster import Problem
from dashboard.services.staffing.roster_cells import Cells, Row, UnreadableError

_PROPERTY: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9-]+)(?P<more>(?:;[A-Za-z0-9-]+=(?:\"[^\"]*\"|[^\";:]*))*):(?P<value>.*)$"
)
_PARAMETER: Final = re.compile(r";([A-Za-z0-9-]+)=(\"[^\"]*\"|[^\";:]*)")
_TIME: Final = re.compile(r"^\d{8}T\d{6}Z?$")
_DURATION: Final = re.compile(r"^\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$")
_REPEATS: Final = ("RRULE", "RDATE")
_FIELDS: Final = {
    "SUMMARY": "person",
    "X-ANDRANG-PEOPLE": "people",
    "X-ANDRANG-DUTY": "duty",
    "X-ANDRANG-BREAK-MINUTES": "breaks",
}


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    parameters: dict[str, str]
    value: str


class _EventError(ValueError):
    """An event that cannot be taken; what is wrong, with values."""

    def __init__(self, what: str, **values: object) -> None:
        super().__init__(what)
        self.what, self.values = what, values


def read_calendar(content: bytes) -> Cells:
    """All events in their order, numbered from 1; UnreadableError where the file is no calendar."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("not_utf8") from error
    events = list(_events(text))
    cancelled = sum(any((p.name, p.value.upper()) == ("STATUS", "CANCELLED") for p in one) for _, one in events)
    rows = [_row(number, one) for number, one in events if not _is_cancelled(one)]
    fields = {name for row in rows for name in row.cells}
    notes = [Problem.of(0, "cancelled", n=cancelled)] if cancelled else []
    return Cells(rows, frozenset(fields), notes)


def _events(text: str) -> Iterator[tuple[int, list[_Property]]]:
    lines = _unfolded(text)
    if not lines or lines[0].upper() != "BEGIN:VCALENDAR":
        raise UnreadableError("not_calendar")
    if lines[-1].upper() != "END:VCALENDAR":
        raise UnreadableError("cut_calendar")
    event: list[_Property] | None = None
    inside: list[str] = []  # parts of an event that are none of its own, such as alarms
    number = 0
    for line in lines:
        found = _PROPERTY.match(line)
        if found is None:
            continue
        one = _Property(found["name"].upper(), _parameters(found["more"]), found["value"])
        if one.name == "BEGIN" and one.value.upper() == "VEVENT":
            event, inside, number = [], [], number + 1
        elif event is None:
            continue
        elif one.name == "BEGIN":
            inside.append(one.value)
        elif one.name == "END" and inside:
            inside.pop()
        elif one.name == "END":
            yield number, event
            event = None
        elif not inside:
            event.append(one)


def _unfolded(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += line[1:]
        elif line.strip():
            lines.append(line.rstrip("\r"))
    return lines


def _parameters(text: str) -> dict[str, str]:
    return {name.upper(): value.strip('"') for name, value in _PARAMETER.findall(text)}


def _is_cancelled(event: list[_Property]) -> bool:
    return any(one.name == "STATUS" and one.value.upper() == "CANCELLED" for one in event)


def _row(number: int, event: list[_Property]) -> Row:
    known = {one.name: one for one in event}
    cells: dict[str, Any] = {field: _unescaped(known[name].value) for name, field in _FIELDS.items() if name in known}
    skills = [_unescaped(part) for one in event if one.name == "CATEGORIES" for part in _parts(one.value)]
    if skills:
        cells["skill"] = tuple(skills)
    breaks = [part for one in event if one.name == "X-ANDRANG-BREAKS" for part in one.value.split(",")]
    loose = str(cells.get("breaks", ""))
    try:
        if any(name in known for name in _REPEATS):
            raise _EventError("repeats")
        cells["start"] = _moment(known.get("DTSTART"), "start")
        if "DURATION" in known and "DTEND" not in known:
            cells["lasts"] = _length(known["DURATION"].value)
        else:
            cells["end"] = _moment(known.get("DTEND"), "end")
        if breaks:
            rest = (timedelta(minutes=int(loose)),) if loose.isdecimal() else ()
            cells["breaks"] = (*(_period(one) for one in breaks), *rest)
    except _EventError as error:
        return Row(number, cells, Problem.of(number, error.what, **error.values))
    return Row(number, cells)


def _moment(one: _Property | None, field: str) -> datetime:
    """A time, aware where the calendar says of which zone it is."""
    if one is None:
        raise _EventError("time_missing", field=field)
    if one.parameters.get("VALUE", "").upper() == "DATE" or re.fullmatch(r"\d{8}", one.value):
        raise _EventError("all_day")
    return _time(one.value, one.parameters.get("TZID", ""), field=field)


def _time(value: str, zone: str, *, field: str) -> datetime:
    if not _TIME.match(value):
        raise _EventError("time_unknown", field=field, got=value[:40])
    try:
        # Without a zone it stays naive: in which zone that is, the rows know.
        naive = datetime.strptime(value[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except ValueError as error:
        raise _EventError("time_unknown", field=field, got=value[:40]) from error
    if value.endswith("Z"):
        return naive.replace(tzinfo=UTC)
    return naive.replace(tzinfo=_zone(zone)) if zone else naive


def _zone(name: str) -> ZoneInfo:
    """An IANA zone, or the one that Windows means by a name of its own."""
    known = get_global("windows_zone_mapping").get(name, name)
    try:
        return ZoneInfo(str(known))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _EventError("zone_unknown", got=name[:60]) from None


def _length(text: str) -> timedelta:
    found = _DURATION.match(text.upper())
    if found is None:
        raise _EventError("time_unknown", field="end", got=text[:40])
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _period(text: str) -> tuple[datetime, datetime]:
    first, _, last = text.partition("/")
    return _time(first.strip(), "", field="breaks"), _time(last.strip(), "", field="breaks")


def _parts(text: str) -> list[str]:
    return re.split(r"(?<!\\),", text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([\\;,nN])", lambda found: " " if found[1] in "nN" else found[1], text).strip()
