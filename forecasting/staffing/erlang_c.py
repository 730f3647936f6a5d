"""Erlang C: contacts queue and never give up (M/M/n)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from forecasting.staffing.cells import Cells
from forecasting.staffing.erlang_b import log_inverse_before
from forecasting.staffing.measures import QUIET, STATUS_DTYPE, Measures
from forecasting.staffing.quadrature import EXACT, Rule


def erlang_c(
    agents: ArrayLike,
    offered: ArrayLike,
    *,
    interval_s: ArrayLike,
    aht_s: ArrayLike,
    answer_within_s: ArrayLike = 20.0,
) -> Measures:
    """Measures of a centre whose callers wait for ever.

    Parameters
    ----------
    agents
        Whole numbers; this and the rest broadcast to one shape.
    offered
        Contacts per interval.
    interval_s
        Length of the interval [s].
    aht_s
        Talk + hold + wrap-up [s].
    answer_within_s
        Threshold of the service level [s].

    Returns
    -------
    Measures
        With at least as much load as agents no stationary queue exists: p_wait 1, service level 0, waits infinite and
        status `overload`.

    Raises
    ------
    ValueError
        If an input is negative, NaN, infinite where that has no meaning, or agents are not whole.

    References
    ----------
    .. [1] A. K. Erlang (1917), in E. Brockmeyer et al., "The life and works of A. K. Erlang", Copenhagen 1948.

    Examples
    --------
    >>> one = erlang_c(14, 100, interval_s=1800, aht_s=180)
    >>> float(one.p_wait.round(6)), float(one.service_level.round(6)), float(one.asa_s.round(4))
    (0.174132, 0.88835, 7.8359)
    >>> erlang_c(9, 100, interval_s=1800, aht_s=180).status.item()
    'overload'
    """
    cells = Cells.of(agents, offered, interval_s=interval_s, aht_s=aht_s, answer_within_s=answer_within_s)
    return delay(cells).reshape(cells.shape)


@QUIET
def delay(cells: Cells, *, rule: Rule = EXACT) -> Measures:
    """Return the measures of flat cells."""
    result = Measures.of_size(len(cells.offered))
    some = cells.offered > 0
    stable = some & (cells.load.excess < 0)
    growing = {"p_wait": 1.0, "asa_s": np.inf, "mean_wait_s": np.inf, "service_level": 0.0, "occupancy": 1.0}
    result.put(some & ~stable, "overload", **growing)
    result.put(some & (cells.load.agents == 0), "no_agents")
    result.fill(stable, _stable(cells.take(stable), rule=rule))
    return result


def _stable(cells: Cells, *, rule: Rule) -> Measures:
    spare = -cells.load.excess
    odds = spare / cells.load.offered_load * np.exp(log_inverse_before(cells.load, rule=rule))
    waits, free = 1 / (1 + odds), 1 / (1 + 1 / odds)
    mean_wait = waits * cells.aht_s / spare
    served_in_time = np.where(cells.aht_s > 0, -np.expm1(-spare * cells.answer_within_s / cells.aht_s), 1.0)
    zeros = np.zeros_like(waits)
    return Measures(
        p_wait=waits,
        p_blocked=zeros,
        abandonment=zeros.copy(),
        asa_s=mean_wait,
        mean_wait_s=mean_wait.copy(),
        service_level=np.minimum(free + waits * served_in_time, 1.0),
        occupancy=np.minimum(cells.load.offered_load / cells.load.agents, 1.0),
        status=np.full(len(waits), "ok", dtype=STATUS_DTYPE),
    )
