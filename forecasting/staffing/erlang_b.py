"""Erlang B: contacts that find all agents busy are lost (M/M/n/n)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.staffing.inputs import moderate, numbers, whole
from forecasting.staffing.load import Load
from forecasting.staffing.measures import QUIET, Measures
from forecasting.staffing.quadrature import EXACT, Exponent, Floats, Rule, bend, mass_below_zero

_SUM_UP_TO = 256  # agents; the recursion of positive terms is as exact and quicker, then its length tells


def erlang_b(agents: ArrayLike, offered_load: ArrayLike) -> Measures:
    """Measures of a centre without a queue.

    Parameters
    ----------
    agents
        Agents or lines, whole numbers, any shape that broadcasts with `offered_load`.
    offered_load
        Arrival rate × AHT [erlang].

    Returns
    -------
    Measures
        `service_level` is the share not blocked, answered at once; nobody waits or abandons. Without agents every
        contact is blocked.

    Raises
    ------
    ValueError
        If an input is negative, NaN, infinite, not whole where it must be, or above 1e9 erlang.

    References
    ----------
    .. [1] D. L. Jagerman, "Some properties of the Erlang loss function", Bell Syst. Tech. J. 53 (1974), 525–551:
       1/B(n, a) = a ∫ e^(−a·y) (1 + y)^n dy over y from 0 to ∞.

    Examples
    --------
    >>> float(erlang_b(10, 5.0).p_blocked.round(6))
    0.018385
    >>> erlang_b([0, 1, 2], 1.0).p_blocked.tolist()
    [1.0, 0.5, 0.2]
    """
    n, a = np.broadcast_arrays(whole("agents", agents), numbers("offered_load", offered_load))
    moderate(a)
    flat = Load(n.ravel(), a.ravel(), a.ravel() - n.ravel())
    return loss(flat, some=flat.offered_load > 0).reshape(n.shape)


@QUIET
def loss(load: Load, *, some: NDArray[np.bool_], rule: Rule = EXACT) -> Measures:
    """Return the measures of flat cells; `some` tells where there is any contact: at an AHT of 0 no load shows it."""
    result = Measures.of_size(len(load.agents))
    result.put(some & (load.agents == 0), "no_agents", p_blocked=1.0, service_level=0.0, occupancy=1.0, asa_s=np.inf)
    busy = some & (load.agents > 0)
    served = load.take(busy)
    blocked, free = blocking(served, rule=rule)
    occupancy = served.offered_load * free / served.agents
    result.put(busy, "ok", p_blocked=blocked, service_level=free, occupancy=np.minimum(occupancy, 1.0))
    return result


def blocking(load: Load, *, rule: Rule = EXACT) -> tuple[Floats, Floats]:
    """Return B(n, a) and 1 − B(n, a), each to full relative precision; n at least 1."""
    odds = np.exp(np.log(load.agents) - np.log(load.offered_load) + log_inverse_before(load, rule=rule))
    return 1 / (1 + odds), 1 / (1 + 1 / odds)


def log_inverse_before(load: Load, *, rule: Rule = EXACT) -> Floats:
    """Return ln(1/B(n − 1, a)), n at least 1: the form all three formulas share; infinite at no load."""
    result = np.full_like(load.agents, np.inf)
    few = load.agents <= _SUM_UP_TO
    many = ~few & (load.offered_load > 0)
    result[few] = _by_recursion(load.take(few))
    result[many] = _by_integral(load.take(many), rule=rule)
    return result


def _by_recursion(load: Load) -> Floats:
    """Return ln(1/B(n − 1, a)) by the recursion of positive terms."""
    from forecasting.staffing.panels import log_inverse  # numba is loaded by the first use, not by the import

    result = np.empty_like(load.agents)
    log_inverse(load.agents, load.offered_load, result)
    return result


def _by_integral(load: Load, *, rule: Rule) -> Floats:
    """With 1 + y = e^−s the integral of [1] is that of `quadrature`, on the negative axis."""
    top = load.log_ratio
    g = Exponent(load.offered_load, load.agents, load.excess, top)
    highest = load.agents * bend(-np.minimum(top, 0.0))
    return np.asarray(np.log(load.offered_load) + np.log(mass_below_zero(g, rule=rule)) + highest)
