"""Many simulated days of one centre, by seed, on several threads, added up by interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.simulation.centre import Centre
from forecasting.simulation.compiled import layout
from forecasting.simulation.compiled.arrays import arrays_of
from forecasting.simulation.engine import followed, merged

Floats = npt.NDArray[np.float64]
LOOKS = 20  # at the number in the centre, per interval


@dataclass(frozen=True, slots=True)
class Counts:
    """Averages over the runs; arrays of shape (n_types, n_intervals) unless noted.

    Attributes
    ----------
    runs
        Simulated days.
    attempts, busy, closed, called_back, abandoned, taken
        By the interval of arrival: attempts that were not turned away at closed lines; of them those that found all
        lines taken, changed to a call-back, hung up, or were answered. `closed`: those turned away.
    decided, wait_s, answered_wait_s, in_time
        Answered or hung up; their waits added up [s], those of the answered ones, and how many were answered in time.
    answered, unserved
        By the interval in which it happens: contacts finished; persons who give up for good, or at closed lines.
    queue_mean, queue_end
        Number waiting, on the interval's average and at its end.
    in_centre
        Number waiting or in service at the times `grid`, shape (n_types, n_grid).
    grid
        Times [s], from each interval's beginning to its end, so that edges come twice, shape (n_grid,).
    redialling_at_end
        Persons who will come again after the last edge, shape (n_types,).
    events
        Events of all runs.
    """

    runs: int
    attempts: Floats
    busy: Floats
    closed: Floats
    called_back: Floats
    abandoned: Floats
    taken: Floats
    decided: Floats
    wait_s: Floats
    answered_wait_s: Floats
    in_time: Floats
    answered: Floats
    unserved: Floats
    queue_mean: Floats
    queue_end: Floats
    in_centre: Floats
    grid: Floats
    redialling_at_end: Floats
    events: int


def replicate(
    centre: Centre,
    offered: Floats,
    *,
    edges: Floats,
    answer_within_s: float | Floats = 20.0,
    runs: int,
    seed: int,
    workers: int = 1,
    until_s: float = inf,
    progress: Callable[[int, int], None] | None = None,
) -> Counts:
    """Simulate days whose first attempts come by chance around `offered`, and average them.

    Parameters
    ----------
    centre
        The centre.
    offered
        Expected first attempts, shape (n_types, n_intervals); at a constant rate within each interval.
    edges
        Of the intervals that are counted [s], shape (n_intervals + 1,), rising.
    answer_within_s
        Threshold of `in_time` [s], one number or as `offered`.
    runs, seed
        How many days, and of which chance. The answer is the same for any number of workers.
    workers
        Threads; the event loop does not hold the interpreter's lock.
    until_s
        When a day is broken off [s]; infinite: when all is settled.
    progress
        Called with (runs done, runs) now and then, in the calling thread.

    Raises
    ------
    ValueError
        No runs, shapes that do not fit, or values that are negative or not finite.
    """
    offered = np.atleast_2d(np.asarray(offered, dtype=np.float64))
    if runs < 1 or workers < 1:
        raise ValueError(f"runs and workers must be at least 1, got {runs} and {workers}")
    if offered.shape != (len(centre.types), len(edges) - 1) or not ((offered >= 0) & np.isfinite(offered)).all():
        raise ValueError(f"offered must be ≥ 0 and of shape {(len(centre.types), len(edges) - 1)}, got {offered.shape}")
    if (np.diff(edges) <= 0).any() or not np.isfinite(edges).all():
        raise ValueError("edges must be finite and rise")
    day = _Day(centre, offered, np.asarray(edges, dtype=np.float64), answer_within_s, until_s)
    total = day.empty()
    for done, answer in enumerate(_answers(day, np.random.SeedSequence(seed).spawn(runs), workers), start=1):
        total = _Sums(*(a + b for a, b in zip(total.parts(), answer.parts(), strict=True)))
        if progress is not None:
            progress(done, runs)
    return _averages(total, day, runs)


@dataclass(frozen=True, slots=True)
class _Sums:
    sums: Floats  # (q, k, fields of layout.SUM)
    steps: Floats
    redialling: Floats
    events: int

    def parts(self) -> tuple[Any, ...]:
        return self.sums, self.steps, self.redialling, self.events


class _Day:
    """What all runs have in common."""

    def __init__(
        self, centre: Centre, offered: Floats, edges: Floats, within_s: float | Floats, until_s: float
    ) -> None:
        self.offered, self.edges, self.until_s, self.centre = offered, edges, until_s, centre
        self.within = np.ascontiguousarray(np.broadcast_to(np.asarray(within_s, dtype=np.float64), offered.shape))
        inside = np.arange(LOOKS + 1) / LOOKS
        self.grid = (edges[:-1, None] + np.diff(edges)[:, None] * inside).ravel()
        self.arrays = arrays_of(centre)

    def empty(self) -> _Sums:
        """Return sums of nothing."""
        n = len(self.offered)
        counted = np.zeros((*self.offered.shape, len(layout.SUM.names or ())))
        return _Sums(counted, np.zeros((n, len(self.grid) + 1)), np.zeros(n), 0)

    def run(self, word: np.random.SeedSequence) -> _Sums:
        """Simulate one day."""
        rng = np.random.default_rng(word)
        times, kinds = merged(self.centre, [self._arrivals(rng, one) for one in self.offered])
        seed = int(rng.integers(2**63))
        contacts, events = followed(self.arrays, times, kinds, seed=seed, until_s=self.until_s)
        answer = self.empty()
        sums = np.zeros(self.offered.shape, dtype=layout.SUM)
        _count()(contacts, self.edges, self.within, self.grid, sums, answer.steps, answer.redialling)
        return _Sums(sums.view(np.float64).reshape(answer.sums.shape), answer.steps, answer.redialling, events)

    def _arrivals(self, rng: np.random.Generator, offered: Floats) -> Floats:
        counts = rng.poisson(offered)
        owner = np.repeat(np.arange(len(counts)), counts)
        return np.sort(self.edges[owner] + rng.random(len(owner)) * np.diff(self.edges)[owner])


def _answers(day: _Day, words: list[np.random.SeedSequence], workers: int) -> Iterator[_Sums]:
    yield day.run(words[0])  # alone, so that threads do not compile the same thing at once
    with ThreadPoolExecutor(workers) if workers > 1 else nullcontext() as pool:
        yield from (map if pool is None else pool.map)(day.run, words[1:])


def _averages(total: _Sums, day: _Day, runs: int) -> Counts:
    mean = {name: total.sums[..., place] / runs for place, name in enumerate(layout.SUM.names or ())}
    same = ("attempts", "busy", "closed", "called_back", "abandoned", "taken", "decided", "in_time")
    return Counts(
        runs=runs,
        **{name: mean[name] for name in (*same, "answered", "unserved")},
        wait_s=mean["wait"],
        answered_wait_s=mean["answered_wait"],
        queue_mean=mean["area"] / np.diff(day.edges),
        queue_end=mean["waiting_at_end"],
        in_centre=np.cumsum(total.steps, axis=1)[:, :-1] / runs,
        grid=day.grid,
        redialling_at_end=total.redialling / runs,
        events=total.events,
    )


@lru_cache(maxsize=1)
def _count() -> Any:
    from forecasting.simulation.compiled.counting import count

    return count
