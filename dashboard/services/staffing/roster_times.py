"""Times of a roster: what people and programs write, on a local clock that is moved twice a year."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

_CLOCK: Final = re.compile(r"^(\d{1,2})[:.](\d{2})(?::(\d{2}))?(?:\s*(?:Uhr|h))?$", re.IGNORECASE)
_GERMAN: Final = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(.+))?$")
ONE_DAY: Final = timedelta(days=1)
Clock = timedelta  # since the beginning of a day; 24:00 is one


class TimeEntryError(ValueError):
    """A time that cannot be taken; `what` is its message's key."""

    def __init__(self, what: str, got: object) -> None:
        super().__init__(what)
        self.what, self.got = what, str(got)[:40]


def parse(value: Any) -> datetime | date | Clock:
    """A moment, aware if its distance to UTC is given; a day; or a clock time. TimeEntryError for anything else."""
    if isinstance(value, datetime | date | timedelta):
        return value
    if isinstance(value, time):
        return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    return _parsed(str(value).strip())


@lru_cache(maxsize=8192)  # a roster of fifty thousand shifts has a few hundred times
def _parsed(text: str) -> datetime | date | Clock:
    for read in (_clock, _german, _iso):
        try:
            found = read(text)
        except ValueError:
            continue
        if found is not None:
            return found
    raise TimeEntryError("time_unknown", text)


@lru_cache(maxsize=8192)
def moment(local: datetime, zone: ZoneInfo) -> datetime:
    """The UTC moment of a local time; TimeEntryError where the clock jumps over it, or shows it twice."""
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    exists = first.astimezone(zone).replace(tzinfo=None) == local
    raise TimeEntryError("time_twice" if exists else "time_gap", local.isoformat(" ", timespec="minutes"))


def _clock(text: str) -> Clock | None:
    found = _CLOCK.match(text)
    if not found:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if hours > 24 or minutes > 59 or seconds > 59 or (hours == 24 and minutes + seconds):
        raise ValueError(text)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _german(text: str) -> datetime | date | None:
    found = _GERMAN.match(text)
    if not found:
        return None
    day = date(int(found[3]), int(found[2]), int(found[1]))
    if not found[4]:
        return day
    clock = _clock(found[4].strip())
    return None if clock is None else datetime.combine(day, time()) + clock


def _iso(text: str) -> datetime | date | None:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date.fromisoformat(text)
    day, _, clock = text.partition(" ") if " " in text else text.partition("T")
    if clock in ("24:00", "24:00:00"):
        return datetime.combine(date.fromisoformat(day), time()) + ONE_DAY
    return datetime.fromisoformat(text) if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:", text) else None
