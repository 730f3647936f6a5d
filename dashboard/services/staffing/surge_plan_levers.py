"""The levers a surge plan may use, in the units people write, and their figures as people set them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.storage.rows import AuditRow
from connectors.storage.write import add_audit
from dashboard.domain.levers import DEMAND
from dashboard.domain.people import Right
from dashboard.domain.surge_plan import Terms
from dashboard.services.accounts import Account
from dashboard.services.levers import lever_figures, lever_ranges
from dashboard.services.levers.lever_catalogue import Catalogue
from dashboard.services.levers.lever_effects import MOST_AVOIDED
from dashboard.services.levers.lever_figures import EFFECT, FIGURES
from dashboard.services.levers.lever_ranges import Spread3
from dashboard.settings import Settings
from forecasting.staffing.levers import Lever

ENTERED = (*FIGURES, EFFECT)
_SAME = 1e-9

Entries = Mapping[str, Mapping[str, str]]  # lever → name → text


class LeverEntryError(ValueError):
    """Entries that cannot be taken: what is wrong, by lever."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


def catalogue(session: Session, settings: Settings) -> tuple[Catalogue, str]:
    """The levers with people's figures, and whence: `configured`, `shipped`, or what is wrong with the file."""
    found = lever_figures.effective(session, settings)
    return found.catalogue, found.problem or found.whence


def terms(session: Session, settings: Settings) -> tuple[Terms, ...]:
    """The same in the units people write."""
    found = lever_figures.effective(session, settings)
    return tuple(_terms(one, found.changed.get(one.key, ())) for one in found.catalogue.levers)


def save(session: Session, entries: Entries, *, settings: Settings, by: Account, now: datetime) -> None:
    """Keep the figures that differ from the catalogue's; an empty field gives one back. Raises LeverEntryError."""
    by.require(Right.PLAN_STAFF)
    base = {one.key: one for one in lever_figures.effective(session, settings).base.levers}
    figures, effects = lever_figures.kept(session), lever_ranges.kept(session)
    before = (dict(figures), dict(effects))
    problems = {}
    for key, fields in entries.items():
        if key not in base:
            continue
        try:
            own, effect = _taken(base[key], fields, effects.get(key))
        except ValueError as error:
            problems[key] = str(error)
            continue
        for kept, value in ((figures, own), (effects, effect)):
            kept.pop(key, None)
            if value:
                kept[key] = value  # type: ignore[assignment]
    if problems:
        raise LeverEntryError(problems)
    if (figures, effects) == before:
        return
    lever_figures.keep(session, figures)
    lever_ranges.keep(session, effects)
    changed = sorted(
        key for key in base if (figures.get(key), effects.get(key)) != (before[0].get(key), before[1].get(key))
    )
    detail = json.dumps({key: {**figures.get(key, {}), EFFECT: effects.get(key)} for key in changed})
    add_audit(session, AuditRow(now, by.name, "lever.figures", ", ".join(changed), detail))


def _taken(base: Lever, fields: Mapping[str, str], effect: Spread3 | None) -> tuple[dict[str, float], Spread3 | None]:
    """The figures of one lever that differ from the catalogue's, and its effect; ValueError where they make none."""
    given = {name: _number(name, text) for name, text in fields.items() if name in ENTERED and text.strip()}
    terms = _terms(base, ())
    own = {name: given[name] for name in FIGURES if name in given and abs(given[name] - getattr(terms, name)) > _SAME}
    if EFFECT in fields:
        effect = _effect(base, given.get(EFFECT), effect)
    lever_figures.with_figures(base, own, effect=effect)
    return own, effect


def _effect(base: Lever, expected: float | None, known: Spread3 | None) -> Spread3 | None:
    """What a person says of the effect; a range that was set on the form of assumptions stays while it fits."""
    if expected is None:
        return None
    shown = known or base.effect
    if abs(round(100 * expected, 2) - round(100 * shown[1], 2)) <= _SAME:
        return known
    if base.kind == DEMAND and not 0 < expected <= MOST_AVOIDED:
        raise ValueError(f"effect: {100 * expected:g}, 0 < … ≤ {100 * MOST_AVOIDED:g}")
    if abs(expected - base.effect[1]) <= _SAME:
        return None
    return lever_ranges.around(expected, base.effect)


def _terms(lever: Lever, changed: tuple[str, ...]) -> Terms:
    low, expected, high = lever.effect
    return Terms(
        key=lever.key,
        kind=lever.kind,
        capacity=lever.capacity,
        lead_min=lever.lead_s / 60,
        least_min=lever.least_s / 60,
        most_min=lever.most_s / 60,
        cost_per_hour=lever.cost_per_hour,
        cost_once=lever.cost_once,
        low=low,
        effect=expected,
        high=high,
        source=lever.source,
        changed=changed,
    )


def _number(name: str, text: str) -> float:
    bare = "".join(text.split()).replace("\u202f", "").rstrip("%")
    try:
        value = float(bare.replace(",", "."))
    except ValueError:
        raise ValueError(f"{name}: {text.strip()!r}") from None
    return value / 100 if name == EFFECT else value
