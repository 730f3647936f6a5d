"""Mean and variance of the number in the centre, and the orbit of redialling customers, followed through a day."""

from __future__ import annotations

from dataclasses import dataclass
from math import tau

import numpy as np
from numpy import add, exp, maximum, minimum, multiply, sqrt, subtract, true_divide
from scipy.special import ndtr

from forecasting.staffing.overload.day import Day
from forecasting.staffing.quadrature import Floats

LONGEST_STEP_S = 225.0
BLOCK = 4  # steps between whose ends the state is interpolated
_STIFF = 2.5  # of the quickest rate; Runge–Kutta of fourth order is stable up to 2.78
_FLOOR = 1e-12
_BELL = tau**-0.5
CENTRE, VARIANCE, ORBIT, QUEUE, JOINT = range(5)


@dataclass(frozen=True, slots=True)
class Course:
    """States at the ends of all steps.

    Attributes
    ----------
    states
        Shape (1 + n_steps, 5, n_queues): mean and variance of the number in the centre, mean number who will call
        again, the mean queue integrated since the start [contact·s], and the covariance of centre and orbit.
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
    steps = steps_of(day, longest_s=longest_s)
    first = [0, *np.cumsum(steps).tolist()]
    states = np.zeros((first[-1] + 1, 5, day.offered.shape[1]))
    queue = np.zeros_like(day.offered)
    flow = _Flow(day, spread=spread)
    for i, (start, count) in enumerate(zip(first, steps, strict=False)):
        flow.enter(i, half_steps=2 * count, half_s=float(day.interval_s[i]) / (2 * count))
        for k in range(count):
            flow.step(k)
            states[start + k + 1] = flow.state
        queue[i] = flow.queue()
    return Course(states, first, queue)


class _Flow:
    """The equations with their buffers: NumPy's calls on a few dozen queues cost more than the arithmetic."""

    def __init__(self, day: Day, *, spread: bool) -> None:
        n_queues = day.offered.shape[1]
        self._spread = spread
        self._rate, self._places = day.rate, day.places
        self._mu, self._theta = day.service_rate, day.abandon_rate
        self._again = day.redial_probability * self._theta
        self._return = day.redial_rate
        self._redials = bool(self._again.any())
        self._let_in = day.is_open
        self._all_open = [bool(row.all()) for row in day.is_open]
        self.state = np.zeros((5, n_queues))
        self._change, self._total, self._stage, self._part = (np.zeros((5, n_queues)) for _ in range(4))
        self._never_negative = self.state[:JOINT]
        self._at, self._ahead, self._moves = tuple(self.state), tuple(self._stage), tuple(self._change)
        self._a, self._b, self._c, self._e, self._f, self._g = (np.zeros(n_queues) for _ in range(6))
        self._busy = np.zeros(n_queues)

    def enter(self, i: int, *, half_steps: int, half_s: float) -> None:
        """Take the rates of interval `i`, and its places at all half steps.

        Who is busy when staff shrinks finishes, and is not followed.
        """
        self._lam, self._n, self._m, self._t = self._rate[i], self._places[i], self._mu[i], self._theta[i]
        self._p, self._d = self._again[i], self._return[i]
        self._open = None if self._all_open[i] else self._let_in[i]
        self._surplus, self._m2, self._d2 = 2 * (self._t - self._m), 2 * self._m, 2 * self._d
        self._h = 2 * half_s
        self._capacity = [self._n] * (half_steps + 1)
        if (self._busy > self._n + _FLOOR).any():
            elapsed = half_s * np.arange(half_steps + 1)[:, None]
            self._capacity = list(maximum(self._n, self._busy * exp(-self._m * elapsed)))

    def step(self, k: int) -> None:
        """Take the interval's step number `k`."""
        change, total, stage, part, state, h = self._change, self._total, self._stage, self._part, self.state, self._h
        self._rates(self._at, self._capacity[2 * k])
        multiply(change, h / 6, total)
        for weight, ahead, place in ((h / 3, h / 2, 1), (h / 3, h / 2, 1), (h / 6, h, 2)):
            multiply(change, ahead, stage)
            add(stage, state, stage)
            self._rates(self._ahead, self._capacity[2 * k + place])
            multiply(change, weight, part)
            add(total, part, total)
        add(state, total, state)
        maximum(self._never_negative, 0.0, out=self._never_negative)

    def queue(self) -> Floats:
        """Return the mean queue at the interval's end, and remember who is busy then."""
        queue = self._tail(self._at, self._capacity[-1])[0].copy()
        self._busy = self.state[CENTRE] - queue
        return queue

    def _tail(self, state: tuple[Floats, ...], places: Floats) -> tuple[Floats, Floats]:
        """Return E[(X − n)⁺] and P(X > n) of a normal X, in buffers."""
        a, b, c, e = self._a, self._b, self._c, self._e
        subtract(state[CENTRE], places, a)
        if self._spread:
            maximum(state[VARIANCE], _FLOOR, out=e)
            sqrt(e, e)
            true_divide(a, e, b)
            ndtr(b, c)
            multiply(b, b, b)
            multiply(b, -0.5, b)
            exp(b, b)
            multiply(e, _BELL, e)
            multiply(b, e, b)
            multiply(a, c, a)
            add(a, b, a)
        else:
            maximum(a, 0.0, out=a)
        # A normal X may fall below none; with few agents its queue would then exceed all who are there.
        minimum(a, state[CENTRE], out=a)
        return a, c

    def _rates(self, state: tuple[Floats, ...], places: Floats) -> None:
        moved, spread, orbit, integral, joint = self._moves
        outflow, inflow = self._b, self._e
        queue, above = self._tail(state, places)
        integral[:] = queue
        multiply(state[ORBIT], self._d, inflow)
        pq = multiply(queue, self._p, self._g)
        subtract(pq, inflow, orbit)
        if self._open is not None:
            multiply(inflow, self._open, inflow)
        add(inflow, self._lam, inflow)
        subtract(state[CENTRE], queue, outflow)
        multiply(outflow, self._m, outflow)
        multiply(queue, self._t, queue)
        add(outflow, queue, outflow)
        subtract(inflow, outflow, moved)
        if self._spread:
            multiply(above, self._surplus, spread)
            add(spread, self._m2, spread)
            if self._redials:
                # The orbit's own variance is taken as its mean.
                f = self._f
                multiply(spread, 0.5, f)
                add(f, self._d, f)
                multiply(f, state[JOINT], f)
                multiply(above, state[VARIANCE], joint)
                multiply(joint, self._p, joint)
                subtract(joint, pq, joint)
                subtract(joint, f, joint)
            multiply(spread, state[VARIANCE], spread)
            add(outflow, inflow, outflow)
            subtract(outflow, spread, spread)
            if self._redials:
                multiply(state[JOINT], self._d2, f)
                if self._open is not None:
                    multiply(f, self._open, f)
                add(spread, f, spread)
