"""Reading the times a person types in a hurry: `14:30`, `2.30 pm`, `24.11. 14:30`, `in 90 min`, `jetzt`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dashboard.services.entry_numbers import EntryError

Leaning = Literal["past", "future"]

_NOW: Final = {"jetzt", "now", "sofort", "gerade", "eben", "just now"}
_DAYS: Final = {"heute": 0, "today": 0, "gestern": -1, "yesterday": -1, "morgen": 1, "tomorrow": 1}
_CLOCK: Final = re.compile(r"^(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s*(a\.?m\.?|p\.?m\.?)?\s*(?:uhr)?$", re.ASCII)
_SHIFT: Final = re.compile(
    r"^(?P<sign>\+|-|in |vor )?\s*(?P<count>\d{1,4})\s*(?P<unit>[a-z]*)\.?(?P<ago> ago)?$", re.ASCII
)
_ISO: Final = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:t|[ ,]+)(.*)$", re.ASCII)
_DAY_FIRST: Final = re.compile(r"^(\d{1,2})([./])(\d{1,2})(?:\2(\d{4}|\d{2})?)?[ ,]+(?:at )?(.*)$", re.ASCII)
_STEPS: Final = {
    "m min mins minute minuten minutes": timedelta(minutes=1),
    "h std stunde stunden hour hours hr hrs": timedelta(hours=1),
    "d tag tage tagen day days": timedelta(days=1),
}
_UNITS: Final = {unit: step for units, step in _STEPS.items() for unit in units.split()}
# Clocks differ, and "now" is typed a moment before it is sent.
GRACE: Final = timedelta(minutes=5)


def parse_time(text: str, *, now: datetime, zone: ZoneInfo, leaning: Leaning) -> datetime:
    """The time an entry means, aware UTC; raises EntryError.

    A time without a day is the nearest one past or to come, as `leaning` says, and so is a bare `20 min`. A time that
    summer time leaves out is refused; of one that comes twice the first is meant.
    """
    entry = " ".join(text.casefold().split()).removeprefix("um ").removeprefix("at ")
    if not entry:
        raise EntryError("time_missing", text)
    if entry in _NOW:
        return now.astimezone(UTC)
    shift = _shift(entry, leaning=leaning)
    if shift is not None:
        return now.astimezone(UTC) + shift
    return _named(entry, text=text, here=now.astimezone(zone), leaning=leaning)


def _shift(entry: str, *, leaning: Leaning) -> timedelta | None:
    match = _SHIFT.match(entry)
    if not match:
        return None
    sign, ago = (match["sign"] or "").strip(), bool(match["ago"])
    unit = match["unit"] or ("min" if sign else "")
    if unit not in _UNITS:
        return None
    back = ago or sign in ("-", "vor") or (not sign and leaning == "past")
    return _UNITS[unit] * int(match["count"]) * (-1 if back else 1)


def _named(entry: str, *, text: str, here: datetime, leaning: Leaning) -> datetime:
    day, clock_text = _day_and_clock(entry, text=text, today=here.date())
    clock, zone = _clock(clock_text, text=text), here.tzinfo
    assert isinstance(zone, ZoneInfo)
    if day is None:
        return _nearest(clock, text=text, here=here, leaning=leaning)
    return _wall(day, clock, zone=zone, text=text)


def _nearest(clock: time, *, text: str, here: datetime, leaning: Leaning) -> datetime:
    zone = here.tzinfo
    assert isinstance(zone, ZoneInfo)
    at = _wall(here.date(), clock, zone=zone, text=text)
    if leaning == "past" and at > here.astimezone(UTC) + GRACE:
        return _wall(here.date() - timedelta(days=1), clock, zone=zone, text=text)
    if leaning == "future" and at < here.astimezone(UTC) - GRACE:
        return _wall(here.date() + timedelta(days=1), clock, zone=zone, text=text)
    return at


def _day_and_clock(entry: str, *, text: str, today: date) -> tuple[date | None, str]:
    if _CLOCK.match(entry):  # 2.30 pm is no day in February
        return None, entry
    word, _, rest = entry.partition(" ")
    word = word.rstrip(",")
    if word in _DAYS:
        return today + timedelta(days=_DAYS[word]), _bare(rest)
    if iso := _ISO.match(entry):
        return _date(int(iso[1]), iso[2], iso[3], text=text), _bare(iso[4])
    if named := _DAY_FIRST.match(entry):
        return _day_first(named, text=text, today=today), _bare(named[5])
    return None, entry


def _bare(clock: str) -> str:
    return clock.strip().removeprefix("um ").removeprefix("at ")


def _day_first(named: re.Match[str], *, text: str, today: date) -> date:
    day, month, year = named[1], named[3], named[4]
    if named[2] == "/" and int(month) > 12:  # 11/24: only the American order makes sense of it
        day, month = month, day
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day, text=text)
    # Around New Year the year is the one that brings the day nearest.
    nearby = [_date(today.year + step, month, day, text=text) for step in (-1, 0, 1)]
    return min(nearby, key=lambda candidate: abs(candidate - today))


def _date(year: int, month: str, day: str, *, text: str) -> date:
    try:
        return date(year, int(month), int(day))
    except ValueError as error:
        raise EntryError("time_no_such_day", text) from error


def _clock(entry: str, *, text: str) -> time:
    match = _CLOCK.match(entry)
    if not match:
        raise EntryError("time_unreadable", text)
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "")[:1]
    if half and not 1 <= hour <= 12:
        raise EntryError("time_unreadable", text)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        raise EntryError("time_unreadable", text)
    return time(hour, minute)


def _wall(day: date, clock: time, *, zone: ZoneInfo, text: str) -> datetime:
    at = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).time() != clock:
        raise EntryError("time_left_out", text)
    return at
