"""The sums behind `quadrature` and Erlang B's recursion, compiled: one cell after the other, no arrays in between.

One file, so that what numba keeps on disk goes with its source.
"""

from __future__ import annotations

from math import ceil, exp, expm1, floor, log, log1p, log2, sqrt

from forecasting.compilation import compiled, part
from forecasting.staffing.quadrature import Floats

_FIRST_PANEL = 3.0  # in units of the distance over which the exponent first falls by about one
_WIDEST_LEFT = 3.0  # left of the top the exponent falls doubly exponentially: wider panels would miss the edge
_SERIES_BELOW = 0.5
_SLIGHT = 1e-6
_MANY = 1000.0  # doublings, on the side where panels may widen without end


@part
def _bend(d: float, falling: float, series: Floats) -> float:
    """e^−d − 1 + d without cancellation; `falling` is e^−d."""
    if abs(d) >= _SERIES_BELOW:
        return falling - 1 + d
    total = series[0]
    for i in range(1, len(series)):
        total = total * d + series[i]
    return float(total * d * d)


@part
def _reach(slope: float, curve: float, length: float, cut: float, rightwards: bool) -> float:
    """A distance at which the exponent has fallen by at least `cut`, or the whole length."""
    if rightwards:  # from bend(d) >= d²/(2 + d)
        half = 2 * slope - cut
        root = sqrt(half * half + 8 * cut * (slope + curve))
        far = 4 * cut / (half + root) if half > 0 else (root - half) / (2 * (slope + curve))
    else:  # from bend(−d) >= d²/2, and from its exponential where the curve is slight
        ratio = cut / curve
        far = min(2 * cut / (slope + sqrt(slope * slope + 2 * cut * curve)), log1p(ratio + 1 + log1p(2 * ratio)))
    return min(length, far)


@part
def _edge(index: float, first: float, doublings: float) -> float:
    """Where panel `index` begins: widths double, then stay."""
    doubled = min(index, doublings)
    power = 2.0**doubled
    return float(first * (power - 1) + first * power * (index - doubled))


@part
def _panels(reach: float, first: float, doublings: float) -> int:
    growing = ceil(log2(1 + reach / first))
    if growing <= doublings:
        return int(max(growing, 1.0))
    widest = first * 2.0**doublings
    return int(max(doublings + ceil((reach - first * (2.0**doublings - 1)) / widest), 1.0))


@compiled
def sums(
    origin: Floats, slopes: Floats, curves: Floats, right: Floats, left: Floats,
    nodes: Floats, weights: Floats, cut: float, series: Floats, out: Floats,
) -> None:  # fmt: skip
    """Add to `out` (1 or 4, n_cells) each cell's integrals over [origin − left, origin + right], see `Integrals`."""
    all_four = out.shape[0] > 1
    for i in range(len(origin)):
        curve = curves[i]
        e0 = exp(-origin[i])
        for side in range(2):
            rightwards = side == 0
            length = right[i] if rightwards else left[i]
            if not length > 0:
                continue
            slope = abs(slopes[i])
            reach = _reach(slope, curve, length, cut, rightwards)
            unit = 2 / (slope + sqrt(slope * slope + 2 * curve))
            first = _FIRST_PANEL * min(unit, 2.0 if rightwards else 1.0)
            doublings = _MANY if rightwards else floor(log2(_WIDEST_LEFT / first))
            count = _panels(reach, first, doublings)
            scale = reach / _edge(count, first, doublings)
            begin = 0.0
            for index in range(count):
                end = _edge(index + 1, first, doublings) * scale
                width = end - begin
                s0 = s1 = s2 = s3 = 0.0
                for k in range(len(nodes)):
                    d = begin + width * nodes[k]
                    if not rightwards:
                        d = -d
                    falling = exp(-d)
                    height = exp(slopes[i] * d - curve * _bend(d, falling, series)) * weights[k]
                    s0 += height
                    if all_four:
                        s = origin[i] + d
                        gone = e0 * falling
                        s1 += height * gone
                        s2 += height * gone * s
                        s3 += height * (1 - gone if s > _SERIES_BELOW else -expm1(-s))
                out[0, i] += s0 * width
                if all_four:
                    out[1, i] += s1 * width
                    out[2, i] += s2 * width
                    out[3, i] += s3 * width
                begin = end


@compiled
def log_inverse(agents: Floats, loads: Floats, out: Floats) -> None:
    """Fill `out` with ln(1/B(n − 1, a)) by 1/B(k) = 1 + (k/a)/B(k−1)."""
    for i in range(len(agents)):
        inverse = 1.0
        reciprocal = 1 / loads[i]
        for k in range(1, int(agents[i])):
            inverse = 1 + k * reciprocal * inverse
        out[i] = log(inverse)


@compiled
def walk(
    first: Floats, spare: Floats, loads: Floats, rates: Floats, before: Floats, aht: Floats, within: Floats,
    least_level: float, most_wait: float, most_occupancy: float, agents: Floats, sure: Floats,
) -> None:  # fmt: skip
    """Fill the smallest `agents` of Erlang C, from `first` (with `spare` = first − load) upwards, one by one.

    `before` is 1/B(first − 1); `rates` 1/load. `sure` becomes 1 where one agent fewer misses a limit by more than
    rounding.
    """
    for i in range(len(first)):
        inverse, n, free = before[i], first[i], spare[i]
        clear = True  # one fewer than the first has at least as much load as agents
        while True:
            waits = 1 / (1 + free * rates[i] * inverse)
            missed = 1 - least_level - waits * exp(-free * within[i] / aht[i])
            missed = min(missed, 1 - waits * aht[i] / free / most_wait)
            missed = min(missed, 1 - loads[i] / n / most_occupancy)
            if missed >= 0:
                break
            clear = missed < -_SLIGHT
            inverse = 1 + n * rates[i] * inverse
            n += 1
            free += 1
        agents[i] = n
        sure[i] = 1.0 if clear else 0.0
