"""The surge plan as a linear programme: shifts, switched levers, contacts put off, and what stays short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from forecasting.staffing.levers import windows
from forecasting.staffing.levers.catalogue import Lever
from forecasting.staffing.levers.programme import Index, Programme
from forecasting.staffing.levers.shortage import Shortage
from forecasting.staffing.quadrature import Floats

LOW, EXPECTED = 0, 1
MOST_AVOIDED = 0.9  # of the contacts of an interval, by all levers together
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Spell:
    """A lever's possible times: intervals [first, last), with the variable that says how much of it."""

    lever: Lever
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    amount: Index


@dataclass(slots=True)
class Model:
    """The programme and the variables that the plan reads."""

    shortage: Shortage
    programme: Programme
    missing: Index
    spells: list[Spell] = field(default_factory=list)
    served: dict[str, Index] = field(default_factory=dict)
    put_off: dict[str, Index] = field(default_factory=dict)
    waiting: dict[str, list[Index]] = field(default_factory=dict)
    money: Floats = field(default_factory=lambda: np.zeros(0))
    shut_out: list[str] = field(default_factory=list)  # levers of whose people nobody may work in time

    def put_off_cost(self, key: str, values: Floats) -> float:
        """Return the money a lever that puts contacts off takes."""
        return float(sum(self.money[one] @ values[one] for one in self.waiting[key]))

    @property
    def waiting_variables(self) -> Index:
        """Return the variables of contacts put off."""
        known = [one for of_lever in self.waiting.values() for one in of_lever]
        return np.concatenate(known) if known else np.zeros(0, dtype=np.intp)

    @property
    def missing_weight(self) -> Floats:
        """Return the weight of each variable in the expected person-hours missing."""
        weight = np.zeros(len(self.programme.limits()))
        each = self.shortage.weights[:, None, None] * self.shortage.hours
        weight[self.missing] = np.broadcast_to(each, self.missing.shape)
        return weight


def build(shortage: Shortage, levers: Sequence[Lever], *, effect: int) -> Model:
    """Put the programme together.

    Parameters
    ----------
    shortage
        People required and scheduled.
    levers
        The catalogue, checked.
    effect
        Which of the levers' three effects counts.
    """
    programme = Programme()
    shape = shortage.required.shape
    gap = np.maximum(shortage.required, 0.0)
    missing = programme.variables(shape, cost=0.0, upper=gap)
    help_ = _Help(shape[1:])
    model = Model(shortage, programme, missing)
    for lever in levers:
        {"people": _people, "demand": _switch, "defer": _defer}[lever.kind](model, lever, help_, effect=effect)
    avoided = _avoided(model, help_)
    _cover(model, help_, avoided)
    _exclude(model, levers)
    model.money = programme.costs()
    return model


class _Help:
    """Variables that help each skill and interval: with their factor, people or a share of the contacts."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.people: list[list[list[tuple[int, float]]]] = [[[] for _ in range(shape[1])] for _ in range(shape[0])]
        self.share: list[list[list[tuple[int, float]]]] = [[[] for _ in range(shape[1])] for _ in range(shape[0])]


def _skills(model: Model, lever: Lever) -> list[int]:
    names = model.shortage.skills
    return [index for index, name in enumerate(names) if not lever.skills or name in lever.skills]


def _options(model: Model, lever: Lever, *, to_the_end: bool) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return first and last intervals of the times the lever could be used; the last may lie beyond the horizon."""
    length, n = model.shortage.interval_s, model.shortage.required.shape[2]
    step = max(1, round(lever.step_s / length))
    earliest = int(np.ceil(lever.lead_s / length - 1e-9))
    starts = windows.starts_of(lever, np.arange(earliest, n, step, dtype=np.intp))
    shortest, longest = max(1, round(lever.least_s / length)), max(1, round(lever.most_s / length))
    lengths = np.unique(np.minimum(np.arange(shortest, longest + step, step), longest))
    first, span = (grid.ravel() for grid in np.meshgrid(starts, lengths, indexing="ij"))
    if to_the_end:
        return first, first + span
    inside = first + span <= n
    return first[inside], first[inside] + span[inside]


