"""Work that may wait, such as e-mails and tickets: people who meet its deadlines, and how a backlog is worked off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.staffing.inputs import numbers, positive
from forecasting.staffing.quadrature import Floats

_SLACK = 1e-9  # of a person; a profile that misses a whole number by rounding needs nobody more


@dataclass(frozen=True, slots=True)
class Deferrable:
    """Contacts that wait for hours.

    Attributes
    ----------
    arrived
        Per interval, shape (n_intervals,).
    interval_s
        Lengths of the intervals [s].
    aht_s
        Mean handling time [s].
    deadline_s
        Time from the end of the interval of arrival until which the contacts must be done [s].
    is_open
        Whether people work in the interval.
    backlog
        Contacts that wait at the beginning; they are due as if they had arrived just before.
    """

    arrived: Floats
    interval_s: Floats
    aht_s: float
    deadline_s: float
    is_open: NDArray[np.bool_]
    backlog: float

    @classmethod
    def of(
        cls,
        arrived: ArrayLike,
        *,
        interval_s: ArrayLike,
        aht_s: float,
        deadline_s: float,
        is_open: ArrayLike = True,
        backlog: float = 0.0,
    ) -> Deferrable:
        """Check the inputs; raise ValueError with the input's name."""
        counts = numbers("arrived", arrived)
        if counts.ndim != 1 or not len(counts):
            raise ValueError(f"arrived must have shape (n_intervals,) and at least one interval, got {counts.shape}")
        numbers("deadline_s", deadline_s)
        return cls(
            counts,
            np.broadcast_to(positive("interval_s", interval_s), counts.shape),
            float(numbers("aht_s", aht_s)),
            float(deadline_s),
            np.broadcast_to(np.asarray(is_open, dtype=bool), counts.shape),
            float(numbers("backlog", backlog)),
        )

    @property
    def work(self) -> Floats:
        """Return the work by arrival [s]: the backlog's first, then each interval's; shape (1 + n_intervals,)."""
        return self.aht_s * np.concatenate([[self.backlog], self.arrived])

    def due(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return for each entry of `work` the open intervals, counted, in which it can first and must last be done.

        What arrives when all is closed can be done when it opens, and must be where its deadline lies before that. Work
        after which it never opens has as its place the number of open intervals.
        """
        ends = np.cumsum(self.interval_s)
        arrived_by = np.concatenate([[0.0], ends])
        opened = np.concatenate([[0], np.cumsum(self.is_open)])
        first = opened[np.concatenate([[0], np.arange(len(ends))])]
        last_interval = np.searchsorted(ends, arrived_by + self.deadline_s + _SLACK, side="right")
        return first, np.maximum(opened[last_interval] - 1, first)


@dataclass(frozen=True, slots=True)
class WorkedOff:
    """How work goes on with given people; arrays of shape (n_intervals,).

    Attributes
    ----------
    hours_queued
        Hours of work waiting at the end of the interval [h].
    late
        Contacts whose deadline lies in the interval and that are not done by its end.
    clear_s
        When nothing waits for the first time, in seconds since the beginning [s]; infinite if never.
    growing
        Whether more work waits at the end than at the beginning.
    """

    hours_queued: Floats
    late: Floats
    clear_s: float
    growing: bool

    @property
    def days_to_clear(self) -> float:
        """Return the time to clear in days."""
        return self.clear_s / 86_400


def people_for_deadlines(load: Deferrable) -> Floats:
    """Return the people per interval who meet all deadlines, as level as possible, shape (n_intervals,).

    Parameters
    ----------
    load
        Arrivals, deadlines and opening.

    Returns
    -------
    ndarray
        In parts of a person; rounded up, the deadlines hold as well. No profile has a lower peak. Work is done in the
        order of arrival, at the earliest in the interval in which it arrives.

    Notes
    -----
    The work done by any time lies between what is due and what has arrived. The most level course between both is the
    taut string.

    Raises
    ------
    ValueError
        Work that can never be done, since nothing opens after it has arrived and before the end of its deadline.

    References
    ----------
    .. [1] F. Yao, A. Demers, S. Shenker, "A scheduling model for reduced CPU energy", FOCS 1995,
       https://doi.org/10.1109/SFCS.1995.492493.

    Examples
    --------
    >>> mails = Deferrable.of([60, 0, 0, 0], interval_s=3600, aht_s=360, deadline_s=2 * 3600)
    >>> people_for_deadlines(mails).round(3).tolist()
    [2.0, 2.0, 2.0, 0.0]
    """
    first, last = load.due()
    width = load.interval_s[load.is_open]
    work, n = load.work, len(width)
    in_horizon = np.concatenate([[0.0], np.cumsum(load.interval_s)]) + load.deadline_s <= load.interval_s.sum() + _SLACK
    stuck = (first >= n) & (work > 0)
    if (stuck & in_horizon).any():
        raise ValueError("some contacts are due before anything opens; open an interval or extend the deadline")
    can = np.bincount(np.minimum(first, n), work, n + 1)[:n]
    must = np.bincount(np.where(in_horizon, last, n), work, n + 1)[:n]
    people = np.zeros(len(load.arrived))
    people[load.is_open] = _taut(np.cumsum(width), np.cumsum(must), np.cumsum(can))
    return people


def whole_people(people: Floats) -> NDArray[np.int64]:
    """Return the people rounded up."""
    return np.ceil(people - _SLACK).astype(np.int64)


def _taut(at: Floats, low: Floats, high: Floats) -> Floats:
    """Return the slopes of the shortest course from (0, 0) that stays between low and high and ends on low."""
    slopes = np.zeros(len(at))
    start, x, y = 0, 0.0, 0.0
    while start < len(at):
        rest = at[start:] - x
        floor, ceiling = (low[start:] - y) / rest, (high[start:] - y) / rest
        ceiling[-1] = floor[-1] if start + len(rest) == len(at) else ceiling[-1]
        steepest, flattest = np.maximum.accumulate(floor), np.minimum.accumulate(ceiling)
        crossed = np.flatnonzero(steepest > flattest * (1 + 1e-12) + 1e-15)
        if not len(crossed):
            end = len(rest) - 1
            slope, y = floor[end], low[-1]
        else:
            turn = int(crossed[0])
            rising = (
                floor[turn] > flattest[turn] * (1 + 1e-12) + 1e-15 and turn > 0 and floor[turn] > steepest[turn - 1]
            )
            bound = ceiling if rising else floor
            end = int(np.argmin(ceiling[:turn])) if rising else int(np.argmax(floor[: turn + 1]))
            slope = bound[end]
            y = (high if rising else low)[start + end]
        slopes[start : start + end + 1] = max(slope, 0.0)
        x, start = at[start + end], start + end + 1
    return slopes


def work_off(load: Deferrable, people: ArrayLike) -> WorkedOff:
    """Follow the backlog with given people, who take contacts in the order of arrival.

    Parameters
    ----------
    load
        Arrivals, deadlines and opening.
    people
        At work in each interval; broadcasts to it.

    Raises
    ------
    ValueError
        Negative people, or another shape.

    Examples
    --------
    >>> mails = Deferrable.of([60, 0, 0, 0], interval_s=3600, aht_s=360, deadline_s=2 * 3600)
    >>> done = work_off(mails, 3)
    >>> done.hours_queued.tolist(), done.clear_s
    ([3.0, 0.0, 0.0, 0.0], 7200.0)
    """
    staff = np.broadcast_to(numbers("people", people), load.arrived.shape)
    work = load.work
    capacity = np.where(load.is_open, staff * load.interval_s, 0.0)
    queued, done = np.zeros(len(staff)), np.zeros(len(staff))
    waiting, total = work[0], 0.0
    for i, room in enumerate(capacity):
        waiting += work[i + 1]
        step = min(waiting, room)
        waiting, total = waiting - step, total + step
        queued[i], done[i] = waiting, total
    ends = np.cumsum(load.interval_s)
    due_at = np.searchsorted(ends, np.concatenate([[0.0], ends]) + load.deadline_s - _SLACK)
    late = np.zeros(len(staff))
    ordered = np.cumsum(work)
    for entry, interval in enumerate(due_at):
        if interval < len(staff) and work[entry] > 0:
            missing = min(max(ordered[entry] - done[interval], 0.0), work[entry])
            late[interval] += missing / load.aht_s
    clear = np.flatnonzero(queued <= _SLACK)
    return WorkedOff(
        queued / 3600, late, float(ends[clear[0]]) if len(clear) else float("inf"), bool(queued[-1] > work[0] + _SLACK)
    )
