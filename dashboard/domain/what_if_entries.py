"""The fields of a what-if: what may be entered, read from a field or an address, and written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final

from dashboard.domain.what_if import Changes, Standing

TIMES, PERCENT, SECONDS, HOURS = "times", "percent", "seconds", "hours"
_UNITS_IN_ONE: Final = {TIMES: 1.0, PERCENT: 100.0, SECONDS: 1.0, HOURS: 1.0}
_UNITS: Final = ("stunden", "hours", "sek", "sec", "std", "h", "s", "%", "×", "x")
_SPACES: Final = ("\u202f", "\u00a0", " ")
_DIGITS: Final = 2


@dataclass(frozen=True, slots=True)
class Field:
    """One input in the unit it is entered in. `neutral` None: where it stands depends on the queues."""

    name: str
    unit: str
    low: float
    high: float
    step: float
    neutral: float | None = None
    surge: bool = False  # asks for an open incident


FIELDS: Final = (
    Field("aht", TIMES, 0.5, 3, 0.05, 1),
    Field("people", TIMES, 0.1, 10, 0.1, 1),
    Field("shrinkage", PERCENT, 0, 80, 1),
    Field("service_level", PERCENT, 50, 99, 1),
    Field("answer_within_s", SECONDS, 0, 600, 5),
    Field("patience", TIMES, 0.2, 4, 0.05, 1),
    Field("volume", TIMES, 0.2, 4, 0.05, 1),
    Field("deflection", PERCENT, 0, 90, 1, 0, surge=True),
    Field("affected", TIMES, 0, 4, 0.05, 1, surge=True),
    Field("eta_h", HOURS, -12, 24, 0.5, 0, surge=True),
)
BY_NAME: Final = {one.name: one for one in FIELDS}
RANGE, NUMBER = "range", "number"


def parse(texts: Mapping[str, str]) -> tuple[Changes, dict[str, str]]:
    """The changes, and by field the code of what is wrong with it; a wrong field changes nothing."""
    values: dict[str, float] = {}
    problems: dict[str, str] = {}
    for one in FIELDS:
        text = texts.get(one.name, "").strip()
        if not text:
            continue
        number = read(text)
        if number is None:
            problems[one.name] = NUMBER
        elif not one.low <= number <= one.high:
            problems[one.name] = RANGE
        elif number != one.neutral:
            values[one.name] = number / _UNITS_IN_ONE[one.unit]
    return Changes(**values), problems


def written(changes: Changes) -> dict[str, str]:
    """The changes as an address carries them: in their units, with a decimal point."""
    return {name: plain(value * _UNITS_IN_ONE[BY_NAME[name].unit]) for name, value in changes.given()}


def plain(value: float) -> str:
    """A number without a useless zero."""
    text = f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def at_rest(field: Field, standing: Standing) -> tuple[float, float]:
    """Where a field stands while nobody has moved it, in its unit: a range where queues differ."""
    if field.neutral is not None:
        return field.neutral, field.neutral
    low, high = getattr(standing, field.name)
    per = _UNITS_IN_ONE[field.unit]
    return low * per, high * per


def read(text: str) -> float | None:
    """A number with either decimal sign; its unit may stand behind it, a sign before it."""
    bare = text.casefold().replace("−", "-")
    for space in _SPACES:
        bare = bare.replace(space, "")
    for unit in _UNITS:
        if bare.endswith(unit):
            bare = bare.removesuffix(unit)
            break
    if not bare.isascii() or bare.count(",") + bare.count(".") > 1 or "_" in bare:
        return None
    try:
        number = float(bare.replace(",", "."))
    except ValueError:
        return None
    return number if isfinite(number) else None
