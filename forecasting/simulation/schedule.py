"""Shifts and their breaks as steps of people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """`people` at work from `start_s` to `end_s`, but for `breaks`: spans [s) within the shift."""

    start_s: float
    end_s: float
    people: int = 1
    breaks: Sequence[tuple[float, float]] = ()

    def __post_init__(self) -> None:
        edges = [self.start_s, *(t for span in self.breaks for t in span), self.end_s]
        if not all(map(isfinite, edges)) or edges != sorted(edges) or self.people < 0:
            raise ValueError(f"a shift needs people ≥ 0 and breaks apart and within it, got {self}")


def people_of(shifts: Iterable[Shift]) -> list[tuple[float, int]]:
    """Return steps (from [s], people) for an `AgentGroup`; one step of nobody at 0 where there are no shifts.

    Examples
    --------
    >>> people_of([Shift(start_s=0, end_s=100, people=3), Shift(start_s=0, end_s=100, breaks=[(40, 60)])])
    [(0, 4), (40, 3), (60, 4), (100, 0)]
    """
    changes: Counter[float] = Counter()
    for shift in shifts:
        spans = [(shift.start_s, shift.end_s, shift.people), *((a, b, -shift.people) for a, b in shift.breaks)]
        for begin, end, people in spans:
            changes[begin] += people
            changes[end] -= people
    steps: list[tuple[float, int]] = []
    there = 0
    for at in sorted(changes):
        there += changes[at]
        if changes[at] or not steps:
            steps.append((at, there))
    return steps or [(0.0, 0)]
