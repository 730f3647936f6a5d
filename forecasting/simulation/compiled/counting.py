"""Attempts counted up by interval, in one pass."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from forecasting.compilation import compiled, part
from forecasting.simulation.compiled.layout import ABANDONED, ANSWERED, BUSY, CALLED_BACK, CLOSED, IN_SERVICE

Floats = npt.NDArray[np.float64]


@part
def _behind(edges: Floats, t: float) -> int:
    """How many of the edges lie at `t` or before."""
    low, high = 0, len(edges)
    while low < high:
        middle = (low + high) >> 1
        if edges[middle] <= t:
            low = middle + 1
        else:
            high = middle
    return low


@part
def _count_waiting(sums: Any, q: int, edges: Floats, begin: float, end: float, k: int) -> None:
    """Spread a time of waiting over the intervals it touches."""
    k = max(k, 0)
    while k < len(edges) - 1 and edges[k] < end:
        sums[q, k].area += min(end, edges[k + 1]) - max(begin, edges[k])
        if begin < edges[k + 1] <= end:
            sums[q, k].waiting_at_end += 1
        k += 1


@part
def _count_fate(here: Any, contact: Any, within: float) -> None:
    """By the interval of arrival: what became of it, and how long it waited."""
    fate = contact.fate
    here.attempts += 1
    if fate == CLOSED:
        here.attempts -= 1
        here.closed += 1
    elif fate == BUSY:
        here.busy += 1
    elif fate == CALLED_BACK:
        here.called_back += 1
    elif fate == ABANDONED:
        here.decided += 1
        here.abandoned += 1
        here.wait += contact.ended - contact.arrived
    elif fate in (ANSWERED, IN_SERVICE):
        waited = contact.answered - contact.arrived
        here.decided += 1
        here.taken += 1
        here.wait += waited
        here.answered_wait += waited
        if waited <= within:
            here.in_time += 1


@compiled
def count(contacts, edges, within, grid, sums, steps, redialling) -> int:  # type: ignore[no-untyped-def]
    """Add attempts to `sums` (q, k), changes of the number in the centre to `steps` (q, grid + 1).

    `redialling` (q,) counts those who have hung up by the last edge and come again later.
    """
    last, end, k = len(edges) - 1, edges[-1], 0
    for a in range(len(contacts)):
        contact = contacts[a]
        q, fate = contact.type, contact.fate
        while k < last and edges[k + 1] <= contact.arrived:
            k += 1
        is_inside = k < last and contact.arrived >= edges[0]
        if is_inside:
            _count_fate(sums[q, k], contact, within[q, k])
        if (fate in (ABANDONED, BUSY, CLOSED)) and contact.again == inf:
            ended = _behind(edges, contact.ended) - 1
            if 0 <= ended < last:
                sums[q, ended].unserved += 1
        if fate in (CLOSED, BUSY):
            if fate == BUSY and contact.ended < end <= contact.again < inf:
                redialling[q] += 1
            continue
        if fate == ABANDONED and contact.ended < end <= contact.again < inf:
            redialling[q] += 1
        left = min(contact.answered, contact.ended)
        if left > contact.arrived:
            _count_waiting(sums, q, edges, contact.arrived, left, k)
        if contact.ended < end and fate == ANSWERED:
            ended = _behind(edges, contact.ended) - 1
            if ended >= 0:
                sums[q, ended].answered += 1
        steps[q, _behind(grid, contact.arrived)] += 1
        if contact.ended < inf:
            steps[q, _behind(grid, contact.ended)] -= 1
    return len(contacts)
