"""Mean and variance of the number in the centre, and the orbit of redialling customers, followed through a day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.staffing.overload.cut_law import knots
from forecasting.staffing.overload.day import Day
from forecasting.staffing.quadrature import Floats

LONGEST_STEP_S = 225.0
BLOCK = 4  # steps between whose ends the state is interpolated
# Of the quickest rate. Runge–Kutta of fourth order is stable up to 2.78, but above 2 a sudden flood can drive the
# variance below nothing inside a step, and what follows is wrong for hours.
_STIFF = 1.5
CENTRE, VARIANCE, ORBIT, QUEUE, JOINT, BLOCKED, ACCEPTED, BACKLOG, CALLING_BACK = range(9)
_LIMITED_STEP_S = 10.0  # who is free begins a call-back within some seconds


@dataclass(frozen=True, slots=True)
class Course:
    """States at the ends of all steps.

    Attributes
    ----------
    states
        Shape (1 + n_steps, 5 or 9, n_queues): mean and variance of the number in the centre, mean number who will call
        again, the mean queue integrated since the start [contact·s], and the covariance of centre and orbit. Where
        lines are limited or call-backs offered four more: attempts blocked and call-backs chosen since the start, and
        the mean numbers who wait for a call-back and who call back.
    first
        Index of each interval's first state, and of the last state; 1 + n_intervals.
    queue
        Mean queue at the end of each interval, shape (n_intervals, n_queues).
    """

    states: Floats
    first: list[int]
    queue: Floats


def steps_of(day: Day, *, longest_s: float = LONGEST_STEP_S) -> list[int]:
    """Return the steps of each interval, a multiple of `BLOCK` and short enough for its quickest rate."""
    quick = np.maximum(2 * np.maximum(day.service_rate, day.abandon_rate), day.redial_rate).max(axis=1)
    step = np.minimum(longest_s, _STIFF / quick)
    return [BLOCK * int(np.ceil(count)) for count in day.interval_s / (BLOCK * step)]


def follow(day: Day, *, spread: bool = True, longest_s: float = LONGEST_STEP_S) -> Course:
    """Integrate the day from an empty centre by Runge–Kutta of fourth order.

    Parameters
    ----------
    day
        The inputs.
    spread
        Whether the number in the centre has a variance; without, this is the fluid model.
    longest_s
        Upper limit of a step [s].
    """
    if day.is_limited:
        return _limited(day, longest_s=longest_s)
    # Numba is loaded by the first day that is followed, not by everyone who staffs an interval.
    from forecasting.staffing.overload.steps import run

    first = np.concatenate([[0], np.cumsum(steps_of(day, longest_s=longest_s))])
    states = np.zeros((int(first[-1]) + 1, 5, day.offered.shape[1]))
    queue = np.zeros_like(day.offered)
    abandon = day.abandon_rate
    rates = (day.rate, day.places, day.service_rate, abandon, day.redial_probability * abandon, day.redial_rate)
    run(*rates, day.is_open.astype(np.float64), day.interval_s, first, spread, states, queue)
    return Course(states, first.tolist(), queue)


def _limited(day: Day, *, longest_s: float) -> Course:
    """Follow a day with limited lines or call-backs."""
    from forecasting.staffing.overload.limited import WORK_SHAPE, run_limited

    if (day.callback_share > 0).any():
        longest_s = min(longest_s, _LIMITED_STEP_S)
    first = np.concatenate([[0], np.cumsum(steps_of(day, longest_s=longest_s))])
    states = np.zeros((int(first[-1]) + 1, CALLING_BACK + 1, day.offered.shape[1]))
    queue = np.zeros_like(day.offered)
    rates = (day.rate, day.places, day.service_rate, day.abandon_rate, day.redial_probability, day.redial_rate)
    limits = (day.is_open.astype(np.float64), day.lines, day.callback_share, day.callback_agents)
    run_limited(*rates, *limits, day.interval_s, first, knots(), np.zeros(WORK_SHAPE), states, queue)
    return Course(states, first.tolist(), queue)
