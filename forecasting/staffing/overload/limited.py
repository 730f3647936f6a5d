"""The closure's equations where lines are limited or call-backs are offered, step by step; compiled.

One file, so that what numba keeps on disk goes with its source. The number X in the centre counts calls that wait and
all busy people; its law is a normal one cut off where the lines end. The equations are in `docs/overload.md`.
"""

from __future__ import annotations

from math import ceil, erfc, exp, log, sqrt

from forecasting.compilation import compiled, part
from forecasting.staffing.quadrature import Floats

START_RATE = 1 / 8  # at which a free person begins the next call-back [1/s]
_FLOOR = 1e-12
_BELL = 0.3989422804014327  # 1/√(2π)
_HALF_ROOT = 0.7071067811865476  # 1/√2
_FAR = 8.0  # standard deviations from the limit beyond which it is not felt
_MOST_PARTS = 32  # of a step; what settles quicker than such a part is set to where it settles
_ROUNDS = 12
# Places in a state, as in `closure`; those from _BLOCKED on exist here only.
_X, _V, _O, _Q, _C, _BLOCKED, _ACCEPTED, _BACK, _OUT = range(9)
_SIZE = 9
# Rows of the work space: the state, a trial state, and how the state moves at the four points of a step.
_NOW, _TRIAL, _FIRST = 0, 1, 2
# What else `_moves` leaves behind, after the state's places: net flow, how quickly the limit answers, outflow, starts.
_NET, _QUICK, _LEAVING, _STARTS = 9, 10, 11, 12
WORK_SHAPE = (6, 13)


@part
def _phi(z: float) -> float:
    return 0.5 * erfc(-z * _HALF_ROOT)


@part
def _bell(z: float) -> float:
    return _BELL * exp(-0.5 * z * z)


@part
def _cut(rho: float, knots: Floats) -> float:
    """Where a normal law of mean 0 and deviation 1 is cut off, by its mean's distance in its deviations.

    `knots` holds the cut by the logarithm of that distance less 1; its first two numbers are the grid's begin and step.
    """
    at = (log(max(rho - 1.0, 1e-12)) - knots[0]) / knots[1]
    last = len(knots) - 4
    at = min(max(at, 0.0), float(last))
    i = int(at)
    share = at - i
    return float(knots[2 + i] + share * (knots[3 + i] - knots[2 + i]))


@part
def _above(x: float, mu: float, sigma: float, bell_b: float, all_b: float, level: float) -> tuple[float, float]:
    """P(X > level) and its covariance with X; the law is cut at a point of density bell_b and probability all_b."""
    a = (level - mu) / sigma
    share = max(all_b - _phi(a), 0.0) / all_b
    if share <= 0.0:
        return 0.0, 0.0
    return share, max((mu - x) * share + sigma * (_bell(a) - bell_b) / all_b, 0.0)


