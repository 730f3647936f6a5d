"""The levers as they count: the centre's catalogue with every figure that a person has set instead of it.

Capacity, times and costs are set on the surge plan's page, effects there or on the form of assumptions; whoever needs a
lever asks here, so that the plan, the situation and the outlook never differ about it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy.orm import Session

from connectors.storage.read import get_setting
from connectors.storage.write import put_setting
from dashboard.services.levers import lever_choice, lever_ranges
from dashboard.services.levers.lever_catalogue import Catalogue
from dashboard.services.levers.lever_ranges import Spread3
from dashboard.settings import Settings
from forecasting.staffing.levers import Lever

SETTING: Final = "surge_plan.levers"
EFFECT: Final = "effect"
# What a person sets → the lever's attribute and the unit it is written in [s].
FIGURES: Final[Mapping[str, tuple[str, float]]] = {
    "capacity": ("capacity", 1.0),
    "lead_min": ("lead_s", 60.0),
    "least_min": ("least_s", 60.0),
    "most_min": ("most_s", 60.0),
    "cost_per_hour": ("cost_per_hour", 1.0),
    "cost_once": ("cost_once", 1.0),
}
SHIPPED, CONFIGURED = "shipped", "configured"


@dataclass(frozen=True, slots=True)
class Figures:
    """The catalogue that counts; `whence` is `configured` or `shipped`, `problem` what is wrong with the file.

    `base` is the catalogue without people's figures; `changed` names what was set of each lever.
    """

    catalogue: Catalogue
    base: Catalogue
    whence: str
    problem: str
    changed: Mapping[str, tuple[str, ...]]

    def is_changed(self, key: str) -> bool:
        """Whether a person has set the effect of a lever."""
        return EFFECT in self.changed.get(key, ())


def effective(session: Session, settings: Settings) -> Figures:
    """The levers of this centre; where it has no usable file, the shipped ones, which is said."""
    choice = lever_choice.configured(settings)
    base = choice.catalogue or lever_choice.shipped()
    own, ranges = kept(session), lever_ranges.kept(session)
    changed = {
        one.key: (*own.get(one.key, {}), *((EFFECT,) if one.key in ranges else ()))
        for one in base.levers
        if one.key in own or one.key in ranges
    }
    levers = tuple(with_figures(one, own.get(one.key, {}), effect=ranges.get(one.key)) for one in base.levers)
    whence = SHIPPED if base == lever_choice.shipped() else CONFIGURED
    return Figures(replace(base, levers=levers), base, whence, choice.problem, changed)


def of_centre(session: Session, settings: Settings) -> tuple[Lever, ...]:
    """Only levers that the centre has itself: none without a file, for nobody pulls what is not there."""
    if lever_choice.configured(settings).catalogue is None:
        return ()
    return effective(session, settings).catalogue.levers


def with_figures(lever: Lever, own: Mapping[str, float], *, effect: Spread3 | None = None) -> Lever:
    """A lever with the figures a person has set; ValueError where they make no lever."""
    given: dict[str, Any] = {FIGURES[name][0]: value * FIGURES[name][1] for name, value in own.items()}
    if effect is not None:
        given["effect"] = effect
    return replace(lever, **given) if given else lever


def kept(session: Session) -> dict[str, dict[str, float]]:
    """Figures that people have set, by lever and name; effects are kept with their ranges."""
    found: dict[str, dict[str, float]] = json.loads(get_setting(session, SETTING) or "{}")
    return {key: {name: value for name, value in own.items() if name in FIGURES} for key, own in found.items()}


def keep(session: Session, figures: Mapping[str, Mapping[str, float]]) -> None:
    """Replace them all."""
    put_setting(session, SETTING, json.dumps({key: dict(own) for key, own in figures.items() if own}))
