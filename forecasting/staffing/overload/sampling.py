"""What the attempts of an interval meet: arrivals sampled inside the steps, more often where their fate turns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.staffing.overload.arrivals import Centre, Meeting, meet
from forecasting.staffing.overload.arrivals_limited import meet_limited
from forecasting.staffing.overload.closure import BLOCK, CALLING_BACK, CENTRE, ORBIT, QUEUE, VARIANCE, Course
from forecasting.staffing.overload.day import Day
from forecasting.staffing.quadrature import Floats

_NOBODY = 1e-12  # attempts per second
_TURN = 2.0  # standard deviations by which a block moves towards, or away from, answers in time
_NEAR = 4.0  # standard deviations from even odds of an answer in time; farther off all or nobody is answered in time
_POWERS = np.arange(BLOCK + 1)
_FROM_VALUES = np.linalg.inv(np.linspace(0, 1, BLOCK + 1)[:, None] ** _POWERS)  # to coefficients of a polynomial


@dataclass(frozen=True, slots=True)
class _Sums:
    """Rates of attempts and of those who stay on the line, and products with what is met; of shape (n_cells,)."""

    rate: Floats
    decided: Floats
    wait: Floats
    abandons: Floats
    in_time: Floats

    def put(self, chosen: NDArray[np.intp], finer: _Sums) -> None:
        """Replace the chosen cells."""
        for name in ("rate", "decided", "wait", "abandons", "in_time"):
            getattr(self, name)[chosen] = getattr(finer, name)


def arrivals(day: Day, course: Course) -> Meeting:
    """Return what attempts meet, weighted by their rate, shape (n_intervals, n_queues).

    The state between the ends of a block's steps is the polynomial through them. Two points of Gauss are enough but
    where, between them, an answer in time becomes likely or unlikely: there ten are taken.
    """
    blocks = np.diff(course.first) // BLOCK
    starts = np.cumsum(blocks) - blocks
    n_queues = day.offered.shape[1]
    owner = np.repeat(np.arange(len(blocks)), blocks)
    first = np.array(course.first)[owner] + BLOCK * (np.arange(len(owner)) - starts[owner])
    cells = _Cells(owner.repeat(n_queues), first.repeat(n_queues), np.tile(np.arange(n_queues), len(owner)))
    sums = _sums(day, course, cells, points=2)
    turning = _turning(day, course, cells)
    if len(turning):
        sums.put(turning, _sums(day, course, cells.take(turning), points=10))

    def per_interval(values: Floats) -> Floats:
        return np.add.reduceat(values.reshape(-1, n_queues) / blocks[owner][:, None], starts)

    total = per_interval(sums.rate)
    stay = per_interval(sums.decided) if day.is_limited else total

    def mean(values: Floats, *, by: Floats, otherwise: float) -> Floats:
        nobody = by <= _NOBODY
        return np.where(nobody, otherwise, per_interval(values) / np.where(nobody, 1.0, by))

    return Meeting(
        mean(sums.wait, by=stay, otherwise=0.0),
        np.clip(mean(sums.abandons, by=stay, otherwise=0.0), 0.0, 1.0),
        np.clip(mean(sums.in_time, by=total, otherwise=1.0), 0.0, 1.0),
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """Blocks of queues: interval, index of the block's first state, queue."""

    interval: NDArray[np.intp]
    first: NDArray[np.intp]
    queue: NDArray[np.intp]

    def take(self, chosen: NDArray[np.intp]) -> _Cells:
        return _Cells(self.interval[chosen], self.first[chosen], self.queue[chosen])


def _sums(day: Day, course: Course, cells: _Cells, *, points: int) -> _Sums:
    nodes, weights = np.polynomial.legendre.leggauss(points)
    mix = ((nodes[:, None] + 1) / 2) ** _POWERS @ _FROM_VALUES
    at = cells.first[:, None] + _POWERS
    known = course.states[at, :QUEUE, cells.queue[:, None]]
    states = np.maximum(np.tensordot(mix, known, axes=(1, 1)), 0.0)
    here = (cells.interval, cells.queue)
    around = (day.places[here], day.service_rate[here], day.abandon_rate[here], day.answer_within_s[here])
    shape = states.shape[:2]
    centre = Centre(
        states[..., CENTRE].ravel(),
        states[..., VARIANCE].ravel(),
        *(np.broadcast_to(values, shape).ravel() for values in around),
    )
    stays: Floats | float = 1.0
    if day.is_limited:
        out = np.maximum(np.tensordot(mix, course.states[at, CALLING_BACK, cells.queue[:, None]], axes=(1, 1)), 0.0)
        share = np.broadcast_to(day.callback_share[here], shape).ravel()
        met, decided = meet_limited(centre, lines=(day.lines[here] + out).ravel(), callback_share=share)
        stays = decided.reshape(shape)
    else:
        met = meet(centre)
    returning = np.where(day.is_open[here], day.redial_rate[here], 0.0) * states[..., ORBIT]
    rate = day.rate[here] + returning

    def summed(values: Floats) -> Floats:
        return np.asarray(weights @ (rate * np.where(rate > 0, values.reshape(shape), 0.0))) / 2

    total = weights @ rate / 2
    stay = weights @ (rate * stays) / 2 if day.is_limited else total
    return _Sums(total, stay, summed(met.wait_s), summed(met.abandons), summed(met.in_time))


def _turning(day: Day, course: Course, cells: _Cells) -> NDArray[np.intp]:
    """Return the cells in whose course the odds of an answer in time turn."""
    here = (cells.interval, cells.queue)
    even = day.places[here] * (1 + day.service_rate[here] * day.answer_within_s[here])

    def distance(index: NDArray[np.intp]) -> Floats:
        state = course.states[index, :, cells.queue]
        return np.asarray((state[:, CENTRE] - even) / np.sqrt(state[:, VARIANCE] + 1))

    begin, end = distance(cells.first), distance(cells.first + BLOCK)
    turns = (np.abs(end - begin) > _TURN) & (np.minimum(begin, end) < _NEAR) & (np.maximum(begin, end) > -_NEAR)
    return np.flatnonzero(turns)
