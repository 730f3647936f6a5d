"""Days that people entered, as the maths takes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from connectors.storage.rows import CalendarEntryRow
from forecasting.volume.calendar import SpecialDays

CLOSURE = "closure"
# Days of these kinds are taken to be alike whatever they are called, so that few of them are enough to learn from.
ALIKE = ("school_holiday", "billing")
_YEAR = re.compile(r"\s*\b(19|20)\d\d(\s*/\s*\d{2,4})?\b\s*")


def closures(entries: Iterable[CalendarEntryRow]) -> frozenset[date]:
    """The dates on which the queue is closed."""
    return frozenset(day for entry in entries if entry.kind == CLOSURE for day in days_of(entry))


def special(entries: Iterable[CalendarEntryRow]) -> tuple[SpecialDays, ...]:
    """The other days by what they are taken to be alike as; a name in capitals is the same name."""
    names: dict[str, str] = {}
    groups: dict[str, dict[date, float]] = {}
    for entry in entries:
        if entry.kind != CLOSURE:
            name = alike(entry)
            key = name.casefold()
            names.setdefault(key, name)
            group = groups.setdefault(key, {})
            group.update({day: entry.share or group.get(day, 0.0) for day in days_of(entry)})
    return tuple(SpecialDays(names[key], tuple(sorted(days.items()))) for key, days in sorted(groups.items()))


def alike(entry: CalendarEntryRow) -> str:
    """What days share an effect with: their kind, or "campaign: Spring sale" for "Spring sale 2026"."""
    if entry.kind in ALIKE:
        return entry.kind
    return f"{entry.kind}: {_YEAR.sub(' ', entry.name).strip() or entry.name}"


def days_of(entry: CalendarEntryRow) -> Iterator[date]:
    """Every date from the first to the last."""
    for n in range((entry.last_day - entry.first_day).days + 1):
        yield entry.first_day + timedelta(days=n)
