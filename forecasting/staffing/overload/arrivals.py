"""What a customer who arrives at some moment meets: the wait, and whether it ends with an answer in time."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt, tau

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from forecasting.staffing.quadrature import Floats

_FEW = np.polynomial.legendre.leggauss(6)  # the mean wait is smooth
_MORE = np.polynomial.legendre.leggauss(8)  # who is served in time falls off within a few places
_Rule = tuple[Floats, Floats]
_REACH = 4.5  # standard deviations integrated over
_RARE = 1e-4  # who waits more rarely than that is answered at once
_LEAST_RATE = 1e-9  # per second; for patience without end
_LEAST_SD = 1e-3


@dataclass(frozen=True, slots=True)
class Centre:
    """Moments at which somebody arrives; arrays of shape (n,).

    Attributes
    ----------
    mean, variance
        Of the number in the centre.
    agents
        Places.
    service_rate, abandon_rate
        1 / AHT and 1 / patience [1/s].
    answer_within_s
        Threshold [s].
    """

    mean: Floats
    variance: Floats
    agents: Floats
    service_rate: Floats
    abandon_rate: Floats
    answer_within_s: Floats

    def take(self, chosen: NDArray[np.intp]) -> Centre:
        """Return the chosen moments."""
        return Centre(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Meeting:
    """Expected wait until answer or abandonment [s], probability to abandon, probability of an answer in time."""

    wait_s: Floats
    abandons: Floats
    in_time: Floats


def meet(centre: Centre) -> Meeting:
    """Integrate over the number met, which is normal, with the correction for whole numbers.

    Notes
    -----
    With j customers ahead in the queue, n agents, service rate μ and abandon rate θ, the wait is a race of departures
    at rates nμ + kθ against the customer's own patience. It is served with probability nμ / (nμ + (j + 1)θ) and waits
    (j + 1) / (nμ + (j + 1)θ) in the mean. Given that it is served, its wait is a sum of exponentials with rates
    nμ + kθ, k = 1 … j + 1. That sum is taken as gamma, by the cube root of Wilson and Hilferty.
    """
    shape = centre.mean.shape
    answer = Meeting(np.zeros(shape), np.zeros(shape), np.ones(shape))
    excess = centre.mean - centre.agents
    deviation = np.sqrt(centre.variance) + _LEAST_SD
    waits = np.where(centre.agents > 0, ndtr((excess + 0.5) / deviation), 1.0)
    some = np.flatnonzero(waits > _RARE)
    if len(some):
        part = centre.take(some)
        busy = part.agents * part.service_rate
        spot = Spot(excess[some], deviation[some], busy, np.maximum(part.abandon_rate, _LEAST_RATE))
        wait = waits[some] * spot.mean_wait()
        endless = (busy == 0) & (part.abandon_rate == 0)
        answer.wait_s[some] = np.where(endless, np.inf, wait)
        answer.abandons[some] = wait * part.abandon_rate
        answer.in_time[some] = 1 - waits[some] + spot.served_within(part.answer_within_s)
    return answer


@dataclass(frozen=True, slots=True)
class Spot:
    """Moments at which somebody may wait: mean and deviation of X − n, the rate of all agents together, θ."""

    excess: Floats
    deviation: Floats
    busy: Floats
    theta: Floats

    def mean_wait(self) -> Floats:
        """Return the mean wait of those who wait [s]."""
        ahead, density = self._nodes(self.excess + _REACH * self.deviation, _FEW)
        wait = ahead / (self.busy + ahead * self.theta)
        return np.asarray((density * wait).sum(axis=0) / density.sum(axis=0))

    def served_within(self, limit_s: Floats) -> Floats:
        """Return the share of all arrivals that waits and is answered within the limit."""
        # Positions that are served in time for certain, for a slow half, and for none.
        even = self.busy / self.theta * np.expm1(np.minimum(self.theta * limit_s, 50.0))
        farthest = even + _REACH * np.sqrt(even + 1)
        ahead, density = self._nodes(np.minimum(self.excess + _REACH * self.deviation, farthest), _MORE)
        served = self.busy / (self.busy + ahead * self.theta)
        return np.asarray((density * served * self._quick(ahead, limit_s)).sum(axis=0))

    def _nodes(self, high: Floats, rule: _Rule) -> tuple[Floats, Floats]:
        """Return places in the queue (one's own counted) and their probabilities, shape (n_nodes, n)."""
        low, high = self.bounds(high)
        half = np.maximum(high - low, 0.0) / 2
        at = low + half + half * rule[0][:, None]
        z = (at - self.excess) / self.deviation
        return at + 1, rule[1][:, None] * half / (self.scale * sqrt(tau)) * np.exp(-0.5 * z * z)

    def bounds(self, high: Floats) -> tuple[Floats, Floats]:
        """Return where X − n is integrated over, up to `high`."""
        return np.maximum(-0.5, self.excess - _REACH * self.deviation), high

    @property
    def scale(self) -> Floats:
        """Return the deviation by which the bell is scaled."""
        return self.deviation

    def _quick(self, ahead: Floats, limit_s: Floats) -> Floats:
        """Return the probability that the wait of one who is served is at most the limit."""
        start = self.busy + self.theta / 2
        end = start + ahead * self.theta
        mean = np.log1p(ahead * self.theta / start) / self.theta
        variance = ahead / (start * end)
        third = variance / (9 * mean * mean)
        return np.asarray(ndtr((np.cbrt(limit_s / mean) - 1 + third) / np.sqrt(third)))
