"""Many simulated days of one queue, added up by interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from forecasting.simulation import ABANDON, COMPLETE, CONNECT, ENTER, QueueModel, simulate
from forecasting.simulation.queue import Habits
from forecasting.staffing.overload import DayResult
from forecasting.staffing.overload.clearing import HALF_A_CONTACT, last_fall

Floats = NDArray[np.float64]
_SHORTEST_S = 1e-6  # what takes no time at all still needs a positive number
_LOOKS = 20  # at the number in the centre, per interval


@dataclass(frozen=True, slots=True)
class DayTable:
    """One queue's day; arrays of shape (n_intervals,), or (n_paths, n_intervals) for `offered`.

    Fields as in `forecasting.staffing.overload.solve_day`.
    """

    offered: Floats
    interval_s: Floats
    agents: Floats
    aht_s: Floats
    patience_s: Floats
    redial_probability: Floats
    redial_delay_s: Floats
    answer_within_s: Floats
    is_open: NDArray[np.bool_]


def model_of(table: DayTable, edges: Floats) -> QueueModel:
    """Return the simulated queue of a day whose last interval's people and hours go on."""
    starts = edges[:-1].tolist()
    habits = [
        Habits(from_s=at, aht_s=aht, patience_s=patience, redial=redial, redial_after_s=delay)
        for at, aht, patience, redial, delay in zip(
            starts,
            np.maximum(table.aht_s, _SHORTEST_S).tolist(),
            np.maximum(table.patience_s, _SHORTEST_S).tolist(),
            table.redial_probability.tolist(),
            np.maximum(table.redial_delay_s, _SHORTEST_S).tolist(),
            strict=True,
        )
    ]
    spans = [(a, b) for a, b, let_in in zip(starts, edges[1:].tolist(), table.is_open.tolist(), strict=True) if let_in]
    if spans and table.is_open[-1]:
        spans[-1] = (spans[-1][0], inf)
    return QueueModel(
        agents=[(at, int(people)) for at, people in zip(starts, table.agents.tolist(), strict=True)],
        aht_s=habits[0].aht_s,
        patience_s=habits[0].patience_s,
        redial=habits[0].redial,
        redial_after_s=habits[0].redial_after_s,
        opening=spans,
        later=habits[1:],
    )


def arrivals(
    rng: np.random.Generator, offered: Floats, *, edges: Floats, is_open: NDArray[np.bool_]
) -> Iterator[float]:
    """Draw the first attempts of a day [s], rising, at a constant rate within each interval."""
    counts = rng.poisson(np.where(is_open, offered, 0.0))
    owner = np.repeat(np.arange(len(counts)), counts)
    times = edges[owner] + rng.random(len(owner)) * np.diff(edges)[owner]
    return iter(np.sort(times).tolist())


