"""What a solved plan says, line by line, and why: message keys and values, the words are the caller's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.staffing.levers.builder import Model, Spell
from forecasting.staffing.levers.catalogue import Lever
from forecasting.staffing.levers.windows import allowed
from forecasting.staffing.quadrature import Floats

_SOME = 1e-4
Value = str | float


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One thing to do.

    Attributes
    ----------
    lever, kind
        Of the catalogue.
    first, last
        Intervals [first, last); last may lie beyond the horizon for levers that stay on.
    people
        Called in; of `defer` the most put off at a time, in people; of `demand` 0.
    cost
        Money.
    hours
        Person-hours paid, avoided or put off.
    why, values
        Message key and its values.
    """

    lever: str
    kind: str
    first: int
    last: int
    people: float
    cost: float
    hours: float
    why: str
    values: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit that binds: `capacity`, `least_people`, `once`, `delay`, `excludes`, `lead` or `working_time` of a lever;
    `budget`; `goal`.

    `worth` is what one more unit of it saves, in the unit of the objective; NaN where no price says it.
    """

    limit: str
    lever: str
    worth: float


def plan_lines(model: Model, values: Floats, *, effect: int) -> tuple[PlanLine, ...]:
    """Return the lines of a solved model, by time and lever."""
    lines = []
    for spell in model.spells:
        for place in np.flatnonzero(values[spell.amount] > 0.5):
            make = _shift_line if spell.lever.kind == "people" else _switch_line
            lines.append(make(model, spell, int(place), values=values, effect=effect))
    lines += [_defer_line(model, key, values) for key in model.put_off if values[model.put_off[key]].max() > _SOME]
    return tuple(sorted(lines, key=lambda line: (line.first, line.lever, line.last)))


def _rate(lever: Lever, hours: float, effect: int) -> float:
    """Return the money per regular agent's hour of a shift."""
    work = hours * lever.effect[effect]
    return (lever.cost_once + lever.cost_per_hour * hours) / work if work > 0 else float("inf")


def _shift_line(model: Model, spell: Spell, place: int, *, values: Floats, effect: int) -> PlanLine:
    lever, first, last = spell.lever, int(spell.first[place]), int(spell.last[place])
    people = round(float(values[spell.amount[place]]))
    hours = (last - first) * model.shortage.hours
    served = values[model.served[lever.key]]
    there = sum(
        float(values[column]) * max(0, min(last, int(b)) - max(first, int(a)))
        for a, b, column in zip(spell.first, spell.last, spell.amount, strict=True)
    )
    used = float(served[:, first:last].sum()) / there if there > 0 else 0.0
    own = _rate(lever, hours, effect)
    why, more = _against_cheaper(model, spell, first, own=own, values=values, effect=effect, hours=hours)
    known = {"people": float(people), "hours": people * hours, "rate": own, "used": min(used, 1.0)}
    cost = people * (lever.cost_once + lever.cost_per_hour * hours)
    return PlanLine(
        lever.key, "people", first, last, people, cost, people * hours, why, tuple({**known, **more}.items())
    )


def _against_cheaper(
    model: Model, spell: Spell, first: int, *, own: float, values: Floats, effect: int, hours: float
) -> tuple[str, dict[str, Value]]:
    """Say why not something cheaper: there is none, it comes too late, or it is used up."""
    own_skills = set(spell.lever.skills or model.shortage.skills)
    cheaper = [
        other
        for other in model.spells
        if other.lever.kind == "people"
        and other.lever.key != spell.lever.key
        and own_skills & set(other.lever.skills or model.shortage.skills)
        and _rate(other.lever, hours, effect) < own
    ]
    if not cheaper:
        return "why_cheapest", {}
    late = [one.lever.key for one in cheaper if one.lever.lead_s > (first + 1e-9) * model.shortage.interval_s]
    full = [
        one.lever.key
        for one in cheaper
        if one.lever.key not in late and values[one.amount].sum() >= _most(one.lever) - 0.5
    ]
    resting = [one.lever.key for one in cheaper if not _may(one.lever, first, round(hours / model.shortage.hours))]
    if late:
        return "why_cheaper_too_late", {"others": ", ".join(late)}
    if full:
        return "why_cheaper_used_up", {"others": ", ".join(full)}
    if resting:
        return "why_cheaper_may_not", {"others": ", ".join(resting)}
    return "why_fits_better", {"others": ", ".join(one.lever.key for one in cheaper)}


def _most(lever: Lever) -> float:
    """How many people a lever has, by its capacity and by the rules of working time."""
    may = np.inf if lever.windows is None else sum(one.people for one in lever.windows)
    return float(min(np.floor(lever.capacity), may))


def _may(lever: Lever, first: int, length: int) -> bool:
    """Whether anybody of a lever may work any such time by the rules of working time."""
    return bool(allowed(lever, np.array([first]), np.array([first + length])).any())


def _switch_line(model: Model, spell: Spell, place: int, *, values: Floats, effect: int) -> PlanLine:
    lever, first, last = spell.lever, int(spell.first[place]), int(spell.last[place])
    n = model.shortage.required.shape[2]
    on = slice(first, min(last, n))
    skills = [i for i, name in enumerate(model.shortage.skills) if not lever.skills or name in lever.skills]
    avoided = float(model.shortage.required[0, skills, on].sum()) * lever.effect[effect] * model.shortage.hours
    cost = lever.cost_once + lever.cost_per_hour * (on.stop - on.start) * model.shortage.hours
    known: dict[str, Value] = {"share": lever.effect[effect], "low": lever.effect[0], "high": lever.effect[2]}
    known |= {"hours": avoided}
    if cost > 0 and avoided > 0:
        why, known = "why_avoids", known | {"rate": cost / avoided}
    else:
        why = "why_avoids_free"
    return PlanLine(lever.key, "demand", first, last, 0.0, cost, avoided, why, tuple(known.items()))


def _defer_line(model: Model, key: str, values: Floats) -> PlanLine:
    out = values[model.put_off[key]].sum(axis=0)
    active = np.flatnonzero(out > _SOME)
    hours = float(out.sum()) * model.shortage.hours
    known = (("hours", hours), ("people", float(out.max())))
    first, last, cost = int(active[0]), int(active[-1]) + 1, model.put_off_cost(key, values)
    return PlanLine(key, "defer", first, last, float(out.max()), cost, hours, "why_puts_off", known)


def binding_limits(model: Model, labels: list[str], prices: Floats, *, missing: Floats) -> tuple[Binding, ...]:
    """Return the labelled limits with a price, each once at its dearest, then levers that come too late."""
    dearest: dict[str, float] = {}
    for label, price in zip(labels, prices.tolist(), strict=False):
        if label and price > _SOME:
            dearest[label] = max(price, dearest.get(label, 0.0))
    ranked = sorted(dearest.items(), key=lambda item: -item[1])
    found = [Binding(label.split(":")[0], label.partition(":")[2], price) for label, price in ranked]
    short = np.flatnonzero(missing[0].sum(axis=0) > _SOME)
    for spell in model.spells:
        late = spell.lever.lead_s > 0 and bool((short < spell.first.min(initial=short.max(initial=0) + 1)).any())
        if late and len(short):
            found.append(Binding("lead", spell.lever.key, float("nan")))
    found += [Binding("working_time", key, float("nan")) for key in model.shut_out if len(short)]
    return tuple(found)
