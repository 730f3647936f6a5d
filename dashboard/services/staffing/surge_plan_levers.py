"""The levers a surge plan may use: the centre's catalogue or the shipped one, with what people have set instead."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from connectors.storage.read import get_setting
from connectors.storage.write import put_setting
from dashboard.domain.surge_plan import Terms
from dashboard.services.levers import lever_choice
from dashboard.services.levers.lever_catalogue import Catalogue
from dashboard.settings import Settings
from forecasting.staffing.levers import Lever

SETTING = "surge_plan.levers"
ENTERED = ("capacity", "lead_min", "least_min", "most_min", "cost_per_hour", "cost_once", "effect")
_FIELDS = {"lead_min": "lead_s", "least_min": "least_s", "most_min": "most_s"}

Entries = Mapping[str, Mapping[str, str]]  # lever → name → text


class LeverEntryError(ValueError):
    """Entries that cannot be taken: what is wrong, by lever."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


def catalogue(session: Session, settings: Settings) -> tuple[Catalogue, str]:
    """The levers with people's figures, and whence: `configured`, `shipped`, or what is wrong with the file."""
    choice = lever_choice.configured(settings)
    found = choice.catalogue or lever_choice.shipped()
    kept = _kept(session)
    levers = tuple(_with(one, kept.get(one.key, {})) for one in found.levers)
    shipped = found == lever_choice.shipped()
    return replace(found, levers=levers), choice.problem or ("shipped" if shipped else "configured")


def terms(session: Session, settings: Settings) -> tuple[Terms, ...]:
    """The same in the units people write."""
    kept = _kept(session)
    return tuple(_terms(one, tuple(kept.get(one.key, {}))) for one in catalogue(session, settings)[0].levers)


def save(session: Session, entries: Entries, *, settings: Settings) -> None:
    """Keep the figures that differ from the catalogue's; an empty field gives one back. Raises LeverEntryError."""
    choice = lever_choice.configured(settings)
    known = {one.key: one for one in (choice.catalogue or lever_choice.shipped()).levers}
    kept, problems = _kept(session), {}
    for key, fields in entries.items():
        if key not in known:
            continue
        try:
            given = {name: _number(name, text) for name, text in fields.items() if name in ENTERED and text.strip()}
            base = _terms(known[key], ())
            own = {name: value for name, value in given.items() if abs(value - getattr(base, name)) > 1e-9}
            _with(known[key], own)
        except ValueError as error:
            problems[key] = str(error)
            continue
        kept.pop(key, None)
        if own:
            kept[key] = own
    if problems:
        raise LeverEntryError(problems)
    put_setting(session, SETTING, json.dumps(kept))


def _kept(session: Session) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = json.loads(get_setting(session, SETTING) or "{}")
    return found


def _with(lever: Lever, own: Mapping[str, float]) -> Lever:
    if not own:
        return lever
    low, expected, high = lever.effect
    expected = own.get("effect", expected)
    given: dict[str, Any] = {
        _FIELDS.get(name, name): value * (60 if name in _FIELDS else 1)
        for name, value in own.items()
        if name != "effect"
    }
    return replace(lever, **given, effect=(min(low, expected), expected, max(high, expected)))


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
    return value / 100 if name == "effect" else value
