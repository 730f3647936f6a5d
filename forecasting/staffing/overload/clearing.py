"""When the backlog is gone."""

from __future__ import annotations

import numpy as np

from forecasting.staffing.overload.closure import BACKLOG, CENTRE, Course
from forecasting.staffing.overload.day import Day
from forecasting.staffing.quadrature import Floats

HALF_A_CONTACT = 0.5  # expected contacts beyond the agents, below which nobody is said to be left


def clear_s(day: Day, course: Course) -> Floats:
    """Return when the expected number in the centre falls to the agents for the last time [s], shape (n_queues,).

    NaN where it never exceeds them by half a contact, infinite where it still does at the end.
    """
    counts = np.diff(course.first)
    owner = np.repeat(np.arange(len(counts)), counts + 1)
    inside = np.arange(len(owner)) - np.repeat(np.cumsum(counts + 1) - counts - 1, counts + 1)
    begins = np.cumsum(day.interval_s) - day.interval_s
    at = begins[owner] + inside * (day.interval_s / counts)[owner]
    reached = course.states[np.array(course.first)[owner] + inside]
    backlog = reached[:, CENTRE] - day.places[owner] - HALF_A_CONTACT
    if day.is_limited:
        backlog = backlog + reached[:, BACKLOG]
    return np.array([last_fall(at, line) for line in backlog.T])


def last_fall(at: Floats, backlog: Floats) -> float:
    """Return when `backlog` falls to 0 for the last time; NaN if it never exceeds 0, infinite if it does at the end."""
    high = np.flatnonzero(backlog > 0)
    if not len(high):
        return float("nan")
    last = int(high[-1])
    if last == len(at) - 1:
        return float("inf")
    share = backlog[last] / (backlog[last] - backlog[last + 1])
    return float(at[last] + share * (at[last + 1] - at[last]))