class Tally:
    """Sums over runs, by the interval of arrival, or of the event for queues and flows."""

    def __init__(self, edges: Floats, table: DayTable) -> None:
        n = len(edges) - 1
        self._edges, self._within, self._is_open = edges, table.answer_within_s, table.is_open
        inside = np.arange(_LOOKS + 1) / _LOOKS
        self._grid = (edges[:-1, None] + np.diff(edges)[:, None] * inside).ravel()
        self._places = np.repeat(table.agents, _LOOKS + 1)
        self._in_centre = np.zeros(len(self._grid))
        self._runs = 0
        self._area, self._end = np.zeros(n), np.zeros(n)
        self._attempts, self._decided, self._wait = np.zeros(n), np.zeros(n), np.zeros(n)
        self._lost, self._in_time, self._answered, self._unserved = (np.zeros(n) for _ in range(4))
        self._redialling = 0.0

    def add(self, arrivals: Iterator[float], model: QueueModel, *, seed: int) -> None:
        """Simulate one day and add it up."""
        entered: list[float] = []
        callers: list[int] = []
        connected: list[tuple[float, float]] = []
        abandoned: list[tuple[float, float, int]] = []
        completed: list[float] = []
        for at, kind, _, caller, arrived_at, _, _ in simulate(arrivals, model, seed=seed):
            if kind is ENTER:
                entered.append(at)
                callers.append(caller)
            elif kind is CONNECT:
                connected.append((at, arrived_at))
            elif kind is ABANDON:
                abandoned.append((at, arrived_at, caller))
            elif kind is COMPLETE:
                completed.append(at)
        self._runs += 1
        came, answers = np.array(entered), np.array(connected).reshape(-1, 2)
        hung_up = np.array(abandoned).reshape(-1, 3)
        self._count_arrivals(came, answers, hung_up)
        self._count_queue(came, np.concatenate([answers[:, 0], hung_up[:, 0]]))
        self._count_centre(came, np.sort(np.concatenate([np.array(completed), hung_up[:, 0]])))
        self._answered += self._by_interval(np.array(completed))
        self._count_lost(came, np.array(callers), hung_up)

    def _by_interval(self, at: Floats, weights: Floats | None = None) -> Floats:
        return np.histogram(at, self._edges, weights=weights)[0].astype(np.float64)

    def _count_arrivals(self, came: Floats, answers: Floats, hung_up: Floats) -> None:
        self._attempts += self._by_interval(came)
        for events in (answers, hung_up):
            arrived = events[:, 1]
            self._decided += self._by_interval(arrived)
            self._wait += self._by_interval(arrived, events[:, 0] - arrived)
        self._lost += self._by_interval(hung_up[:, 1])
        place = np.minimum(np.searchsorted(self._edges, answers[:, 1], side="right") - 1, len(self._within) - 1)
        quick = answers[:, 0] - answers[:, 1] <= self._within[place]
        self._in_time += self._by_interval(answers[quick, 1])

    def _count_queue(self, came: Floats, left: Floats) -> None:
        at_end = self._edges[1:]
        self._end += np.searchsorted(came, at_end) - np.searchsorted(np.sort(left), at_end)
        self._area += _time_before(came, self._edges) - _time_before(left, self._edges)

    def _count_centre(self, came: Floats, gone: Floats) -> None:
        self._in_centre += np.searchsorted(came, self._grid) - np.searchsorted(gone, self._grid)

    def _count_lost(self, came: Floats, callers: NDArray[np.int64], hung_up: Floats) -> None:
        """Who abandons and does not call again is unserved; who calls again after the day's end is redialling."""
        last_call = np.zeros(int(callers.max(initial=0)) + 1)
        last_call[callers] = came  # in the order of time, so the last stays
        for_good = last_call[hung_up[:, 2].astype(np.int64)] <= hung_up[:, 0]
        self._unserved += self._by_interval(hung_up[for_good, 0])
        end = self._edges[-1]
        will_call = int((hung_up[~for_good, 0] < end).sum())
        has_called = int((callers != np.arange(len(callers)))[came < end].sum())
        self._redialling += will_call - has_called

    def result(self, offered: Floats) -> DayResult:
        """Return the averages."""
        runs, some = self._runs, np.maximum(self._decided, 1)
        width = np.diff(self._edges)
        refused = np.where(self._is_open, 0.0, offered)
        return DayResult(
            queue_mean=self._area / width / runs,
            queue_end=self._end / runs,
            mean_wait_s=self._wait / some,
            abandonment=self._lost / some,
            service_level=np.where(self._attempts > 0, self._in_time / np.maximum(self._attempts, 1), 1.0),
            attempts=self._attempts / runs,
            answered=self._answered / runs,
            unserved=self._unserved / runs + refused,
            clear_s=np.array(last_fall(self._grid, self._in_centre / runs - self._places - HALF_A_CONTACT)),
            waiting_at_end=np.array(self._in_centre[-1] / runs),
            redialling_at_end=np.array(self._redialling / runs),
        )


def _time_before(at: Floats, edges: Floats) -> Floats:
    """Return, per interval, the time that remains in it after each of the moments and since its beginning, added up."""
    ordered = np.sort(at)
    before = np.searchsorted(ordered, edges)
    sums = np.concatenate([[0.0], np.cumsum(ordered)])[before]
    return np.asarray(before[:-1] * np.diff(edges) + np.diff(before) * edges[1:] - np.diff(sums))
