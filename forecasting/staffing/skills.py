"""Kinds of contacts with people of their own and a group that helps them all: cross-trained agents, overflow.

No formula is exact here. Each kind is followed as a birth-and-death process of its own; of the shared group it gets
what the others leave, as they are on average: their numbers are taken as independent. How far off that is was measured
against simulation, see docs/overload.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc

from forecasting.staffing.inputs import MAX_NUMBER, moderate, numbers, positive, whole
from forecasting.staffing.quadrature import Floats

_ROUNDS = 300
_CLOSE = 1e-9
_DAMPING = 0.5  # of each round: two kinds that answer one another's last move would otherwise take turns for ever
_REACH = 9.0  # standard deviations of a kind's number beyond which nobody is looked for
_LEAST_PATIENCE_S = 1.0
_MOST_STATES = 3_000


@dataclass(frozen=True, slots=True)
class SharedMeasures:
    """What each kind meets; arrays of shape (n_kinds,).

    Attributes
    ----------
    service_level
        Share of the offered contacts answered within the threshold, [0, 1].
    abandonment
        Share that gives up, [0, 1].
    mean_wait_s
        Mean wait of all offered, until answer or abandonment [s].
    p_wait
        Probability to find nobody free who may answer, [0, 1].
    shared_busy
        Share of the shared group's time spent on each kind's contacts, [0, 1].
    """

    service_level: Floats
    abandonment: Floats
    mean_wait_s: Floats
    p_wait: Floats
    shared_busy: Floats


def evaluate_shared(
    offered: ArrayLike,
    *,
    interval_s: float,
    aht_s: ArrayLike,
    patience_s: ArrayLike,
    agents: ArrayLike,
    shared: int,
    answer_within_s: ArrayLike = 20.0,
) -> SharedMeasures:
    """Measures of kinds that each have agents of their own and share a group that serves any of them.

    Parameters
    ----------
    offered
        Contacts of each kind per interval, shape (n_kinds,); this and the arrays below broadcast.
    interval_s
        Length of the interval [s].
    aht_s, patience_s
        Mean handling time and patience [s]; patience is finite, at least 1 s.
    agents
        Agents who serve one kind only, whole numbers. A contact goes to them first.
    shared
        Agents of the shared group, who take whoever has waited longest.
    answer_within_s
        Threshold of the service level [s].

    Raises
    ------
    ValueError
        If an input is out of range, or nobody is there for a kind.

    Notes
    -----
    With d = (X − n)⁺ of a kind beyond its own n agents, D the same of all others and s shared agents, d + D − s wait.
    Of these the kind has its part of the arrivals, since all have come in the same time; the rest of d is helped. X is
    a birth-and-death process with the mean of that over D; D's law is the convolution of the others' laws; both are
    found as a fixed point. Without a shared group, or with one kind, this is Erlang A. Kinds are busy together more
    often than the product of their laws says, so the answer is on the hopeful side, see the project's document.

    References
    ----------
    .. [1] R. B. Wallace, W. Whitt, "A staffing algorithm for call centers with skill-based routing", Manufacturing &
       Service Operations Management 7 (2005), https://doi.org/10.1287/msom.1050.0086: how much a few shared people do.

    Examples
    --------
    >>> apart = evaluate_shared([50, 50], interval_s=900, aht_s=300, patience_s=240, agents=[18, 18], shared=0)
    >>> helped = evaluate_shared([50, 50], interval_s=900, aht_s=300, patience_s=240, agents=[15, 15], shared=6)
    >>> apart.service_level.round(2).tolist(), helped.service_level.round(2).tolist()
    ([0.71, 0.71], [0.79, 0.79])
    """
    kinds = _Kinds.of(
        offered,
        interval_s=interval_s,
        aht_s=aht_s,
        patience_s=patience_s,
        agents=agents,
        shared=shared,
        answer_within_s=answer_within_s,
    )
    chains = [_Chain(kinds, k) for k in range(len(kinds.rate))]
    for _ in range(_ROUNDS):
        moved = max(chain.settle(_others(chains, chain)) for chain in chains)
        if moved < _CLOSE:
            break
    columns = np.array([chain.measures(_others(chains, chain)) for chain in chains]).T
    return SharedMeasures(*columns)


def required_shared(
    offered: ArrayLike,
    *,
    interval_s: float,
    aht_s: ArrayLike,
    patience_s: ArrayLike,
    agents: ArrayLike,
    service_level: ArrayLike,
    answer_within_s: ArrayLike = 20.0,
) -> int:
    """Smallest shared group with which every kind reaches its service level, see `evaluate_shared`.

    Raises
    ------
    ValueError
        If an input is out of range, or a service level is not in (0, 1).

    Examples
    --------
    >>> required_shared([50, 50], interval_s=900, aht_s=300, patience_s=240, agents=[15, 15], service_level=0.8)
    7
    """
    goals = numbers("service_level", service_level)
    if not ((goals > 0) & (goals < 1)).all():
        raise ValueError(f"service_level must be in (0, 1), got {service_level!r}; write 80 % as 0.8")

    def met(shared: int) -> bool:
        found = evaluate_shared(
            offered,
            interval_s=interval_s,
            aht_s=aht_s,
            patience_s=patience_s,
            agents=agents,
            shared=shared,
            answer_within_s=answer_within_s,
        )
        return bool((found.service_level >= goals).all())

    low, high = -1, 1
    if met(0):
        return 0
    while not met(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if met(middle) else (middle, high)
    return high


@dataclass(frozen=True, slots=True)
class _Kinds:
    rate: Floats
    mu: Floats
    theta: Floats
    agents: Floats
    within: Floats
    shared: float

    @classmethod
    def of(
        cls,
        offered: ArrayLike,
        *,
        interval_s: float,
        aht_s: ArrayLike,
        patience_s: ArrayLike,
        agents: ArrayLike,
        shared: int,
        answer_within_s: ArrayLike,
    ) -> _Kinds:
        length = positive("interval_s", interval_s)
        calls, aht, patience, own, within = (
            np.ravel(values)
            for values in np.broadcast_arrays(
                numbers("offered", offered, limit=MAX_NUMBER),
                positive("aht_s", aht_s),
                positive("patience_s", patience_s),
                whole("agents", agents),
                numbers("answer_within_s", answer_within_s, limit=MAX_NUMBER),
            )
        )
        moderate(calls * aht / length)
        if calls.size == 0:
            raise ValueError("offered must name at least one kind of contacts")
        helping = float(whole("shared", shared))
        patient = np.maximum(patience, _LEAST_PATIENCE_S)
        return cls(calls / float(length), 1 / aht, 1 / patient, own, within, helping)


class _Chain:
    """One kind's number in the centre, and its law."""

    def __init__(self, kinds: _Kinds, k: int) -> None:
        self.rate, self.mu, self.theta = float(kinds.rate[k]), float(kinds.mu[k]), float(kinds.theta[k])
        self.part = self.rate / max(float(kinds.rate.sum()), 1e-300)
        self.own, self.within, self.shared = float(kinds.agents[k]), float(kinds.within[k]), kinds.shared
        load = self.rate / self.mu
        # Without the others' help, and with nobody's: whichever leaves more waiting.
        most = max(load, self.rate / self.theta + self.own) if load > self.own else load
        count = int(most + _REACH * np.sqrt(most + 1) + _REACH * 3)
        if count > _MOST_STATES:
            raise ValueError(f"a kind with about {most:.0f} contacts at once is too large here; simulate it")
        self.states = np.arange(count + 1.0)
        self.beyond = np.maximum(self.states - self.own, 0.0)
        self.law = np.zeros(count + 1)
        self.law[min(int(load), count)] = 1.0

    def excess(self) -> Floats:
        """Return the law of the number beyond the own agents, from 0 on."""
        split = int(min(self.own, len(self.law) - 1))
        return np.concatenate([[self.law[: split + 1].sum()], self.law[split + 1 :]])

    def settle(self, others: Floats) -> float:
        """Take the stationary law, given the others'; return how far it moved."""
        served = np.minimum(self.states, self.own) + self._help(others)
        leaving = self.mu * served + self.theta * (self.states - served)
        steps = np.log(max(self.rate, 1e-300)) - np.log(np.maximum(leaving[1:], 1e-300))
        heights = np.concatenate([[0.0], np.cumsum(steps)])
        law = np.exp(heights - heights.max())
        law /= law.sum()
        moved = float(np.abs(law - self.law).max())
        self.law = (1 - _DAMPING) * self.law + _DAMPING * law
        return moved

    def _help(self, others: Floats) -> Floats:
        """Return the mean number of shared agents at work for this kind, by its number in the centre."""
        return np.asarray(self._helpers(self.beyond[:, None], np.arange(float(len(others)))) @ others)

    def _helpers(self, d: Floats, others: Floats) -> Floats:
        """Return the shared agents at work for this kind with `d` of it, and `others`, beyond their own agents.

        Who came first is served first, so those who wait have come in the same time: in proportion to the rates.
        """
        waiting = np.maximum(d + others - self.shared, 0.0)
        return np.asarray(
            np.clip(d - self.part * waiting, np.maximum(self.shared - others, 0.0), self.shared).clip(max=d)
        )

    def measures(self, others: Floats) -> tuple[float, float, float, float, float]:
        """Return service level, abandonment, mean wait, p_wait, and the share of the shared group's time."""
        helped = self._help(others)
        served = np.minimum(self.states, self.own) + helped
        if self.rate == 0:
            return 1.0, 0.0, 0.0, 0.0, 0.0
        waiting = float((self.law * (self.states - served)).sum())
        wait = waiting / self.rate
        p_wait, in_time = self._met(others)
        busy = float((self.law * helped).sum()) / self.shared if self.shared else 0.0
        return in_time, min(wait * self.theta, 1.0), wait, p_wait, busy

    def _met(self, others: Floats) -> tuple[float, float]:
        """Return the probability to wait, and to be answered in time."""
        full = self.states >= self.own
        d = self.beyond[full][:, None]
        place = np.arange(float(len(others)))[None]
        law = self.law[full][:, None] * others[None]
        waits = d + place >= self.shared
        # With those ahead of the same kind, and the part of the shared group that works for them.
        helpers = self._helpers(d + 1, place)
        ahead = np.maximum(d + 1 - helpers, 1e-9)
        busy = self.own * self.mu + helpers * self.mu
        # The shared group takes who came first of all: many places, each passed quickly, rather than few slow ones.
        all_ahead = np.maximum(d + 1 + place - self.shared, 1.0)
        weight = helpers / np.maximum(helpers + self.own, 1e-9)
        places = ahead + weight * np.maximum(all_ahead - ahead, 0.0)
        busy, ahead = busy * places / ahead, places
        quick = betainc(ahead, np.maximum(busy, 1e-12) / self.theta + 1, -np.expm1(-self.theta * self.within))
        answered = busy / (busy + ahead * self.theta) * quick
        p_wait = float((law * waits).sum())
        return min(p_wait, 1.0), float(np.clip(1 - p_wait + (law * waits * answered).sum(), 0.0, 1.0))


def _others(chains: list[_Chain], own: _Chain) -> Floats:
    """Return the law of the number of all other kinds beyond their own agents."""
    law = np.ones(1)
    for chain in chains:
        if chain is not own:
            law = np.convolve(law, chain.excess())
            kept = np.flatnonzero(law > 1e-15)
            law = law[: kept[-1] + 1]
    return np.asarray(law / law.sum())
