"""What a surge plan may choose from: lines held by hand as levers of one possible time, and what they leave over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dashboard.domain.surge_plan import Line
from dashboard.services.levers.lever_catalogue import Catalogue
from dashboard.services.staffing.roster_limits import Grid, Limits
from dashboard.services.staffing.what_if_inputs import QueueInputs
from forecasting.staffing.levers import Lever, Window

APART: Final = "#"  # between a lever's key and the number of a held line


class HeldError(ValueError):
    """Lines held by hand that cannot be had together: the key of what is said, with values."""

    def __init__(self, what: str, **values: str | float) -> None:
        super().__init__(f"{what} {values}")
        self.what, self.values = what, values


@dataclass(frozen=True, slots=True)
class _Held:
    """A held line on the plan's grid."""

    line: Line
    lever: Lever
    first: int
    last: int

    @property
    def is_under_way(self) -> bool:
        """Whether it began with the plan or before: then nothing about its beginning is left to decide."""
        return self.first == 0


def plan_levers(
    known: Catalogue,
    fixed: Sequence[Line],
    removed: Sequence[str],
    *,
    grid: Grid,
    late_s: float,
    queues: Sequence[QueueInputs],
    limits: Limits = Limits(),  # noqa: B008  # frozen
) -> tuple[list[Lever], list[str]]:
    """Levers for the solver and the keys of those that are fixed; HeldError where held lines contradict each other."""
    by_key = {one.key: _with_windows(one, limits) for one in known.levers}
    held = [
        found
        for line in fixed
        if line.lever in by_key
        for found in [_on_grid(line, by_key[line.lever], grid)]
        if found is not None
    ]
    _check_excluded(held)
    left = _left(by_key, held, removed, late_s=late_s)
    able = [replace(one, skills=for_, excludes=()) for one in left if (for_ := _skills(one, queues)) is not None]
    keys = {one.key for one in able}
    excludes = {one.key: tuple(key for key in one.excludes if key in keys) for one in left}
    holds = [
        replace(_hold(one, number, grid), skills=_skills(one.lever, queues) or ()) for number, one in enumerate(held)
    ]
    return [*(replace(one, excludes=excludes[one.key]) for one in able), *holds], [one.key for one in holds]


def _with_windows(lever: Lever, limits: Limits) -> Lever:
    windows = {"shift": limits.stay, "rest": limits.called}.get(lever.draws_on)
    return replace(lever, windows=windows)


def _on_grid(line: Line, lever: Lever, grid: Grid) -> _Held | None:
    """None once it is over."""
    first = max(round((line.start - grid.start).total_seconds() / grid.interval_s), 0)
    last = round((line.end - grid.start).total_seconds() / grid.interval_s)
    last = min(last, grid.n) if lever.kind == "people" else last
    return None if last <= first or first >= grid.n else _Held(line, lever, first, last)


def _check_excluded(held: Sequence[_Held]) -> None:
    for one in held:
        for other in held:
            if other.lever.key in one.lever.excludes:
                raise HeldError("excluded", lever=one.lever.key, other=other.lever.key)


def _left(by_key: Mapping[str, Lever], held: Sequence[_Held], removed: Sequence[str], *, late_s: float) -> list[Lever]:
    """The catalogue without what is taken out, excluded by a held line, or used up by it."""
    excluded = set(removed)
    for one in held:
        lever = by_key[one.lever.key]
        by_key = {**by_key, lever.key: _used(lever, one)}
        excluded |= {*lever.excludes, *(() if lever.kind == "people" else (lever.key,))}
        excluded |= {key for key, other in by_key.items() if lever.key in other.excludes}
    left = [replace(one, lead_s=one.lead_s + late_s) for one in by_key.values() if one.key not in excluded]
    return [one for one in left if one.kind != "people" or one.capacity >= max(one.least_people, 1.0)]


def _used(lever: Lever, held: _Held) -> Lever:
    """A lever less the people of a held line; they come from the windows that hold it with the least to spare."""
    people = round(held.line.people)
    windows = lever.windows
    if windows is not None and lever.kind == "people":
        windows, missing = _taken(windows, held, people, at_start=lever.draws_on == "shift")
        if missing and not held.is_under_way:
            raise HeldError("working_time", lever=lever.key, held=people, most=people - missing)
    return replace(lever, capacity=max(lever.capacity - held.line.people, 0.0), windows=windows)


def _taken(windows: Iterable[Window], held: _Held, people: int, *, at_start: bool) -> tuple[tuple[Window, ...], int]:
    found = []
    for one in sorted(windows, key=lambda one: (one.last - one.first, one.first)):
        begins = one.first == held.first if at_start else one.first <= held.first
        fits = begins and held.last <= one.last
        some = min(people, one.people) if fits else 0
        people -= some
        if one.people > some:
            found.append(replace(one, people=one.people - some))
    return tuple(found), people


def _hold(held: _Held, number: int, grid: Grid) -> Lever:
    """A held line as a lever of its own, with one possible time; that its people may work it was looked at before."""
    length = (held.last - held.first) * grid.interval_s
    return replace(
        held.lever,
        key=f"{held.lever.key}{APART}{number}",
        capacity=held.line.people,
        least_people=0.0,
        lead_s=held.first * grid.interval_s,
        least_s=length,
        most_s=length,
        step_s=grid.n * grid.interval_s,
        excludes=(),
        windows=None,
    )


def check_budget(holds: Iterable[Lever], budget: float, *, grid: Grid) -> None:
    """HeldError where what is held costs more than there is."""
    cost = sum(_cost(one, grid) for one in holds if APART in one.key)
    if cost > budget * (1 + 1e-6):
        raise HeldError("held_budget", cost=cost, budget=budget)


def _cost(lever: Lever, grid: Grid) -> float:
    inside_s = min(lever.most_s, grid.n * grid.interval_s - lever.lead_s)
    each = lever.cost_once + lever.cost_per_hour * inside_s / 3600
    return each * (lever.capacity if lever.kind == "people" else 1)


def _skills(lever: Lever, queues: Sequence[QueueInputs]) -> tuple[str, ...] | None:
    """The queues whose skill or key a lever names, empty for all of them; None where it names none of these."""
    if not lever.skills:
        return ()
    return tuple(one.row.key for one in queues if {one.row.skill, one.row.key} & set(lever.skills)) or None
