"""Agents that Erlang C needs: one upward walk, since each further agent costs one step of a recursion."""

from __future__ import annotations

import numpy as np

from forecasting.staffing.cells import Cells
from forecasting.staffing.erlang_b import log_inverse_before
from forecasting.staffing.load import Load
from forecasting.staffing.measures import QUIET
from forecasting.staffing.quadrature import Floats
from forecasting.staffing.targets import Targets

_FEW_STEPS = 3.0  # standard deviations of the load within which targets are looked for


@QUIET
def least_agents(cells: Cells, targets: Targets) -> tuple[Floats, Floats, Floats]:
    """Return (low, lack, high) of a search's bracket, closed where the walk answers; the caller proves them.

    `lack` is 1 where `low` fails by more than rounding, else 0.
    """
    low, lack, high = (
        np.full(len(cells.offered), -1.0),
        np.zeros(len(cells.offered)),
        np.full(len(cells.offered), np.inf),
    )
    high[cells.offered == 0] = 0.0
    load = cells.load.offered_load
    # A limit far from the load would take many steps: those cells are searched.
    far = load / (targets.max_occupancy or 1.0) > load + _FEW_STEPS * np.sqrt(load) + 20
    walked = np.flatnonzero((load > 0) & ~far)
    agents, sure = _walk(cells.take(walked), targets)
    low[walked], lack[walked], high[walked] = agents - 1, sure, agents
    return low, lack, high


def _walk(cells: Cells, targets: Targets) -> tuple[Floats, Floats]:
    from forecasting.staffing.panels import walk  # numba is loaded by the first use, not by the import

    first = np.floor(cells.load.offered_load) + 1
    start = Load.of(first, cells.offered, interval_s=cells.interval_s, aht_s=cells.aht_s)
    # The rounded load may fall just short of a whole number that the exact one reaches.
    first = np.where(start.excess < 0, first, first + 1)
    start = Load.of(first, cells.offered, interval_s=cells.interval_s, aht_s=cells.aht_s)
    agents, sure = np.empty_like(first), np.empty_like(first)
    level = -1.0 if targets.service_level is None else targets.service_level
    wait = 1e300 if targets.max_asa_s is None else max(targets.max_asa_s, 1e-12)
    occupancy = 1.0 if targets.max_occupancy is None else targets.max_occupancy
    before = np.exp(log_inverse_before(start))
    loads = start.offered_load
    limits = (level, wait, occupancy)
    walk(first, -start.excess, loads, 1 / loads, before, cells.aht_s, cells.answer_within_s, *limits, agents, sure)
    return agents, sure
