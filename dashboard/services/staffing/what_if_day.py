"""A day of a file under changed inputs: what each measure is without them and with them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final, Literal

import numpy as np

from dashboard.services.staffing.day_model import run_day
from dashboard.services.staffing.day_simulation import DayTable
from forecasting.staffing import required_agents

KEYS: Final = {
    "offered": "offered",
    "agents": "agents",
    "aht": "aht_s",
    "patience": "patience_s",
    "redial": "redial_probability",
    "redial_delay": "redial_delay_s",
    "answer_within": "answer_within_s",
}
_VALUE: Final = re.compile(
    r"^(?:(?P<factor>\d+(?:\.\d+)?)[x×]|(?P<sign>[+-])(?P<by>\d+(?:\.\d+)?)|(?P<to>\d+(?:\.\d+)?|inf))$"
)
Kind = Literal["times", "plus", "to"]


@dataclass(frozen=True, slots=True)
class Change:
    """One input times a factor, plus a number, or set to one."""

    key: str
    kind: Kind
    number: float


@dataclass(frozen=True, slots=True)
class Measures:
    """A queue's day in single numbers. `clear_s` as `DayResult.clear_s`, a day's path each: offered, P10, P90."""

    service_level: float
    mean_wait_s: float
    longest_wait_s: float
    abandonment: float
    attempts: float
    unserved: float
    queue_peak: float
    required_peak: int
    clear_s: tuple[float, ...]


def parse(text: str) -> Change:
    """Read `aht=1.2x`, `agents=+10` or `patience=300`; ValueError says what to write."""
    key, sign, value = text.partition("=")
    key, value = key.strip(), value.strip()
    if not sign or key not in KEYS:
        raise ValueError(f"{text!r} names no input; write KEY=VALUE with one of {', '.join(KEYS)}")
    found = _VALUE.match(value)
    if found is None:
        raise ValueError(f"{key} cannot become {value!r}; write a factor (1.2x), a difference (+10) or a value (300)")
    if found["factor"]:
        return Change(key, "times", float(found["factor"]))
    if found["by"]:
        return Change(key, "plus", float(found["sign"] + found["by"]))
    return Change(key, "to", float(found["to"]))


def changed(day: DayTable, changes: Sequence[Change]) -> DayTable:
    """The day with all changes, in their order; ValueError where an input leaves its range."""
    for one in changes:
        name = KEYS[one.key]
        values = getattr(day, name)
        if one.kind == "plus" and not isfinite(float(np.max(values))):
            raise ValueError(f"{one.key} is inf, to which nothing can be added; set it, such as {one.key}=300")
        moved = {"times": values * one.number, "plus": values + one.number, "to": np.full_like(values, one.number)}[
            one.kind
        ]
        # Ten people fewer where seven work leaves none.
        moved = np.maximum(moved, 0.0) if one.kind == "plus" else moved
        if one.key == "redial" and (moved >= 1).any():
            raise ValueError(f"redial would be {float(np.max(moved)):g}; below 1 it must stay, or nobody ever gives up")
        if np.isnan(moved).any() or (one.key != "patience" and not np.isfinite(moved).all()):
            raise ValueError(f"{one.key} must be a finite number, got {one.number:g}")
        day = replace(day, **{name: moved})
    return day


def measure(day: DayTable, *, service_level: float, method: str) -> Measures:
    """Run the day and sum it up; `required_peak` is for the given target, interval by interval."""
    answer = run_day(day, method=method)
    first: Mapping[str, np.ndarray] = {
        name: getattr(answer, name)[0]
        for name in ("service_level", "mean_wait_s", "abandonment", "attempts", "unserved", "queue_mean")
    }
    attempts = first["attempts"]
    total = float(attempts.sum())

    def mean(name: str, *, empty: float) -> float:
        some = attempts > 0
        return float((attempts[some] * first[name][some]).sum() / total) if total > 0 else empty

    need = required_agents(
        np.where(day.is_open, day.offered[0], 0.0),
        interval_s=day.interval_s,
        aht_s=day.aht_s,
        patience_s=day.patience_s,
        answer_within_s=day.answer_within_s,
        service_level=service_level,
        concurrency=day.concurrency,
    )
    return Measures(
        service_level=mean("service_level", empty=1.0),
        mean_wait_s=mean("mean_wait_s", empty=0.0),
        longest_wait_s=float(np.where(attempts > 0, first["mean_wait_s"], 0.0).max()),
        abandonment=mean("abandonment", empty=0.0),
        attempts=total,
        unserved=float(first["unserved"].sum()),
        queue_peak=float(first["queue_mean"].max()),
        required_peak=int(need.agents.max()),
        clear_s=tuple(float(one) for one in answer.clear_s),
    )
