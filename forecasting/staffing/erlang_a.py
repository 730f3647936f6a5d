"""Erlang A: contacts queue, and give up when their patience ends (M/M/n+M)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.staffing.cells import Cells
from forecasting.staffing.erlang_b import blocking
from forecasting.staffing.erlang_c import delay
from forecasting.staffing.measures import CONVENTIONS, QUIET, STATUS_DTYPE, Convention, Measures
from forecasting.staffing.quadrature import EXACT, Floats, Rule
from forecasting.staffing.waits import Waits, share_of_patience, waits

SHORT_ABANDON_S = 10.0
_BLOCK = 16_384  # cells at a time: bounds the memory of a year of many queues
_NO_PATIENCE = 1e-17  # contacts arriving, or agents becoming free, within one patience: below it the queue is empty


def erlang_a(
    agents: ArrayLike,
    offered: ArrayLike,
    *,
    interval_s: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike,
    answer_within_s: ArrayLike = 20.0,
    convention: Convention = "offered",
    short_abandon_s: ArrayLike = SHORT_ABANDON_S,
) -> Measures:
    """Measures of a centre whose callers give up after an exponential patience.

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
    patience_s
        Mean time to abandon if unanswered [s]. Infinite is Erlang C; 0 means that whoever cannot be answered at once
        leaves at once.
    answer_within_s
        Threshold T of the service level [s].
    convention
        Which contacts count: `offered`: answered within T ÷ offered; `excl_short`: answered within T ÷ (offered −
        abandoned within `short_abandon_s`); `incl_abandoned`: answered or abandoned within T ÷ offered.
    short_abandon_s
        Longest wait of an abandonment that `excl_short` leaves out [s].

    Returns
    -------
    Measures
        Any load is answered, also one far above the agents. Without agents everybody abandons after the patience.

    Raises
    ------
    ValueError
        If an input is negative, NaN, infinite where that has no meaning, agents are not whole, or the convention is
        unknown.

    References
    ----------
    .. [1] C. Palm, "Research on telephone traffic carried by full availability groups", Tele 1 (1957).
    .. [2] A. Mandelbaum, S. Zeltyn, "Service engineering in action: the Palm/Erlang-A queue", in: Advances in Services
       Innovations, Springer 2007, https://doi.org/10.1007/978-3-540-29860-1_2.

    Examples
    --------
    >>> one = erlang_a(80, 200, interval_s=900, aht_s=360, patience_s=240)
    >>> float(one.service_level.round(6)), float(one.abandonment.round(6)), float(one.mean_wait_s.round(4))
    (0.73141, 0.049046, 11.771)
    >>> flood = erlang_a(300, 24_000, interval_s=900, aht_s=360, patience_s=240)
    >>> float(flood.abandonment)
    0.96875
    """
    cells = Cells.of(
        agents,
        offered,
        interval_s=interval_s,
        aht_s=aht_s,
        patience_s=patience_s,
        answer_within_s=answer_within_s,
        short_abandon_s=short_abandon_s,
    )
    return abandoning(cells, convention=convention).reshape(cells.shape)


@QUIET
def abandoning(cells: Cells, *, convention: Convention, rule: Rule = EXACT) -> Measures:
    """Return the measures of flat cells."""
    if convention not in CONVENTIONS:
        raise ValueError(f"convention must be one of {', '.join(CONVENTIONS)}, got {convention!r}")
    result = Measures.of_size(len(cells.offered))
    some = cells.offered > 0
    endless = some & np.isinf(cells.patience_s)
    staffed = cells.load.agents > 0
    result.fill(endless, delay(cells.take(endless), rule=rule))
    _unstaffed(result, cells, chosen=some & ~endless & ~staffed, convention=convention)
    _fill_queueing(result, cells, chosen=some & ~endless & staffed, convention=convention, rule=rule)
    return result


def _unstaffed(result: Measures, cells: Cells, *, chosen: NDArray[np.bool_], convention: Convention) -> None:
    """Nobody is answered: everybody waits out the patience."""
    patience, within = cells.patience_s[chosen], cells.answer_within_s[chosen]
    level = np.zeros_like(patience)
    if convention == "incl_abandoned":
        level = -np.expm1(-share_of_patience(within, patience))
    result.put(
        chosen,
        "no_agents",
        p_wait=1.0,
        abandonment=1.0,
        asa_s=np.inf,
        mean_wait_s=patience,
        service_level=level,
        occupancy=1.0,
    )


def _fill_queueing(
    result: Measures, cells: Cells, *, chosen: NDArray[np.bool_], convention: Convention, rule: Rule
) -> None:
    ratio = cells.patience_s / cells.aht_s
    impatient = np.maximum(cells.load.agents, cells.load.offered_load) * ratio < _NO_PATIENCE
    idle = chosen & ~(cells.load.offered_load > 0)
    result.put(idle, "ok", service_level=1.0)
    lossy = chosen & ~idle & impatient
    result.fill(lossy, _without_patience(cells.take(lossy), convention=convention))
    queueing = np.flatnonzero(chosen & ~idle & ~impatient)
    for start in range(0, len(queueing), _BLOCK):
        block = queueing[start : start + _BLOCK]
        part = cells.take(block)
        result.fill(block, _measures(part, waits(part, convention=convention, rule=rule), convention=convention))


def _without_patience(cells: Cells, *, convention: Convention) -> Measures:
    """Erlang B, except that the blocked queue for an instant and abandon."""
    lost, free = blocking(cells.load)
    result = Measures.of_size(len(lost))
    result.put(
        np.ones(len(lost), dtype=bool),
        "ok",
        p_wait=lost,
        abandonment=lost,
        mean_wait_s=lost * cells.patience_s,
        service_level=free if convention == "offered" else 1.0,
        occupancy=np.minimum(cells.load.offered_load * free / cells.load.agents, 1.0),
    )
    return result


def _measures(cells: Cells, wait: Waits, *, convention: Convention) -> Measures:
    whole = wait.whole
    answered = wait.free + whole.served
    asa = np.where(answered > 0, cells.patience_s * whole.served_wait / answered, np.inf)
    return Measures(
        p_wait=wait.queued,
        p_blocked=np.zeros_like(answered),
        abandonment=np.minimum(whole.lost, 1.0),
        asa_s=asa,
        mean_wait_s=whole.lost * cells.patience_s,
        service_level=np.minimum(_service_level(cells, wait, convention=convention), 1.0),
        occupancy=np.minimum(cells.load.offered_load * answered / cells.load.agents, 1.0),
        status=np.full(len(answered), "ok", dtype=STATUS_DTYPE),
    )


def _service_level(cells: Cells, wait: Waits, *, convention: Convention) -> Floats:
    within = share_of_patience(cells.answer_within_s, cells.patience_s)
    early, later = wait.until(within)
    answered = wait.free + early.served
    if convention == "incl_abandoned":
        return answered + early.lost - np.expm1(-within) * later
    if convention == "excl_short":
        short = share_of_patience(cells.short_abandon_s, cells.patience_s)
        briefly, longer = wait.until(short)
        counted = wait.free + briefly.served + np.exp(-short) * longer
        return np.where(counted > 0, answered / counted, 0.0)
    return answered
