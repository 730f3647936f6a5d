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

_SERIES_BELOW = 0.5


def _falling_series(terms: int) -> list[float]:
    """Coefficients of (e^−d − 1 + d)/d², highest power first."""
    coefficients = [0.5]
    for power in range(3, terms + 2):
        coefficients.append(-coefficients[-1] / power)
    return coefficients[::-1]


_SERIES = _falling_series(15)
_SERIES_TERMS = np.array(_SERIES)


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


def _sum_both(g: Exponent, low: Floats, high: Floats, *, rule: Rule, mass_only: bool) -> tuple[Floats, Floats]:
    """Return where each stretch is highest, and its integrals relative to e^g there."""
    from forecasting.staffing.panels import sums  # numba is loaded by the first use, not by the import

    origin = np.clip(g.top, low, high)
    offset = g.top - origin
    slope = g.fall * np.expm1(offset)
    curve = g.fall * np.exp(offset)
    total = np.zeros((1 if mass_only else 4, len(origin)))
    sums(origin, slope, curve, high - origin, origin - low, rule.nodes, rule.weights, rule.cut, _SERIES_TERMS, total)
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