@part
def _moves(
    work: Floats, at: int, to: int, n: float, lines: float, lam: float, m: float, t: float, p: float, d: float,
    let_in: float, s: float, most: float, knots: Floats,
) -> None:  # fmt: skip
    """Write into row `to` how the state in row `at` moves."""
    x, v, o, c = work[at, _X], max(work[at, _V], _FLOOR), work[at, _O], work[at, _C]
    back, out = max(work[at, _BACK], 0.0), max(work[at, _OUT], 0.0)
    deviation, edge = sqrt(v), lines + out + 0.5
    mu, sigma, cut, bell_b, all_b = x, deviation, _FAR, 0.0, 1.0
    over = x >= edge - 0.25  # lines were taken away: nobody comes in until there are fewer
    rho = (edge - x) / deviation
    if not over and rho < _FAR:
        cut = _cut(rho, knots)
        all_b, bell_b = _phi(cut), _bell(cut)
        r = bell_b / all_b
        sigma = (edge - x) / (cut + r)
        mu = edge - cut * sigma
    a = (n - mu) / sigma
    beyond = max(all_b - _phi(a), 0.0) / all_b
    queue = own = 0.0
    if beyond > 0.0:
        ahead = max((_bell(a) - bell_b) / all_b - a * beyond, 0.0)
        queue = min(sigma * ahead, x)
        # E[Y (Y − a)⁺] of the cut standard normal, and from it the covariance of X and the queue.
        both = beyond - (max(cut, a) - a) * bell_b / all_b
        own = min(max((mu - x) * sigma * ahead + sigma * sigma * both, 0.0), v)
    full, full_own = (1.0, 0.0) if over else _above(x, mu, sigma, bell_b, all_b, edge - 1.0)
    wait, wait_own = _above(x, mu, sigma, bell_b, all_b, n - 0.5)
    wait, wait_own = max(wait - full, 0.0), wait_own - full_own
    idle = max(n - x + queue, 0.0)
    starts = START_RATE * back * idle / (back + idle + 1.0)
    answer = START_RATE * back * (back + 1.0) / ((back + idle + 1.0) * (back + idle + 1.0))
    if starts > START_RATE * max(most - out, 0.0):
        starts, answer = START_RATE * max(most - out, 0.0), 0.0
    inflow = lam + let_in * o * d
    coming = inflow * (1.0 - full - s * wait)
    outflow = m * (x - queue) + t * queue
    pulled = (m + answer) * (v - own) + t * own + inflow * (full_own + s * wait_own)
    work[to, _X] = coming + starts - outflow
    work[to, _V] = coming + starts + outflow - 2 * pulled + 2 * d * c * let_in * (1.0 - full - s * wait)
    work[to, _O] = p * (t * queue + inflow * full) - o * d
    work[to, _Q] = queue
    work[to, _C] = p * (t * (own - queue) + inflow * full_own) - (pulled / v + d) * c if p > 0 or c != 0 else 0.0
    work[to, _BLOCKED] = inflow * full
    work[to, _ACCEPTED] = s * inflow * wait
    work[to, _BACK] = s * inflow * wait - starts
    work[to, _OUT] = starts - m * out
    room = max(edge - x, 0.5)
    work[to, _NET] = work[to, _X]
    work[to, _QUICK] = inflow * full * (1.0 + max(cut, 0.0) ** 2 * (cut < _FAR)) / room
    work[to, _LEAVING], work[to, _STARTS] = outflow, starts


@part
def _settle(
    work: Floats, h: float, n: float, lines: float, lam: float, m: float, t: float, p: float, d: float,
    let_in: float, s: float, most: float, knots: Floats,
) -> bool:  # fmt: skip
    """Take a step in a flood that fills the lines at once: as many come in as leave. False where it is no flood."""
    x0, o0, out = work[_NOW, _X], work[_NOW, _O], work[_NOW, _OUT]
    inflow, top = lam + let_in * o0 * d, lines + out
    stays = 1.0 - s if top > n else 1.0
    if top <= 0.0:
        x, v, full = 0.0, 0.0, 1.0
    else:
        full = 0.9
        for _ in range(_ROUNDS):
            x, v = max(top - (1.0 - full) / full, 0.0), (1.0 - full) / (full * full)
            for place in range(_SIZE):
                work[_TRIAL, place] = work[_NOW, place]
            work[_TRIAL, _X], work[_TRIAL, _V] = x, v
            _moves(work, _TRIAL, _FIRST, n, lines, lam, m, t, p, d, let_in, s, most, knots)
            leaving = work[_FIRST, _LEAVING] - work[_FIRST, _STARTS]
            if leaving >= stays * inflow or stays <= 0.0:
                return False
            full = max(1.0 - max(leaving, 0.0) / (stays * inflow), 0.02)
    if top <= 0.0:
        _moves(work, _NOW, _FIRST, n, lines, lam, m, t, p, d, let_in, s, most, knots)
    queue, leaving, starts = work[_FIRST, _Q], work[_FIRST, _LEAVING], work[_FIRST, _STARTS]
    starts = min(starts, work[_NOW, _BACK] / h)
    kept = (x - x0 + (leaving - starts) * h) / stays
    source = p * (t * queue + max(inflow - kept / h, 0.0))
    left = exp(-d * h)
    gone = o0 * (1.0 - left) + source * (h - (1.0 - left) / d)
    came = lam * h + let_in * gone
    blocked = came - kept
    if blocked < 0.0 or kept < 0.0:
        return False
    accepted = (1.0 - stays) * kept
    work[_NOW, _X], work[_NOW, _V], work[_NOW, _C] = x, v, 0.0
    work[_NOW, _O] = max(o0 + p * (t * queue * h + blocked) - gone, 0.0)
    work[_NOW, _Q] += queue * h
    work[_NOW, _BLOCKED] += blocked
    work[_NOW, _ACCEPTED] += accepted
    work[_NOW, _BACK] += accepted - starts * h
    work[_NOW, _OUT] += (starts / m - out) * (1.0 - exp(-m * h))
    return True


