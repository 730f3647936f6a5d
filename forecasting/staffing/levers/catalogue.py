"""Levers: what serves, avoids or puts off contacts in a surge, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Literal, get_args

Kind = Literal["people", "demand", "defer"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Whose working time limits a lever: nobody's that is known; people at work, who stay on; people who are off duty.
Draw = Literal["", "shift", "rest"]
DRAWS: tuple[Draw, ...] = get_args(Draw)
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Window:
    """People who may work within intervals [first, last).

    Attributes
    ----------
    first, last
        Intervals of the plan. People who stay on must begin at `first`; those called in anywhere inside.
    people
        How many they are.
    skills
        What they can do; empty: all.
    """

    first: int
    last: int
    people: int
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One lever. Money is in the catalogue's one currency.

    Attributes
    ----------
    key
        Its name in plans.
    kind
        `people` come for a shift; `demand` avoids a share of the contacts while it is on; `defer` puts contacts off
        (call-back) that come back later.
    skills
        Which skills it helps; empty: all.
    capacity
        `people`: how many may be called in within 24 hours, each for one shift. Else unused.
    lead_s
        From the decision to the first effect [s].
    least_s, most_s
        Shortest and longest shift, or time it is on [s]. `defer`: most_s is the longest delay.
    step_s
        Shifts begin, and their lengths differ, by multiples of this [s].
    cost_per_hour, cost_once
        Per person and hour, and per person called in; else per hour on, and once. `defer`: per contact-hour put off.
    least_people
        Smallest block that may be ordered, if any.
    effect
        (low, expected, high). `people`: work done as a share of a regular agent's. `demand`: share of contacts avoided.
        `defer`: share of contacts that accept.
    source
        Where the figures come from.
    excludes
        Levers that must not be used in the same plan.
    draws_on
        `shift`: people at work stay on; `rest`: people off duty are called in. Their working time limits the lever.
    windows
        When how many of them may; None: nothing is known of it, and `capacity` alone limits.
    """

    key: str
    kind: Kind
    skills: tuple[str, ...] = ()
    capacity: float = 0.0
    lead_s: float = 0.0
    least_s: float = HOUR_S
    most_s: float = 8 * HOUR_S
    step_s: float = HOUR_S
    cost_per_hour: float = 0.0
    cost_once: float = 0.0
    least_people: float = 0.0
    effect: tuple[float, float, float] = (1.0, 1.0, 1.0)
    source: str = ""
    excludes: tuple[str, ...] = ()
    draws_on: Draw = ""
    windows: tuple[Window, ...] | None = None

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("a lever needs a key, got an empty one")
        if self.kind not in KINDS:
            raise ValueError(f"{self.key}: kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        for name in ("capacity", "lead_s", "cost_per_hour", "cost_once", "least_people"):
            if not 0 <= getattr(self, name) < inf:
                raise ValueError(f"{self.key}: {name} must be at least 0 and finite, got {getattr(self, name)!r}")
        if not 0 < self.least_s <= self.most_s < inf or not (isfinite(self.step_s) and self.step_s > 0):
            raise ValueError(
                f"{self.key}: 0 < least_s ≤ most_s and step_s > 0 are needed, "
                f"got {self.least_s!r}, {self.most_s!r}, {self.step_s!r}"
            )
        low, expected, high = self.effect
        if not 0 <= low <= expected <= high <= (2 if self.kind == "people" else 1):
            raise ValueError(f"{self.key}: effect must be 0 ≤ low ≤ expected ≤ high ≤ 1, got {self.effect!r}")
        if self.kind == "people" and self.least_people > self.capacity:
            raise ValueError(
                f"{self.key}: least_people {self.least_people:g} exceeds capacity {self.capacity:g}; no block fits"
            )
        if self.draws_on not in DRAWS or (self.draws_on and self.kind != "people"):
            raise ValueError(
                f"{self.key}: draws_on must be shift or rest, and is for levers of people, got {self.draws_on!r}"
            )
        if self.key in self.excludes:
            raise ValueError(f"{self.key}: excludes itself; take it out of the catalogue instead")


def check_catalogue(levers: Sequence[Lever], skills: Sequence[str]) -> None:
    """Refuse levers that share a key, or name skills or levers that do not exist.

    Raises
    ------
    ValueError
        With the lever and what is known.
    """
    keys = [lever.key for lever in levers]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"levers need keys of their own, got {', '.join(twice)} more than once")
    for lever in levers:
        strange = sorted(set(lever.skills) - set(skills))
        if strange:
            raise ValueError(f"{lever.key}: unknown skill {', '.join(strange)}; the demand has {', '.join(skills)}")
        unknown = sorted(set(lever.excludes) - set(keys))
        if unknown:
            raise ValueError(f"{lever.key}: excludes unknown lever {', '.join(unknown)}; known are {', '.join(keys)}")
