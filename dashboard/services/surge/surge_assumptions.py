"""What is assumed of a surge, as people may change it: ranges with their units, kept as one setting and audited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.storage.read import get_setting
from connectors.storage.rows import AuditRow
from connectors.storage.write import add_audit, put_setting
from dashboard.domain.people import Right
from dashboard.services.accounts import Account
from dashboard.services.surge import surge_library
from forecasting.surge import SurgeAssumptions

SETTING = "surge.assumptions"
SHARES = ("contact_share", "peak_share", "night_share", "deferred_share", "redial", "abandonment", "second_wave_share")
PERCENT, MINUTES, FACTOR = "percent", "minutes", "factor"
_PER_UNIT = {PERCENT: 0.01, MINUTES: 60.0, FACTOR: 1.0}

Entries = Mapping[str, tuple[str, str]]


class AssumptionError(ValueError):
    """Entries that cannot be taken: the message's code by the name of the assumption."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {code}" for name, code in problems.items()))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Field:
    """One assumption as the form shows it: its ends in its unit, where it comes from, whether a person set it."""

    name: str
    low: float
    high: float
    unit: str
    source: str
    changed: bool


def current(session: Session) -> SurgeAssumptions:
    """What is assumed now: as people have set it, else as own incidents have taught it, else as it was published."""
    return surge_library.tightened(session, _stated(session))


def fields(session: Session) -> tuple[Field, ...]:
    """Every assumption for the form."""
    return tuple(
        Field(name, one.low / _PER_UNIT[unit], one.high / _PER_UNIT[unit], unit, one.source, one.changed)
        for name, one in current(session).ranges().items()
        for unit in [unit_of(name)]
    )


def unit_of(name: str) -> str:
    """The unit an assumption is entered in."""
    if name in SHARES:
        return PERCENT
    return MINUTES if name.endswith("_s") else FACTOR


def save(session: Session, entries: Entries, *, by: Account, now: datetime) -> tuple[str, ...]:
    """Keep what differs from what is assumed without anybody's change; empty fields give a range back.

    Returns the names that changed; raises AssumptionError and ForbiddenError.
    """
    by.require(Right.RUN_INCIDENT)
    before, base = _kept(session), surge_library.tightened(session, SurgeAssumptions())
    ranges, problems = dict(before), {}
    for name, (low, high) in entries.items():
        if name not in base.ranges():
            continue
        if not low.strip() and not high.strip():
            ranges.pop(name, None)
            continue
        try:
            ends = [number(text) * _PER_UNIT[unit_of(name)] for text in (low, high)]
            base.changed(name, *ends)
        except ValueError:
            problems[name] = "range"
            continue
        shown = current(session).ranges()[name]
        if not all(_same(a, b) for a, b in zip(ends, (shown.low, shown.high), strict=True)):
            ranges[name] = ends
    if problems:
        raise AssumptionError(problems)
    changed = tuple(name for name in base.ranges() if ranges.get(name) != before.get(name))
    if changed:
        put_setting(session, SETTING, json.dumps(ranges))
        detail = json.dumps({name: ranges.get(name) for name in changed})
        add_audit(session, AuditRow(now, by.name, "surge.assumptions", ", ".join(changed), detail))
    return changed


def _stated(session: Session) -> SurgeAssumptions:
    made = SurgeAssumptions()
    for name, (low, high) in _kept(session).items():
        if name in made.ranges():  # one of a later version is left alone
            made = made.changed(name, low, high)
    return made


def _kept(session: Session) -> dict[str, list[float]]:
    found: dict[str, list[float]] = json.loads(get_setting(session, SETTING) or "{}")
    return found


def number(text: str) -> float:
    """A number with either decimal sign; its unit may be written behind it."""
    return float(text.strip().rstrip("%×minh. ").replace(",", ".").replace("\u202f", ""))


def _same(typed: float, shown: float) -> bool:
    """Whether an entry is what the form showed, which is rounded."""
    return abs(typed - shown) <= 0.005 * shown
