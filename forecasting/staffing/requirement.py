"""How many agents are needed: the smallest number that meets every target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.staffing.cells import Cells
from forecasting.staffing.erlang_a import SHORT_ABANDON_S
from forecasting.staffing.erlang_c_need import least_agents
from forecasting.staffing.evaluate import Model, evaluate_cells
from forecasting.staffing.inputs import at_once
from forecasting.staffing.measures import Convention, Measures
from forecasting.staffing.quadrature import COARSE, EXACT, Floats, Rule
from forecasting.staffing.search import Bracket, smallest
from forecasting.staffing.targets import Targets

_CERTAIN = 0.005  # margins by the coarse quadrature are at most 0.0005 off for plain targets
Evaluate = Callable[[Cells, Rule], Measures]


@dataclass(frozen=True, slots=True)
class Requirement:
    """Agents needed, and what they reach; arrays of the inputs' common shape."""

    agents: NDArray[np.int64]
    measures: Measures


def required_agents(
    offered: ArrayLike,
    *,
    interval_s: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike = np.inf,
    answer_within_s: ArrayLike = 20.0,
    service_level: float | None = None,
    max_occupancy: float | None = None,
    max_abandonment: float | None = None,
    max_asa_s: float | None = None,
    model: Model = "erlang_a",
    convention: Convention = "offered",
    short_abandon_s: ArrayLike = SHORT_ABANDON_S,
    concurrency: ArrayLike = 1,
) -> Requirement:
    """Smallest number of agents that meets all given targets.

    Parameters
    ----------
    offered
        Contacts per interval; this and the arrays below broadcast to one shape.
    interval_s
        Length of the interval [s].
    aht_s
        Talk + hold + wrap-up [s].
    patience_s
        Mean time to abandon if unanswered [s]; heeded by `erlang_a` only. Infinite: nobody gives up.
    answer_within_s
        Threshold of the service level [s].
    service_level, max_occupancy, max_abandonment, max_asa_s
        Targets, see `Targets`; at least one.
    model
        `erlang_b`, `erlang_c` or `erlang_a`.
    convention, short_abandon_s
        Which contacts the service level of `erlang_a` counts, see `erlang_a`.
    concurrency
        Contacts one agent works on at once (chats), whole numbers from 1. `aht_s` is then the time one of them takes
        beside the others, and `occupancy` the share of all places that are taken.

    Returns
    -------
    Requirement
        No agents where nothing is offered. With abandonment the number can lie far below the load; without, the load is
        always exceeded, since a queue that grows without end meets no target. Targets are compared with a tolerance of
        1e-12.

    Raises
    ------
    ValueError
        If an input or target is out of range, or none is given.

    Examples
    --------
    >>> need = required_agents([0, 10, 200], interval_s=900, aht_s=360, patience_s=240, service_level=0.8)
    >>> need.agents.tolist()
    [0, 6, 83]
    >>> need = required_agents(200, interval_s=900, aht_s=360, model="erlang_c", service_level=0.8, max_occupancy=0.85)
    >>> int(need.agents), float(need.measures.occupancy.round(3))
    (95, 0.842)
    >>> chats = required_agents(200, interval_s=900, aht_s=360, patience_s=240, service_level=0.8, concurrency=3)
    >>> int(chats.agents), float(chats.measures.service_level.round(3))
    (28, 0.846)
    """
    targets = Targets(service_level, max_occupancy, max_abandonment, max_asa_s)
    cells = Cells.of(
        0,
        offered,
        interval_s=interval_s,
        aht_s=aht_s,
        patience_s=patience_s,
        answer_within_s=answer_within_s,
        short_abandon_s=short_abandon_s,
    )
    evaluated = _by(model, convention)
    each = np.broadcast_to(at_once(concurrency), cells.shape).ravel()
    places, measures = _solve(cells, evaluated, targets=targets, queueing=model == "erlang_c")
    agents = np.ceil(places / each)
    spare = np.flatnonzero(agents * each != places)
    measures.fill(spare, evaluated(cells.take(spare).staffed((agents * each)[spare]), EXACT))
    return Requirement(agents.astype(np.int64).reshape(cells.shape), measures.reshape(cells.shape))


def _by(model: Model, convention: Convention) -> Evaluate:
    return lambda cells, rule: evaluate_cells(cells, model, convention=convention, rule=rule)


def _solve(cells: Cells, evaluate: Evaluate, *, targets: Targets, queueing: bool = False) -> tuple[Floats, Measures]:
    """Find the neighbourhood with a coarse quadrature, then prove the answer with the exact one."""

    def judge(rule: Rule) -> Callable[[Floats, NDArray[np.intp]], Floats]:
        return lambda agents, chosen: targets.margin(evaluate(cells.take(chosen).staffed(agents), rule))

    load = cells.load.offered_load
    spread = np.sqrt(load)
    guess = np.ceil(load + 0.4 * spread)
    slope = 2 / (spread + 1)
    rough = Bracket.open(slope)
    if queueing and targets.is_plain:
        rough.low, rough.lack, rough.high = least_agents(cells, targets)
    near = smallest(judge(COARSE), guess, bracket=rough)

    bracket = Bracket.open(slope)
    measures = evaluate(cells.staffed(near), EXACT)
    bracket.learn(np.arange(len(load)), near, targets.margin(measures))
    sure = (rough.lack > _CERTAIN) & targets.is_plain
    bracket.low[sure] = rough.low[sure]
    close = np.flatnonzero(~sure & (near > 0))
    bracket.learn(close, near[close] - 1, judge(EXACT)(near[close] - 1, close))
    undecided = bracket.open_cells()
    agents = smallest(judge(EXACT), near, bracket=bracket)
    moved = np.union1d(undecided, np.flatnonzero(agents != near))
    measures.fill(moved, evaluate(cells.take(moved).staffed(agents[moved]), EXACT))
    return agents, measures
