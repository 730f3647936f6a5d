"""The surge plan: whom to call in when, which levers to pull when, for a budget, for a goal, or weighed in money."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.staffing.levers.builder import EXPECTED, Model, build
from forecasting.staffing.levers.catalogue import Lever, check_catalogue
from forecasting.staffing.levers.lines import Binding, PlanLine, binding_limits, plan_lines
from forecasting.staffing.levers.programme import Programme
from forecasting.staffing.levers.shortage import Shortage
from forecasting.staffing.levers.solver import Relaxed, fix, relax
from forecasting.staffing.quadrature import Floats

PENALTY = 100.0  # money per expected person-hour missing, where nothing else is said
_TIE = 1e-4  # of the other aim, so that of equal plans the better one is taken
_LOOSE = 1e-6
_IDLE = 1e-6  # per person put off and interval, so that nobody is put off for nothing


@dataclass(frozen=True, slots=True)
class SurgePlan:
    """The answer.

    Attributes
    ----------
    status
        `planned`, or `goal_unreachable`: then this is the cheapest plan among those that come nearest to the goal.
    lines
        What to do, by time.
    cost
        Of all lines.
    objective, bound, gap
        What was minimised, a value no plan can undercut, and (objective − bound) / objective.
    missing_hours
        Person-hours still missing at each level of demand, shape (n_levels,).
    missing_before_hours
        The same without any lever.
    covered
        Share of the required person-hours that is there, by level, shape (n_levels,).
    missing
        People missing, shape (n_levels, n_skills, n_intervals).
    binding
        Limits that a better plan would need moved, the dearest first.
    """

    status: str
    lines: tuple[PlanLine, ...]
    cost: float
    objective: float
    bound: float
    gap: float
    missing_hours: Floats
    missing_before_hours: Floats
    covered: Floats
    missing: Floats
    binding: tuple[Binding, ...]


def solve_plan(
    shortage: Shortage,
    levers: Sequence[Lever],
    *,
    budget: float | None = None,
    goal: float | None = None,
    goal_level: float | None = None,
    penalty: float = PENALTY,
    effect: int = EXPECTED,
    fixed: Collection[str] = (),
) -> SurgePlan:
    """Choose levers by a mixed-integer programme: relaxed, rounded to the neighbours, solved again.

    Parameters
    ----------
    shortage
        People required per level of demand, skill and interval, and people scheduled.
    levers
        The catalogue.
    budget
        Most money to spend. With it and no goal, the expected person-hours missing are minimised.
    goal
        Share of each skill's required person-hours that must be covered at `goal_level`, [0, 1]; then cost is
        minimised.
    goal_level
        One of the levels; the lowest if not given.
    penalty
        Money per expected person-hour missing; without budget and goal, cost and penalty together are minimised.
    effect
        Which of the levers' three effects counts: 0 low, 1 expected, 2 high.
    fixed
        Keys of levers that are decided already: with one possible time each, all their people come, or they are on.

    Returns
    -------
    SurgePlan
        A goal out of reach is answered with the nearest plan, and what binds.

    Raises
    ------
    ValueError
        Levers that contradict each other or the demand, or limits out of range.
    RuntimeError
        If the solver fails.

    References
    ----------
    .. [1] Q. Huangfu, J. A. J. Hall, "Parallelizing the dual revised simplex method", Math. Prog. Comp. 10 (2018),
       https://doi.org/10.1007/s12532-017-0130-5 (HiGHS).
    """
    check_catalogue(levers, shortage.skills)
    level = _check_limits(shortage, budget=budget, goal=goal, goal_level=goal_level, penalty=penalty)
    model = build(shortage, levers, effect=effect)
    _hold(model, fixed, budget)
    solver = _Solver(model, budget)
    if goal is None:
        missing, money = (penalty, 1.0) if budget is None else (1.0, _TIE / max(penalty, 1.0))
        found = solver.best(missing * model.missing_weight + money * solver.money)
        return _plan(model, found, effect=effect, status="planned")
    return _reach(model, solver, goal=goal, level=level, effect=effect)


def _check_limits(
    shortage: Shortage, *, budget: float | None, goal: float | None, goal_level: float | None, penalty: float
) -> int:
    if budget is not None and not 0 <= budget < np.inf:
        raise ValueError(f"budget must be at least 0 and finite, got {budget!r}")
    if goal is not None and not 0 <= goal <= 1:
        raise ValueError(f"goal must be in [0, 1], got {goal!r}; write 90 % as 0.9")
    if not 0 <= penalty < np.inf:
        raise ValueError(f"penalty must be at least 0 and finite, got {penalty!r}")
    if goal_level is None:
        return 0
    if goal_level not in shortage.levels:
        raise ValueError(f"goal_level must be one of {shortage.levels}, got {goal_level!r}")
    return shortage.levels.index(goal_level)


def _hold(model: Model, fixed: Collection[str], budget: float | None) -> None:
    """Add rows that what is fixed is there; ValueError where it has no time, several, or costs more than the budget."""
    cost = 0.0
    for key in fixed:
        spells = [spell for spell in model.spells if spell.lever.key == key]
        if len(spells) != 1 or len(spells[0].amount) != 1:
            raise ValueError(f"{key}: a fixed lever needs exactly one possible time within the plan")
        lever, amount = spells[0].lever, spells[0].amount
        most = float(np.floor(lever.capacity)) if lever.kind == "people" else 1.0
        model.programme.at_most(amount, -1.0, -most)
        cost += most * float(model.money[amount[0]])
    if budget is not None and cost > budget * (1 + _LOOSE):
        raise ValueError(
            f"what is fixed costs {cost:,.0f}, more than the budget of {budget:,.0f}; raise it or free a line"
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """Values of all variables, their objective, the relaxed answer, and the labels of its rows."""

    values: Floats
    objective: float
    relaxed: Relaxed
    programme: Programme


class _Solver:
    """The model under changing aims and extra rows."""

    def __init__(self, model: Model, budget: float | None) -> None:
        self._model = model
        self.money = model.money
        if budget is not None:
            spends = np.flatnonzero(self.money)
            model.programme.at_most(spends, self.money[spends], budget, label="budget")

    def best(self, cost: Floats, *, fallback: Floats | None = None) -> _Found:
        """Return the best plan; where no whole numbers are found in time, the fallback."""
        programme = self._model.programme
        cost = cost.copy()
        cost[self._model.waiting_variables] += _IDLE
        rows, highest = programme.matrix(), np.array(programme.highest)
        relaxed = relax(cost, rows, highest=highest, upper=programme.limits())
        if relaxed is None:
            raise RuntimeError("the surge plan has no answer, though doing nothing should be one")
        values = fix(
            cost,
            rows,
            highest=highest,
            upper=programme.limits(),
            whole=programme.integral(),
            near=relaxed.values,
        )
        if values is None:
            values = fallback
        if values is None:
            raise RuntimeError("no plan with whole numbers was found in time; plan fewer shift options")
        return _Found(values, float(cost @ values), relaxed, programme)


def _reach(model: Model, solver: _Solver, *, goal: float, level: int, effect: int) -> SurgePlan:
    """Come as near to the goal as possible, then as cheaply as possible."""
    shortage, missing = model.shortage, model.missing[level]
    weight = np.zeros(len(solver.money))
    weight[missing] = shortage.hours
    tie = _TIE * model.missing_weight
    allowed = (1 - goal) * shortage.required[level].sum(axis=1)
    # Above what the goal allows, and nothing below it: coming nearer than the goal is no aim.
    over = model.programme.variables((len(shortage.skills),), cost=0.0, upper=np.inf)
    for skill, limit in enumerate(allowed):
        columns = [*missing[skill].tolist(), int(over[skill])]
        model.programme.at_most(columns, [*np.ones(len(columns) - 1), -1.0], limit, label="goal")
    more = len(over)
    nearest_cost = np.concatenate([_LOOSE * tie, np.full(more, shortage.hours)])
    nearest = solver.best(nearest_cost)
    reached = nearest.values[over]
    met = bool((reached <= _LOOSE * np.maximum(allowed, 1.0)).all())
    for column, value in zip(over.tolist(), reached.tolist(), strict=True):
        model.programme.at_most([column], [1.0], 0.0 if met else value + _LOOSE)
    cost = np.concatenate([solver.money + tie, np.zeros(more)])
    found = solver.best(cost, fallback=nearest.values)
    if met:
        return _plan(model, found, effect=effect, status="planned")
    return _plan(model, found, effect=effect, status="goal_unreachable", limits=nearest)


def _plan(model: Model, found: _Found, *, effect: int, status: str, limits: _Found | None = None) -> SurgePlan:
    shortage, values = model.shortage, found.values
    missing = np.maximum(values[model.missing], 0.0)
    before = np.maximum(shortage.required - shortage.scheduled, 0.0)
    lines = plan_lines(model, values, effect=effect)
    priced = limits or found
    required = shortage.required.sum(axis=(1, 2))
    gone = missing.sum(axis=(1, 2))
    bound = found.relaxed.cost
    gap = max(found.objective - bound, 0.0) / abs(found.objective) if abs(found.objective) > _LOOSE else 0.0
    return SurgePlan(
        status=status,
        lines=lines,
        cost=sum(line.cost for line in lines),
        objective=found.objective,
        bound=bound,
        gap=gap,
        missing_hours=gone * shortage.hours,
        missing_before_hours=before.sum(axis=(1, 2)) * shortage.hours,
        covered=np.where(required > 0, 1 - gone / np.maximum(required, _LOOSE), 1.0),
        missing=missing,
        binding=binding_limits(model, priced.programme.labels, priced.relaxed.prices, missing=missing),
    )
