"""Integrals of exp(g(s)), g(s) = rise·(1 − e^−s) − fall·s, to full relative precision, however large rise and fall.

Every measure of Erlang A, and 1/B of Erlang B, is a sum of positive integrals of this one concave exponent. Each
stretch is integrated outwards from its own highest point, and the exponent is taken relative to that point, so that
nothing cancels and nothing overflows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Chosen = NDArray[np.bool_] | NDArray[np.intp]

_FIRST_PANEL = 3.0  # in units of the distance over which the exponent first falls by about one
_WIDEST_LEFT = 3.0  # left of the top the exponent falls doubly exponentially: wider panels would miss the edge
_CHUNK = 2048  # panels at a time: a few arrays of 2048 × 20 doubles stay in the cache
_SERIES_BELOW = 0.5


def _falling_series(terms: int) -> list[float]:
    """Coefficients of (e^−d − 1 + d)/d², highest power first."""
    coefficients = [0.5]
    for power in range(3, terms + 2):
        coefficients.append(-coefficients[-1] / power)
    return coefficients[::-1]


_SERIES = _falling_series(15)


def bend(d: Floats) -> Floats:
    """Return e^−d − 1 + d without cancellation: what curves the exponent.

    Parameters
    ----------
    d
        Any real numbers.

    Examples
    --------
    >>> import numpy as np
    >>> [f"{x:.12e}" for x in bend(np.array([0.0, 1e-9, 1.0]))]
    ['0.000000000000e+00', '4.999999998333e-19', '3.678794411714e-01']
    """
    near = np.abs(d) < _SERIES_BELOW
    if not near.any():
        return np.asarray(np.expm1(-d) + d)
    total = np.full_like(d, _SERIES[0])
    for coefficient in _SERIES[1:]:
        total *= d
        total += coefficient
    total *= d
    total *= d
    if near.all():
        return total
    return np.where(near, total, np.expm1(-d) + d)


@dataclass(frozen=True, slots=True)
class Rule:
    """Gauss–Legendre nodes and weights on [0, 1], and the fall of the exponent at which a stretch is cut off."""

    nodes: Floats
    weights: Floats
    cut: float

    @classmethod
    def of(cls, order: int, *, cut: float) -> Rule:
        """Build the rule of `order` nodes a panel."""
        nodes, weights = np.polynomial.legendre.leggauss(order)
        return cls((nodes + 1) / 2, weights / 2, cut)


EXACT = Rule.of(20, cut=40.0)
COARSE = Rule.of(6, cut=10.0)  # service level to about 1e-5: enough to lead a search to the right neighbourhood


@dataclass(frozen=True, slots=True)
class Exponent:
    """g of many cells; all arrays have shape (n_cells,).

    Attributes
    ----------
    rise, fall
        Factors of 1 − e^−s and of s, positive.
    tilt
        rise − fall, given apart because the caller knows it more exactly than the difference of the two.
    top
        ln(rise / fall): where g is highest on the whole line.
    """

    rise: Floats
    fall: Floats
    tilt: Floats
    top: Floats

    def below_top(self, s: Floats) -> Floats:
        """Return g(s) minus the highest value of g on [0, ∞)."""
        return np.where(self.top > 0, -self.fall * bend(s - self.top), self.tilt * s - self.rise * bend(s))


@dataclass(frozen=True, slots=True)
class Integrals:
    """Integrals of e^g times 1, e^−s, s·e^−s and 1 − e^−s over one stretch, all times one positive factor a cell."""

    mass: Floats
    served: Floats
    served_wait: Floats
    lost: Floats

    def times(self, factor: Floats) -> Integrals:
        """Return all four times a factor a cell."""
        return Integrals(self.mass * factor, self.served * factor, self.served_wait * factor, self.lost * factor)

    def __add__(self, other: Integrals) -> Integrals:
        return Integrals(
            self.mass + other.mass,
            self.served + other.served,
            self.served_wait + other.served_wait,
            self.lost + other.lost,
        )


@dataclass(frozen=True, slots=True)
class _Ray:
    """From `origin` outwards over `length`, to the right (sign +1) or left (−1); exponent slope·d − curve·bend(d)."""

    origin: Floats
    slope: Floats
    curve: Floats
    length: Floats
    sign: int

    def reach(self, cut: float) -> Floats:
        """Return a distance at which the exponent has fallen by at least `cut`, or the whole length."""
        slope, curve = np.abs(self.slope), self.curve
        if self.sign > 0:  # from bend(d) >= d²/(2 + d)
            half = 2 * slope - cut
            root = np.sqrt(half * half + 8 * cut * (slope + curve))
            far = np.where(half > 0, 4 * cut / (half + root), (root - half) / (2 * (slope + curve)))
        else:  # from bend(−d) >= d²/2, and from its exponential where the curve is slight
            quadratic = 2 * cut / (slope + np.sqrt(slope * slope + 2 * cut * curve))
            ratio = cut / curve
            far = np.minimum(quadratic, np.log1p(ratio + 1 + np.log1p(2 * ratio)))
        return np.minimum(self.length, far)

    def panels(self, cut: float) -> tuple[NDArray[np.intp], Floats, Floats]:
        """Return the owner, inner edge and width of each panel; widths double outwards from the origin."""
        reach = self.reach(cut)
        slope = np.abs(self.slope)
        unit = 2 / (slope + np.sqrt(slope * slope + 2 * self.curve))
        first = _FIRST_PANEL * np.minimum(unit, 2.0 if self.sign > 0 else 1.0)
        doublings = np.full_like(first, 1000.0) if self.sign > 0 else np.floor(np.log2(_WIDEST_LEFT / first))
        counts, whole = _counts(reach, first, doublings)
        owner = np.repeat(np.arange(len(reach)), counts)
        index = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        scale = (reach / whole)[owner]
        doubled = doublings[owner]
        inner = _edge(index, first[owner], doubled) * scale
        outer = _edge(index + 1, first[owner], doubled) * scale
        return owner, inner, outer - inner


def _edge(index: NDArray[np.intp], first: Floats, doublings: Floats) -> Floats:
    doubled = np.minimum(index, doublings)
    edge: Floats = first * (np.exp2(doubled) - 1) + first * np.exp2(doubled) * (index - doubled)
    return edge


def _counts(reach: Floats, first: Floats, doublings: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return the number of panels that cover `reach`, and where the last of them would end unscaled."""
    growing = np.ceil(np.log2(1 + reach / first))
    grown = first * (np.exp2(np.minimum(doublings, growing)) - 1)
    widest = first * np.exp2(np.minimum(doublings, growing))
    even = doublings + np.ceil((reach - grown) / widest)
    counts = np.where(reach > 0, np.maximum(np.where(growing <= doublings, growing, even), 1), 0).astype(np.intp)
    return counts, np.where(counts > 0, _edge(counts, first, doublings), 1.0)


