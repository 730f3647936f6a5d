"""The day model: what happens to a day's customers in a centre that may be far too small for them."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from forecasting.staffing.overload.clearing import clear_s
from forecasting.staffing.overload.closure import (
    ACCEPTED,
    BACKLOG,
    BLOCKED,
    CENTRE,
    LONGEST_STEP_S,
    ORBIT,
    QUEUE,
    Course,
    follow,
)
from forecasting.staffing.overload.day import Day
from forecasting.staffing.overload.result import DayResult
from forecasting.staffing.overload.sampling import arrivals
from forecasting.staffing.overload.stationary import stationary

Method = Literal["closure", "fluid", "stationary"]
METHODS: tuple[Method, ...] = get_args(Method)


def solve_day(
    offered: ArrayLike,
    *,
    interval_s: ArrayLike,
    agents: ArrayLike,
    aht_s: ArrayLike,
    patience_s: ArrayLike = np.inf,
    redial_probability: ArrayLike = 0.0,
    redial_delay_s: ArrayLike = 300.0,
    answer_within_s: ArrayLike = 20.0,
    is_open: ArrayLike = True,
    lines: ArrayLike = np.inf,
    callback_share: ArrayLike = 0.0,
    callback_agents: ArrayLike = np.inf,
    method: Method = "closure",
    longest_step_s: float = LONGEST_STEP_S,
) -> DayResult:
    """Follow queue, waits, abandonment and redials through a day that begins with an empty centre.

    Parameters
    ----------
    offered
        First attempts of unique customers per interval, shape (n_intervals,) or (n_queues, n_intervals). The inputs
        below broadcast to it.
    interval_s
        Lengths of the intervals [s], the same for all queues.
    agents
        People at work. When they become fewer, contacts in progress are finished.
    aht_s, patience_s, redial_delay_s
        Mean handling time, patience and delay until a redial [s], exponential. Below 1 s they are read as 1 s, but an
        AHT of 0 as no work. Patience may be infinite.
    redial_probability
        Probability to call again after abandoning, [0, 1).
    answer_within_s
        Threshold of the service level [s].
    is_open
        Whether contacts are let in.
    lines
        Contacts that may wait or be served at once; who finds all lines taken is blocked, and calls again like those
        who abandon. Infinite: any number. Fewer lines than agents leave agents idle.
    callback_share
        Share of those who would have to wait that choose to be called back, [0, 1]. They leave the line and are called
        by people who are free while nobody waits; a call-back takes the mean handling time and no line.
    callback_agents
        People who call back at once, at most; infinite: all who are free.
    method
        `closure`: normal number in the centre, its mean and variance, and the orbit of redials. `fluid`: its mean
        only, for deep overload. `stationary`: Erlang A per interval, redials by a fixed point, nothing carried over.
    longest_step_s
        Upper limit of the integration step [s].

    Returns
    -------
    DayResult
        Of `closure` and `fluid`: offered = answered + unserved + waiting_at_end + redialling_at_end + the last
        callbacks_open, to rounding.

    Raises
    ------
    ValueError
        Inputs out of range or shape, an unknown method, or lines or call-backs with another than `closure`.

    Notes
    -----
    With X in the centre (mean X, variance V), orbit O, arrival rate λ, θ = 1/patience, μ = 1/AHT, redial probability p
    and delay d, z = (X − n)/√V, P = Φ(z), E[q] = (X − n)P + √V φ(z), E[min] = X − E[q], κ = μ(1 − P) + θP:
    X' = λ + O/d − μE[min] − θE[q]; V' = λ + O/d + μE[min] + θE[q] − 2κV + 2C/d; O' = pθE[q] − O/d. The covariance of
    X and the orbit, C' = pθ(PV − E[q]) − (κ + 1/d)C, takes the orbit's variance as its mean. Without it, a day on
    which many call again has too few abandons.
    The wait of an arriving customer supposes that the agents of that moment stay. Few agents (below about ten) are no
    sum of many: there the normal law misleads, see the project's document on overload.

    References
    ----------
    .. [1] W. A. Massey, J. Pender, "Dynamic rate Erlang-A queues", Queueing Systems 89 (2018),
       https://doi.org/10.1007/s11134-018-9581-2.
    .. [2] S. Ding, M. Remerova, R. D. van der Mei, B. Zwart, "Fluid approximation of a call center model with redials
       and reconnects", https://arxiv.org/abs/1311.6248.

    Examples
    --------
    >>> calm = solve_day([200, 200, 200, 200], interval_s=900, agents=85, aht_s=360, patience_s=240)
    >>> calm.service_level.round(2).tolist(), calm.unserved.round(1).tolist()
    ([0.99, 0.91, 0.87, 0.87], [0.2, 3.3, 4.7, 4.8])
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    day = Day.of(
        offered,
        interval_s=interval_s,
        agents=agents,
        aht_s=aht_s,
        patience_s=patience_s,
        redial_probability=redial_probability,
        redial_delay_s=redial_delay_s,
        answer_within_s=answer_within_s,
        is_open=is_open,
        lines=lines,
        callback_share=callback_share,
        callback_agents=callback_agents,
    )
    if day.is_limited and method != "closure":
        raise ValueError(f"method {method} knows neither lines nor call-backs; use closure, or the simulation")
    if method == "stationary":
        return stationary(day)
    course = follow(day, spread=method == "closure", longest_s=longest_step_s)
    return _result(day, course)


def _result(day: Day, course: Course) -> DayResult:
    ends = course.states[course.first]
    moved = np.diff(ends, axis=0)
    lost = day.abandon_rate * moved[:, QUEUE]
    none = np.zeros_like(lost)
    blocked, accepted, backlog = (moved[:, k] if day.is_limited else none for k in (BLOCKED, ACCEPTED, BACKLOG))
    if day.is_limited:
        lost = lost + blocked
    calling_again = day.redial_probability * lost - moved[:, ORBIT]
    attempts = day.rate * day.interval_s[:, None] + np.where(day.is_open, calling_again, 0.0)
    refused = np.where(day.is_open, 0.0, day.offered + calling_again)
    met = arrivals(day, course)
    return DayResult(
        queue_mean=day.shaped(moved[:, QUEUE] / day.interval_s[:, None]),
        queue_end=day.shaped(course.queue),
        mean_wait_s=day.shaped(met.wait_s),
        abandonment=day.shaped(met.abandons),
        service_level=day.shaped(met.in_time),
        attempts=day.shaped(attempts),
        answered=day.shaped(attempts - lost - moved[:, CENTRE] - backlog),
        unserved=day.shaped((1 - day.redial_probability) * lost + refused),
        blocked=day.shaped(blocked),
        callbacks=day.shaped(accepted),
        callbacks_open=day.shaped(ends[1:, BACKLOG] if day.is_limited else none),
        clear_s=day.shaped(clear_s(day, course)[None])[..., 0],
        waiting_at_end=day.shaped(ends[-1:, CENTRE])[..., 0],
        redialling_at_end=day.shaped(ends[-1:, ORBIT])[..., 0],
    )
