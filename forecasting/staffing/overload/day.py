"""A day of a centre that changes: what goes in, checked once and laid out time by queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.staffing.inputs import MAX_NUMBER, moderate, numbers, positive, shares
from forecasting.staffing.quadrature import Floats

SHORTEST_S = 1.0  # handling, patience and redial delay below this settle within any step; they are read as this long
_MAX_CELLS = 5_000_000
_Kind = TypeVar("_Kind", np.float64, np.bool_)


@dataclass(frozen=True, slots=True)
class Day:
    """Queues side by side over the same intervals; arrays of shape (n_intervals, n_queues) unless noted.

    Attributes
    ----------
    interval_s
        Lengths of the intervals [s], shape (n_intervals,).
    offered
        First attempts of unique customers per interval.
    agents
        People at work; fractions are means.
    aht_s, patience_s, redial_delay_s
        Mean handling time, patience and time until a redial [s]; patience may be infinite.
    redial_probability
        Probability to call again after abandoning, [0, 1).
    answer_within_s
        Threshold of the service level [s].
    is_open
        Whether contacts are let in. Who calls a closed line is lost; who waits at closing stays in the queue.
    lines
        Contacts that may wait or be served at once; infinite: any number.
    callback_share
        Share of those who would have to wait that choose to be called back, [0, 1].
    callback_agents
        People who call back at once, at most; infinite: all who are free.
    flat
        Whether the caller gave one queue, without an axis of queues.
    """

    interval_s: Floats
    offered: Floats
    agents: Floats
    aht_s: Floats
    patience_s: Floats
    redial_probability: Floats
    redial_delay_s: Floats
    answer_within_s: Floats
    is_open: NDArray[np.bool_]
    lines: Floats
    callback_share: Floats
    callback_agents: Floats
    flat: bool

    @classmethod
    def of(
        cls,
        offered: ArrayLike,
        *,
        interval_s: ArrayLike,
        agents: ArrayLike,
        aht_s: ArrayLike,
        patience_s: ArrayLike = np.inf,
        redial_probability: ArrayLike = 0.0,
        redial_delay_s: ArrayLike = 300.0,
        answer_within_s: ArrayLike = 20.0,
        is_open: ArrayLike = True,
        lines: ArrayLike = np.inf,
        callback_share: ArrayLike = 0.0,
        callback_agents: ArrayLike = np.inf,
    ) -> Day:
        """Check and lay out the inputs of `solve_day`; raise ValueError with the input's name."""
        calls = numbers("offered", offered, limit=MAX_NUMBER)
        if calls.ndim not in (1, 2) or calls.size == 0 or calls.size > _MAX_CELLS:
            raise ValueError(
                f"offered must have shape (n_intervals,) or (n_queues, n_intervals) and 1 to {_MAX_CELLS:,} cells, "
                f"got shape {calls.shape}"
            )
        return cls(
            np.ascontiguousarray(np.broadcast_to(positive("interval_s", interval_s), calls.shape[-1:])),
            _laid(calls, calls.shape),
            _laid(numbers("agents", agents, limit=MAX_NUMBER), calls.shape),
            _laid(numbers("aht_s", aht_s, limit=MAX_NUMBER), calls.shape),
            _laid(numbers("patience_s", patience_s, infinite=True), calls.shape),
            _laid(_below_one(numbers("redial_probability", redial_probability)), calls.shape),
            _laid(numbers("redial_delay_s", redial_delay_s, limit=MAX_NUMBER), calls.shape),
            _laid(numbers("answer_within_s", answer_within_s, limit=MAX_NUMBER), calls.shape),
            _laid(np.asarray(is_open, dtype=bool), calls.shape),
            _laid(numbers("lines", lines, infinite=True), calls.shape),
            _laid(shares("callback_share", callback_share), calls.shape),
            _laid(numbers("callback_agents", callback_agents, infinite=True), calls.shape),
            calls.ndim == 1,
        )._moderate()

    def _moderate(self) -> Day:
        with np.errstate(over="ignore"):
            moderate(self.offered * self.aht_s / self.interval_s[:, None])
        return self

    @property
    def is_limited(self) -> bool:
        """Return whether lines or call-backs matter anywhere."""
        return bool(np.isfinite(self.lines).any() or (self.callback_share > 0).any())

    @property
    def rate(self) -> Floats:
        """Return the first attempts that are let in, per second."""
        return np.where(self.is_open, self.offered, 0.0) / self.interval_s[:, None]

    @property
    def places(self) -> Floats:
        """Return the agents; where contacts take no time, one agent is enough for all of them."""
        instant = (self.aht_s == 0) & (self.agents > 0)
        return np.where(instant, np.maximum(self.agents, 10 + 4 * self.rate * SHORTEST_S), self.agents)

    @property
    def service_rate(self) -> Floats:
        """Return 1 / AHT."""
        return 1 / np.maximum(self.aht_s, SHORTEST_S)

    @property
    def abandon_rate(self) -> Floats:
        """Return 1 / patience."""
        return 1 / np.maximum(self.patience_s, SHORTEST_S)

    @property
    def redial_rate(self) -> Floats:
        """Return 1 / redial delay."""
        return 1 / np.maximum(self.redial_delay_s, SHORTEST_S)

    def shaped(self, values: Floats) -> Floats:
        """Return (n_intervals, n_queues) or (n_queues,) in the caller's shape."""
        turned = np.ascontiguousarray(values.T)
        return np.asarray(turned[0]) if self.flat else turned


def _laid(values: NDArray[_Kind], shape: tuple[int, ...]) -> NDArray[_Kind]:
    try:
        full = np.broadcast_to(values, shape)
    except ValueError as error:
        raise ValueError(f"inputs must broadcast to the shape of offered, {shape}, got {values.shape}") from error
    return np.ascontiguousarray(np.atleast_2d(full).T)


def _below_one(probability: Floats) -> Floats:
    if (probability >= 1).any():
        raise ValueError(
            f"redial_probability must be in [0, 1), got {float(probability.max())!r}; at 1 nobody ever gives up"
        )
    return probability
