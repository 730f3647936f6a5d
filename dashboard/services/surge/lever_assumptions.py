"""The ranges of levers' effects as people may change them: on the same form as what is assumed of a surge."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.storage.read import get_actions, get_forecast, get_queues
from connectors.storage.rows import AuditRow
from connectors.storage.write import add_audit
from dashboard.domain.levers import DEMAND, Measured
from dashboard.domain.people import Right
from dashboard.services.accounts import Account
from dashboard.services.levers import lever_choice, lever_effects, lever_ranges
from dashboard.services.levers.lever_effects import MOST_AVOIDED
from dashboard.services.surge import surge_actions, surge_assumptions
from dashboard.services.surge.surge_assumptions import PERCENT, AssumptionError, Entries, Field
from dashboard.settings import Settings

PREFIX = "lever."
MOST_MEASURED = 3


@dataclass(frozen=True, slots=True)
class LeverField:
    """A lever's range for the form, and what was measured of it, the latest first."""

    field: Field
    lever: str
    measured: tuple[tuple[datetime, Measured], ...]


def fields(session: Session, settings: Settings) -> tuple[LeverField, ...]:
    """The range of every lever that avoids contacts, and of a status update."""
    found = []
    for terms in lever_effects.assumed(session, settings).values():
        if terms.kind == DEMAND:
            source = lever_choice.own_source(terms.key, terms.source)
            shown = Field(PREFIX + terms.key, 100 * terms.low, 100 * terms.high, PERCENT, source, terms.changed)
            found.append(LeverField(shown, terms.key, _measured(session, terms.key)))
    return tuple(found)


def save_all(session: Session, entries: Entries, *, settings: Settings, by: Account, now: datetime) -> tuple[str, ...]:
    """Keep the whole form, or nothing of it: what is assumed of a surge, and levers' ranges; the names that changed.

    Raises AssumptionError with every entry that cannot be taken, and ForbiddenError.
    """
    levers = {name.removeprefix(PREFIX): ends for name, ends in entries.items() if name.startswith(PREFIX)}
    others = {name: ends for name, ends in entries.items() if not name.startswith(PREFIX)}
    problems: dict[str, str] = {}
    changed: tuple[str, ...] = ()
    saves: tuple[Callable[[], tuple[str, ...]], ...] = (
        lambda: surge_assumptions.save(session, others, by=by, now=now),
        lambda: _save(session, levers, settings=settings, by=by, now=now),
    )
    for save in saves:
        try:
            changed += save()
        except AssumptionError as error:
            problems |= error.problems
    if problems:
        raise AssumptionError(problems)
    return changed


def _save(session: Session, entries: Entries, *, settings: Settings, by: Account, now: datetime) -> tuple[str, ...]:
    by.require(Right.RUN_INCIDENT)
    before, known = lever_ranges.kept(session), lever_effects.assumed(session, settings)
    ranges, problems = dict(before), {}
    for key, (low, high) in entries.items():
        if key not in known:
            continue
        if not low.strip() and not high.strip():
            ranges.pop(key, None)
            continue
        ends = _ends(low, high)
        if ends is None:
            problems[PREFIX + key] = "share"
        elif not _as_shown(ends, (known[key].low, known[key].high)):
            ranges[key] = lever_ranges.between(*ends)
    if problems:
        raise AssumptionError(problems)
    changed = tuple(key for key in {**before, **ranges} if ranges.get(key) != before.get(key))
    if changed:
        lever_ranges.keep(session, ranges)
        detail = json.dumps({key: ranges.get(key) for key in changed})
        add_audit(session, AuditRow(now, by.name, "lever.effects", ", ".join(changed), detail))
    return tuple(PREFIX + key for key in changed)


def _ends(low: str, high: str) -> tuple[float, float] | None:
    """Both ends as shares; None where they are no range of avoided contacts."""
    try:
        first, last = (surge_assumptions.number(text) / 100 for text in (low, high))
    except ValueError:
        return None
    return (first, last) if 0 < first <= last <= MOST_AVOIDED else None


def _as_shown(typed: tuple[float, float], shown: tuple[float, float]) -> bool:
    return all(abs(a - b) <= 0.005 * b for a, b in zip(typed, shown, strict=True))


def _measured(session: Session, lever: str) -> tuple[tuple[datetime, Measured], ...]:
    """What the last outlook of each incident says of the lever's latest uses."""
    queues = get_queues(session)
    used = [row for row in get_actions(session, lever=lever) if row.undone_at is None][: -MOST_MEASURED - 1 : -1]
    found = []
    for row in used if queues else ():
        last = get_forecast(session, queues[0].key, kind="surge", incident_id=row.incident_id, end=row.at)
        known: Mapping[str, Measured] = surge_actions.shown(last.basis)["measured"] if last else {}
        if str(row.id) in known:
            found.append((row.at, known[str(row.id)]))
    return tuple(found)
