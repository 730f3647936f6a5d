"""How drawn times scatter around their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log, sqrt

import numpy as np
import numpy.typing as npt

EXPONENTIAL, LOGNORMAL, WEIBULL, EMPIRICAL, CONSTANT = range(5)


@dataclass(frozen=True, slots=True)
class Law:
    """The shape of a time's distribution; its mean is given where it is used. Made by the functions below."""

    kind: int
    shape: float = 0.0
    sample: tuple[float, ...] = ()

    @property
    def relative(self) -> npt.NDArray[np.float64]:
        """The sample divided by its mean, shape (n,)."""
        values = np.array(self.sample, dtype=np.float64)
        return np.asarray(values / values.mean()) if len(values) else values


def exponential() -> Law:
    """Return the law without memory."""
    return Law(EXPONENTIAL)


def constant() -> Law:
    """Return the law of times that are all the same."""
    return Law(CONSTANT)


def lognormal(cv: float) -> Law:
    """Return the law whose logarithm is normal, by its coefficient of variation > 0.

    Talk times are close to it; see Brown et al., "Statistical Analysis of a Telephone Call Center", JASA 100 (2005).
    """
    if not (isfinite(cv) and cv > 0):
        raise ValueError(f"a lognormal law needs a coefficient of variation > 0, got {cv}")
    return Law(LOGNORMAL, sqrt(log(1.0 + cv * cv)))


def weibull(shape: float) -> Law:
    """Return the law by its shape in [0.2, 20]; below 1 the impatient leave early, 1 is exponential."""
    if not 0.2 <= shape <= 20:
        raise ValueError(f"a Weibull law needs a shape in [0.2, 20], got {shape}")
    return Law(WEIBULL, float(shape))


def empirical(sample: Sequence[float] | npt.NDArray[np.float64]) -> Law:
    """Return the law that draws from a sample of times; only their proportions count.

    Raises
    ------
    ValueError
        No sample, values that are negative or not finite, or all of them 0.
    """
    values = tuple(float(value) for value in sample)
    if not values or not all(isfinite(value) and value >= 0 for value in values) or sum(values) <= 0:
        raise ValueError(f"an empirical law needs times ≥ 0, not all of them 0, got {len(values)} values")
    return Law(EMPIRICAL, 0.0, values)