def _people(model: Model, lever: Lever, help_: _Help, *, effect: int) -> None:
    """Shifts, of which each person works one in 24 hours; who is there works where it helps most."""
    programme, n = model.programme, model.shortage.required.shape[2]
    first, last = _options(model, lever, to_the_end=False)
    may = windows.allowed(lever, first, last)
    if lever.windows is not None and not may.any():
        model.shut_out.append(lever.key)
    first, last = first[may], last[may]
    if not len(first) or lever.capacity == 0:
        return
    hours = (last - first) * model.shortage.hours
    cost = lever.cost_once + lever.cost_per_hour * hours
    amount = programme.variables(first.shape, cost=cost, upper=np.floor(lever.capacity), whole=True)
    model.spells.append(Spell(lever, first, last, amount))
    windows.limit(programme, lever, first=first, last=last, amount=amount)
    day = round(_DAY_S / model.shortage.interval_s)
    for end in range(day - 1, max(n, day), day // 4 or 1):
        recent = (first > end - day) & (first <= end)
        if recent.any():
            programme.at_most(amount[recent], 1.0, np.floor(lever.capacity), label=f"capacity:{lever.key}")
    if lever.least_people > 1:
        used = programme.variables(first.shape, cost=0.0, upper=1.0, whole=True)
        for some, on in zip(amount, used, strict=True):
            programme.at_most([some, on], [1.0, -lever.capacity], 0.0)
            programme.at_most([some, on], [-1.0, lever.least_people], 0.0, label=f"least_people:{lever.key}")
    skills = _skills(model, lever)
    names = [model.shortage.skills[skill] for skill in skills]
    served = programme.variables((len(skills), n), cost=0.0, upper=windows.able(lever, names, n=n))
    model.served[lever.key] = served
    for t in range(n):
        there = amount[(first <= t) & (last > t)]
        programme.at_most(np.r_[served[:, t], there], np.r_[np.ones(len(skills)), -np.ones(len(there))], 0.0)
        for place, skill in enumerate(skills):
            help_.people[skill][t].append((int(served[place, t]), lever.effect[effect]))


def _switch(model: Model, lever: Lever, help_: _Help, *, effect: int) -> None:
    """A lever that is on once, for a while."""
    programme, n = model.programme, model.shortage.required.shape[2]
    first, last = _options(model, lever, to_the_end=True)
    if not len(first):
        return
    hours = (np.minimum(last, n) - first) * model.shortage.hours
    cost = lever.cost_once + lever.cost_per_hour * hours
    amount = programme.variables(first.shape, cost=cost, upper=1.0, whole=True)
    model.spells.append(Spell(lever, first, last, amount))
    programme.at_most(amount, 1.0, 1.0, label=f"once:{lever.key}")
    for t in range(n):
        for option in amount[(first <= t) & (last > t)].tolist():
            for skill in _skills(model, lever):
                help_.share[skill][t].append((option, lever.effect[effect]))


def _defer(model: Model, lever: Lever, help_: _Help, *, effect: int) -> None:
    """Contacts put off and taken up again, in people; who is put off waits at most the longest delay."""
    programme, n = model.programme, model.shortage.required.shape[2]
    length, hours = model.shortage.interval_s, model.shortage.hours
    earliest, delay = int(np.ceil(lever.lead_s / length - 1e-9)), max(1, round(lever.most_s / length))
    for skill in _skills(model, lever):
        limit = lever.effect[effect] * model.shortage.required[0, skill]
        limit = np.where(np.arange(n) >= earliest, limit, 0.0)
        out = programme.variables((n,), cost=0.0, upper=limit)
        back = programme.variables((n,), cost=0.0, upper=np.full(n, limit.sum()))
        waiting = programme.variables((n,), cost=lever.cost_per_hour * hours, upper=np.full(n, limit.sum()))
        waiting_limit = np.r_[np.ones(n - 1), 0.0]
        for t in range(n):
            before = [int(waiting[t - 1])] if t else []
            columns = [int(waiting[t]), int(out[t]), int(back[t]), *before]
            values = [1.0, -1.0, 1.0, *[-1.0 for _ in before]]
            programme.at_most(columns, values, 0.0)
            programme.at_most(columns, [-value for value in values], 0.0)
            # Taken up is who was put off earlier: else contacts would go in a circle.
            programme.at_most([int(back[t]), *before], [1.0, *[-1.0 for _ in before]], 0.0)
            recent = out[max(0, t - delay + 1) : t + 1] if waiting_limit[t] else out[:0]
            programme.at_most(
                np.r_[waiting[t], recent], np.r_[1.0, -np.ones(len(recent))], 0.0, label=f"delay:{lever.key}"
            )
            help_.people[skill][t] += [(int(out[t]), 1.0), (int(back[t]), -1.0)]
        model.waiting.setdefault(lever.key, []).append(waiting)
        known = model.put_off.get(lever.key)
        model.put_off[lever.key] = out[None] if known is None else np.concatenate([known, out[None]])


def _avoided(model: Model, help_: _Help) -> Index:
    """The share of contacts avoided, the sum of the levers' but never more than the most; −1 where none can be."""
    shape = model.shortage.required.shape[1:]
    index = np.full(shape, -1, dtype=np.intp)
    for skill, t in np.ndindex(*shape):
        options = help_.share[skill][t]
        if options:
            index[skill, t] = model.programme.variables((1,), cost=0.0, upper=MOST_AVOIDED)[0]
            columns = [int(index[skill, t]), *(option for option, _ in options)]
            model.programme.at_most(columns, [1.0, *(-effect for _, effect in options)], 0.0)
    return index


def _cover(model: Model, help_: _Help, avoided: Index) -> None:
    """What is required is there, comes, is avoided or put off, or is missing."""
    shortage, programme = model.shortage, model.programme
    for skill, t in np.ndindex(*shortage.required.shape[1:]):
        helpers = [(column, factor) for column, factor in help_.people[skill][t] if factor > 0]
        supply = [(column, factor) for column, factor in help_.people[skill][t] if factor < 0]
        if helpers:
            # One variable for all help of the cell keeps the rows of the demand's levels short.
            most = float(shortage.required[-1, skill].max()) + 1
            total = programme.variables((1,), cost=0.0, upper=most)[0]
            programme.at_most([total, *(column for column, _ in helpers)], [1.0, *(-f for _, f in helpers)], 0.0)
            supply.append((int(total), 1.0))
        for level, needed in enumerate(shortage.required[:, skill, t]):
            terms = [(int(model.missing[level, skill, t]), 1.0), *supply]
            if avoided[skill, t] >= 0:
                terms.append((int(avoided[skill, t]), float(needed)))
            lack = float(needed - shortage.scheduled[skill, t])
            programme.at_most([c for c, _ in terms], [-v for _, v in terms], -lack)


def _exclude(model: Model, levers: Sequence[Lever]) -> None:
    spells = {spell.lever.key: spell for spell in model.spells}
    used: dict[str, int] = {}
    for lever in levers:
        for other in lever.excludes:
            pair = [key for key in (lever.key, other) if key in spells]
            if len(pair) < 2:
                continue
            for key in pair:
                if key not in used:
                    used[key] = int(model.programme.variables((1,), cost=0.0, upper=1.0, whole=True)[0])
                    amount, most = spells[key].amount, max(spells[key].lever.capacity, 1.0)
                    for one in amount.tolist():
                        model.programme.at_most([one, used[key]], [1.0, -most], 0.0)
            model.programme.at_most([used[key] for key in pair], 1.0, 1.0, label=f"excludes:{lever.key}:{other}")
