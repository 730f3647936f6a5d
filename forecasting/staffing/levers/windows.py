"""What working time allows: shifts of a lever only as people may work them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from forecasting.staffing.levers.catalogue import Lever, Window
from forecasting.staffing.levers.programme import Index, Programme
from forecasting.staffing.quadrature import Floats

MOST_WINDOWS = 24  # told apart; more of them are drawn together, never beyond what anybody may
_LABEL = "working_time"
Places = NDArray[np.intp]


def starts_of(lever: Lever, starts: Places) -> Places:
    """Where shifts may begin: people who stay on begin when their shift ends, others on the lever's own steps."""
    if lever.windows is None or lever.draws_on != "shift" or not len(starts):
        return starts
    own = np.unique(np.array([one.first for one in lever.windows], dtype=np.intp))
    late_enough: Places = own[own >= starts[0]]
    return late_enough


def allowed(lever: Lever, first: Places, last: Places) -> NDArray[np.bool_]:
    """Which shifts [first, last) somebody may work."""
    if lever.windows is None:
        return np.ones(len(first), dtype=bool)
    spans = zip(first, last, strict=True)
    return np.array([any(_fits(lever, one, a, b) for one in lever.windows) for a, b in spans], dtype=bool)


def limit(programme: Programme, lever: Lever, *, first: Places, last: Places, amount: Index) -> None:
    """Add the rows that nobody works more, or sooner, than they may.

    Parameters
    ----------
    programme
        Gets the rows.
    lever
        With its windows; without any nothing is added.
    first, last
        The shifts, each allowed to somebody.
    amount
        How many people work each.
    """
    if lever.windows is None or not len(amount):
        return
    rows = _nested if lever.draws_on == "shift" else _assigned
    rows(programme, lever, first=first, last=last, amount=amount)


def able(lever: Lever, skills: Sequence[str], *, n: int) -> Floats:
    """People who may be there and can do it, shape (n_skills, n): no more can serve a skill at a time."""
    most = np.full((len(skills), n), lever.capacity)
    if lever.windows is None:
        return most
    there = np.zeros_like(most)
    for one in lever.windows:
        for place, skill in enumerate(skills):
            if not one.skills or skill in one.skills:
                there[place, max(one.first, 0) : max(one.last, 0)] += one.people
    people: Floats = np.minimum(most, there)
    return people


def _fits(lever: Lever, window: Window, first: int, last: int) -> bool:
    begins = first == window.first if lever.draws_on == "shift" else first >= window.first
    return bool(begins and last <= window.last)


def _nested(programme: Programme, lever: Lever, *, first: Places, last: Places, amount: Index) -> None:
    """Of those whose shift ends at one time, as many may stay until at least a time as may by the rules."""
    for start in np.unique(first):
        own = [one for one in lever.windows or () if one.first == start]
        for until in np.unique(last[first == start]):
            longer = amount[(first == start) & (last >= until)]
            people = sum(one.people for one in own if one.last >= until)
            programme.at_most(longer, 1.0, people, label=f"{_LABEL}:{lever.key}")


def _assigned(programme: Programme, lever: Lever, *, first: Places, last: Places, amount: Index) -> None:
    """Every shift is worked by people of windows that hold it, each of them once; an exact flow from both sides."""
    windows = _drawn_together(lever)
    parts: list[list[int]] = [[] for _ in windows]
    for a, b, some in zip(first.tolist(), last.tolist(), amount.tolist(), strict=True):
        holding = [place for place, one in enumerate(windows) if one.first <= a and b <= one.last]
        if not holding:
            programme.at_most([some], 1.0, 0.0, label=f"{_LABEL}:{lever.key}")
            continue
        own = programme.variables((len(holding),), cost=0.0, upper=[float(windows[place].people) for place in holding])
        programme.at_most([some, *own.tolist()], [1.0, *(-1.0 for _ in holding)], 0.0)
        for place, variable in zip(holding, own.tolist(), strict=True):
            parts[place].append(variable)
    for window, variables in zip(windows, parts, strict=True):
        if variables:
            programme.at_most(variables, 1.0, float(window.people), label=f"{_LABEL}:{lever.key}")


def _drawn_together(lever: Lever) -> list[Window]:
    """Windows on a grid as coarse as needed to be few; each only ever shrinks, so that no rule is broken."""
    step = 1
    while True:
        counts: dict[tuple[int, int], int] = {}
        for one in lever.windows or ():
            key = (-(-one.first // step) * step, one.last // step * step)
            if key[0] < key[1]:
                counts[key] = counts.get(key, 0) + one.people
        if len(counts) <= MOST_WINDOWS:
            return [Window(first, last, people) for (first, last), people in sorted(counts.items())]
        step += 1
