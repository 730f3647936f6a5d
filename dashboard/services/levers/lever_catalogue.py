"""The lever catalogue as TOML: the one that is shipped to start from, and the centre's own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecasting.staffing.levers import Lever

STARTER = Path(__file__).with_name("starter_levers.toml")
_TIMES = ("lead", "least", "most", "step")
_NUMBERS = ("capacity", "cost_per_hour", "cost_once", "least_people")
_TEXTS = ("key", "kind", "source", "draws_on")
_LISTS = ("skills", "excludes")
KNOWN = (*_TEXTS, *_LISTS, *_NUMBERS, *(f"{name}_min" for name in _TIMES), "effect")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Levers and the currency of their costs."""

    levers: tuple[Lever, ...]
    currency: str


def parse(text: str) -> Catalogue:
    """Read a catalogue; ValueError says which lever and what to write."""
    content = tomllib.loads(text)
    strange = sorted(set(content) - {"currency", "lever"})
    if strange:
        raise ValueError(f"unknown key {', '.join(strange)}; write currency = and [[lever]] tables")
    tables = content.get("lever", [])
    if not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        raise ValueError("no levers; write at least one [[lever]] table")
    currency = content.get("currency", "EUR")
    if not isinstance(currency, str) or not currency:
        raise ValueError(f"currency must be a text, got {currency!r}")
    return Catalogue(tuple(_lever(number, table) for number, table in enumerate(tables, start=1)), currency)


def starter() -> Catalogue:
    """The catalogue that is shipped."""
    return parse(STARTER.read_text(encoding="utf-8"))


def _lever(number: int, table: dict[str, Any]) -> Lever:
    name = str(table.get("key", "")) or f"lever {number}"
    unknown = sorted(set(table) - set(KNOWN))
    if unknown:
        raise ValueError(f"{name}: unknown key {', '.join(unknown)}; known are {', '.join(KNOWN)}")
    missing = [key for key in ("key", "kind") if key not in table]
    if missing:
        raise ValueError(f"{name}: lacks {', '.join(missing)}")
    given: dict[str, Any] = {key: _text(name, key, table[key]) for key in _TEXTS if key in table}
    given |= {key: _texts(name, key, table[key]) for key in _LISTS if key in table}
    given |= {key: _number(name, key, table[key]) for key in _NUMBERS if key in table}
    given |= {f"{t}_s": 60 * _number(name, f"{t}_min", table[f"{t}_min"]) for t in _TIMES if f"{t}_min" in table}
    if "effect" in table:
        given["effect"] = _effect(name, table["effect"])
    return Lever(**given)


def _number(name: str, key: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name}: {key} must be a number, got {value!r}")
    return float(value)


def _text(name: str, key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name}: {key} must be a text, got {value!r}")
    return value


def _texts(name: str, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f'{name}: {key} must be a list of texts such as ["billing"], got {value!r}')
    return tuple(value)


def _effect(name: str, value: Any) -> tuple[float, float, float]:
    if isinstance(value, list):
        if len(value) != 3:
            raise ValueError(f"{name}: effect must be one number or [low, expected, high], got {value!r}")
        low, expected, high = (_number(name, "effect", one) for one in value)
        return low, expected, high
    alone = _number(name, "effect", value)
    return alone, alone, alone