@part
def _step(
    work: Floats, h: float, n0: float, n1: float, n2: float, lines: float, lam: float, m: float, t: float, p: float,
    d: float, let_in: float, s: float, most: float, knots: Floats,
) -> None:  # fmt: skip
    """Take one step of Runge–Kutta's fourth order."""
    for stage in range(4):
        size = 0.0 if stage == 0 else h if stage == 3 else h / 2
        n = n0 if stage == 0 else n2 if stage == 3 else n1
        for place in range(_SIZE):
            work[_TRIAL, place] = work[_NOW, place]
            if stage > 0:
                work[_TRIAL, place] += size * work[_FIRST + stage - 1, place]
        _moves(work, _TRIAL, _FIRST + stage, n, lines, lam, m, t, p, d, let_in, s, most, knots)
    before = work[_NOW, _X]
    for place in range(_SIZE):
        moved = work[2, place] + 2 * (work[3, place] + work[4, place]) + work[5, place]
        work[_NOW, place] += h / 6 * moved
    # Who came in beyond the last line within the step was turned away.
    surplus = work[_NOW, _X] - max(before, lines + work[_NOW, _OUT])
    if surplus > 0.0:
        work[_NOW, _X] -= surplus
        work[_NOW, _BLOCKED] += surplus
        work[_NOW, _O] += p * surplus
    for place in (_X, _V, _O, _BACK, _OUT):
        work[_NOW, place] = max(work[_NOW, place], 0.0)


@compiled
def run_limited(
    rate: Floats, places: Floats, service: Floats, abandon: Floats, again: Floats, back: Floats, let_in: Floats,
    lines: Floats, share: Floats, most: Floats, length: Floats, first: Floats, knots: Floats, work: Floats,
    states: Floats, queues: Floats,
) -> None:  # fmt: skip
    """Fill `states` (1 + n_steps, 9, n_queues) and the queue at each interval's end, from an empty centre.

    The arrays by interval have shape (n_intervals, n_queues); `length` (n_intervals,) [s]; `first` is each interval's
    first state; `again` is the redial probability itself; `work` is room to work in, of `WORK_SHAPE`.
    """
    for j in range(rate.shape[1]):
        work[_NOW, :] = 0.0
        busy = 0.0
        for i in range(rate.shape[0]):
            lam, n, m, t = rate[i, j], places[i, j], service[i, j], abandon[i, j]
            p, d, let, s, cap, top = again[i, j], back[i, j], let_in[i, j], share[i, j], most[i, j], lines[i, j]
            count = first[i + 1] - first[i]
            h = length[i] / count
            shrinks = busy > n + _FLOOR
            n0 = n1 = n2 = n
            for k in range(count):
                if shrinks:
                    n0 = max(n, busy * exp(-m * h * k))
                    n1 = max(n, busy * exp(-m * h * (k + 0.5)))
                    n2 = max(n, busy * exp(-m * h * (k + 1)))
                # A step is divided as finely as the limit of the lines asks for.
                _moves(work, _NOW, _FIRST, n0, top, lam, m, t, p, d, let, s, cap, knots)
                room = max(top + work[_NOW, _OUT] + 0.5 - work[_NOW, _X], 1.0)
                need = 2.0 * h * max(work[_FIRST, _QUICK], max(work[_FIRST, _NET], 0.0) / room)
                if need <= _MOST_PARTS or not _settle(work, h, n1, top, lam, m, t, p, d, let, s, cap, knots):
                    parts = ceil(min(max(need, 1.0), 4.0 * _MOST_PARTS))
                    for _ in range(parts):
                        _step(work, h / parts, n0, n1, n2, top, lam, m, t, p, d, let, s, cap, knots)
                for place in range(_SIZE):
                    states[first[i] + k + 1, place, j] = work[_NOW, place]
            _moves(work, _NOW, _FIRST, n2, top, lam, m, t, p, d, let, s, cap, knots)
            queues[i, j] = work[_FIRST, _Q]
            busy = work[_NOW, _X] - work[_FIRST, _Q]
