"""The centre's rules of working time: `working_time.toml` in its data folder, else the shipped ones."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from dashboard.domain.working_time import BreakRule, Rules
from dashboard.settings import Settings

FILE: Final = "working_time.toml"
STARTER: Final = Path(__file__).with_name("starter_working_time.toml")
_BLOCKS: Final = {
    "day": ("regular_h", "longest_h"),
    "week": ("average_h", "over_weeks"),
    "rest": ("least_h",),
    "breaks": ("shortest_min", "longest_stretch_h", "due"),
    "night": ("from", "until", "counts_above_h", "longest_h", "over_weeks"),
}
_MOST_H, _MOST_WEEKS = 168.0, 104


@dataclass(frozen=True, slots=True)
class Choice:
    """The rules that hold; `problem` says what is wrong with the centre's file, then the shipped ones do."""

    rules: Rules
    own: bool = False
    problem: str = ""


def configured(settings: Settings) -> Choice:
    """The rules of this centre; read anew when the file has changed."""
    path = settings.store.data_dir / FILE
    try:
        changed_ns = path.stat().st_mtime_ns
    except FileNotFoundError:
        return Choice(shipped())
    except OSError as error:
        return Choice(shipped(), problem=f"{path} cannot be read: {error}")
    return _read(path, changed_ns)


@lru_cache(maxsize=4)
def _read(path: Path, _changed_ns: int) -> Choice:
    try:
        return Choice(parse(path.read_text(encoding="utf-8")), own=True)
    except (OSError, ValueError) as error:  # TOML and encoding errors are ValueErrors
        return Choice(shipped(), problem=f"{FILE}: {error}")


@lru_cache(maxsize=1)
def shipped() -> Rules:
    """The rules to start from."""
    return parse(STARTER.read_text(encoding="utf-8"))


def parse(text: str) -> Rules:
    """Read rules; what a file leaves out stays as shipped. ValueError says which key and what to write."""
    given = tomllib.loads(text)
    _check_names("the file", given, ("source", *_BLOCKS))
    base = tomllib.loads(STARTER.read_text(encoding="utf-8"))
    blocks: dict[str, dict[str, Any]] = {}
    for name, keys in _BLOCKS.items():
        own = given.get(name, {})
        if not isinstance(own, dict):
            raise ValueError(f"{name} must be a table [{name}], got {own!r}")
        _check_names(f"[{name}]", own, keys)
        blocks[name] = {**base[name], **own}
    return _rules(blocks, str(given.get("source", "")))


def _rules(blocks: dict[str, dict[str, Any]], source: str) -> Rules:
    day, week, night, breaks = (blocks[name] for name in ("day", "week", "night", "breaks"))
    rules = Rules(
        regular_day=_hours(day, "regular_h", "day", most=24),
        longest_day=_hours(day, "longest_h", "day", most=24),
        rest=_hours(blocks["rest"], "least_h", "rest", most=24),
        breaks=_due(breaks["due"]),
        shortest_break=_number(breaks["shortest_min"], "breaks.shortest_min", most=480) * timedelta(minutes=1),
        longest_stretch=_hours(breaks, "longest_stretch_h", "breaks", most=24),
        week=_hours(week, "average_h", "week", most=_MOST_H),
        week_average_weeks=_weeks(week["over_weeks"], "week.over_weeks"),
        night_from=_clock(night["from"], "night.from"),
        night_until=_clock(night["until"], "night.until"),
        night_counts_above=_hours(night, "counts_above_h", "night", most=24),
        night_day=_hours(night, "longest_h", "night", most=24),
        night_average_weeks=_weeks(night["over_weeks"], "night.over_weeks"),
        source=source,
    )
    if rules.longest_day < rules.regular_day:
        raise ValueError(f"day.longest_h must be at least regular_h, got {day['longest_h']} and {day['regular_h']}")
    if rules.longest_day + rules.rest > timedelta(hours=24):
        raise ValueError("day.longest_h and rest.least_h are more than 24 hours together; lower one of them")
    return rules


def _check_names(place: str, given: dict[str, Any], known: tuple[str, ...]) -> None:
    strange = sorted(set(given) - set(known))
    if strange:
        raise ValueError(f"{place} has the unknown key {', '.join(strange)}; known are {', '.join(known)}")


def _hours(block: dict[str, Any], key: str, name: str, *, most: float) -> timedelta:
    return _number(block[key], f"{name}.{key}", most=most) * timedelta(hours=1)


def _number(value: Any, name: str, *, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError(f"{name} must be a number from 0 to {most:g}, got {value!r}")
    return float(value)


def _weeks(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _MOST_WEEKS:
        raise ValueError(f"{name} must be a whole number from 1 to {_MOST_WEEKS}, got {value!r}")
    return value


def _clock(value: Any, name: str) -> time:
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f'{name} must be a clock time such as "23:00", got {value!r}') from None


def _due(value: Any) -> tuple[BreakRule, ...]:
    said = "breaks.due must be a list such as [{ above_h = 6, least_min = 30 }], got "
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError(f"{said}{value!r}")
    if any(set(one) != {"above_h", "least_min"} for one in value):
        raise ValueError(f"{said}{value!r}")
    return tuple(
        BreakRule(
            _number(one["above_h"], "breaks.due.above_h", most=24) * timedelta(hours=1),
            _number(one["least_min"], "breaks.due.least_min", most=480) * timedelta(minutes=1),
        )
        for one in value
    )