def _sum_ray(ray: _Ray, rule: Rule, *, mass_only: bool) -> Floats:
    """Return the integrals of one ray, shape (1, n_cells) or (4, n_cells) in the order of `Integrals`."""
    owner, inner, width = ray.panels(rule.cut)
    sums = np.empty((1 if mass_only else 4, len(owner)))
    for start in range(0, len(owner), _CHUNK):
        part = slice(start, start + _CHUNK)
        cell = owner[part]
        d = inner[part, None] + width[part, None] * rule.nodes
        if ray.sign < 0:
            np.negative(d, out=d)
        height = np.exp(ray.slope[cell, None] * d - ray.curve[cell, None] * bend(d))
        sums[0, part] = height @ rule.weights
        if not mass_only:
            d += ray.origin[cell, None]
            served = height * np.exp(-d)
            sums[1, part] = served @ rule.weights
            sums[2, part] = (served * d) @ rule.weights
            sums[3, part] = -(height * np.expm1(-d)) @ rule.weights
    sums *= width
    cells = len(ray.origin)
    return np.stack([np.bincount(owner, weights=row, minlength=cells) for row in sums])


def _sum_both(g: Exponent, low: Floats, high: Floats, *, rule: Rule, mass_only: bool) -> tuple[Floats, Floats]:
    """Return where each stretch is highest, and its integrals relative to e^g there."""
    origin = np.clip(g.top, low, high)
    offset = g.top - origin
    slope = g.fall * np.expm1(offset)
    curve = g.fall * np.exp(offset)
    right = _Ray(origin, slope, curve, high - origin, +1)
    left = _Ray(origin, slope, curve, origin - low, -1)
    total = _sum_ray(right, rule, mass_only=mass_only) + _sum_ray(left, rule, mass_only=mass_only)
    return origin, total


def integrate(g: Exponent, low: Floats, high: Floats, *, rule: Rule = EXACT) -> Integrals:
    """Integrate over [low, high] within [0, ∞), times exp(−highest value of g on [0, ∞)).

    Parameters
    ----------
    g
        The exponent of each cell.
    low, high
        Ends of the stretch, shape (n_cells,); high may be infinite.
    rule
        Quadrature rule a panel.
    """
    origin, total = _sum_both(g, low, high, rule=rule, mass_only=False)
    return Integrals(*(total * np.exp(g.below_top(origin))))


def mass(g: Exponent, low: Floats, high: Floats, *, rule: Rule = EXACT) -> Floats:
    """Return the first of `integrate`'s four integrals alone."""
    origin, total = _sum_both(g, low, high, rule=rule, mass_only=True)
    return np.asarray(total[0] * np.exp(g.below_top(origin)))


def mass_below_zero(g: Exponent, *, rule: Rule = EXACT) -> Floats:
    """Integrate e^g over (−∞, 0], times exp(−highest value of g there)."""
    zero = np.zeros_like(g.top)
    _, total = _sum_both(g, np.full_like(zero, -np.inf), zero, rule=rule, mass_only=True)
    return np.asarray(total[0])
