"""The closure's equations, step by step; compiled, since a step of a few dozen queues costs NumPy more in calls.

One file, so that what numba keeps on disk goes with its source.
"""

from __future__ import annotations

from math import erfc, exp, sqrt

from forecasting.compilation import compiled, part
from forecasting.staffing.quadrature import Floats

_FLOOR = 1e-12
_BELL = 0.3989422804014327  # 1/√(2π)
_HALF_ROOT = 0.7071067811865476  # 1/√2
_Moves = tuple[float, float, float, float, float]


@part
def _tail(x: float, v: float, n: float, spread: bool) -> tuple[float, float]:
    """E[(X − n)⁺] and P(X > n) of a normal X."""
    above = 0.0
    queue = max(x - n, 0.0)
    if spread:
        deviation = sqrt(max(v, _FLOOR))
        z = (x - n) / deviation
        above = 0.5 * erfc(-z * _HALF_ROOT)
        queue = (x - n) * above + deviation * _BELL * exp(-0.5 * z * z)
    # A normal X may fall below none; with few agents its queue would then exceed all who are there.
    return min(queue, x), above


@part
def _moves(
    x: float, v: float, o: float, c: float, n: float,
    lam: float, m: float, t: float, p: float, d: float, let_in: float, spread: bool,
) -> _Moves:  # fmt: skip
    """How mean, variance, orbit, the queue's integral and the covariance change."""
    queue, above = _tail(x, v, n, spread)
    inflow = lam + let_in * o * d
    outflow = m * (x - queue) + t * queue
    dv = dc = 0.0
    if spread:
        pull = m + above * (t - m)
        dv = inflow + outflow - 2 * pull * v + 2 * d * c * let_in
        # The orbit's own variance is taken as its mean.
        dc = p * (above * v - queue) - (pull + d) * c if p > 0 or c != 0 else 0.0
    return inflow - outflow, dv, p * queue - o * d, queue, dc


@compiled
def run(
    rate: Floats, places: Floats, service: Floats, abandon: Floats, again: Floats, back: Floats, let_in: Floats,
    length: Floats, first: Floats, spread: bool, states: Floats, queues: Floats,
) -> None:  # fmt: skip
    """Fill `states` (1 + n_steps, 5, n_queues) and the queue at each interval's end, from an empty centre.

    The rates have shape (n_intervals, n_queues); `length` (n_intervals,) [s]; `first` is each interval's first state.
    """
    for j in range(rate.shape[1]):
        x = v = o = q = c = busy = 0.0
        for i in range(rate.shape[0]):
            lam, n, m, t = rate[i, j], places[i, j], service[i, j], abandon[i, j]
            p, d, let = again[i, j], back[i, j], let_in[i, j]
            count = first[i + 1] - first[i]
            h = length[i] / count
            # Who is busy when staff shrinks finishes, and is not followed.
            shrinks = busy > n + _FLOOR
            n0 = n1 = n2 = n
            for k in range(count):
                if shrinks:
                    n0 = max(n, busy * exp(-m * h * k))
                    n1 = max(n, busy * exp(-m * h * (k + 0.5)))
                    n2 = max(n, busy * exp(-m * h * (k + 1)))
                a = _moves(x, v, o, c, n0, lam, m, t, p, d, let, spread)
                s = h / 2
                b = _moves(
                    x + s * a[0], v + s * a[1], o + s * a[2], c + s * a[4], n1, lam, m, t, p, d, let, spread
                )  # fmt: skip
                e = _moves(
                    x + s * b[0], v + s * b[1], o + s * b[2], c + s * b[4], n1, lam, m, t, p, d, let, spread
                )  # fmt: skip
                f = _moves(
                    x + h * e[0], v + h * e[1], o + h * e[2], c + h * e[4], n2, lam, m, t, p, d, let, spread
                )  # fmt: skip
                w = h / 6
                x = max(x + w * (a[0] + 2 * (b[0] + e[0]) + f[0]), 0.0)
                v = max(v + w * (a[1] + 2 * (b[1] + e[1]) + f[1]), 0.0)
                o = max(o + w * (a[2] + 2 * (b[2] + e[2]) + f[2]), 0.0)
                q += w * (a[3] + 2 * (b[3] + e[3]) + f[3])
                c += w * (a[4] + 2 * (b[4] + e[4]) + f[4])
                at = first[i] + k + 1
                states[at, 0, j], states[at, 1, j], states[at, 2, j] = x, v, o
                states[at, 3, j], states[at, 4, j] = q, c
            queue = _tail(x, v, n2, spread)[0]
            queues[i, j] = queue
            busy = x - queue
