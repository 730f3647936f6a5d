"""One queue's day as a centre to be simulated, and the simulated days as an answer."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from forecasting.simulation import AgentGroup, Centre, ContactType, Counts, replicate
from forecasting.staffing.overload import DayResult
from forecasting.staffing.overload.clearing import HALF_A_CONTACT, last_fall

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]
_NAME, _BACK, _LINES = "contacts", "call-backs", "lines"
MANY_LINES = 10**12


@dataclass(frozen=True, slots=True)
class DayTable:
    """One queue's day; arrays of shape (n_intervals,), or (n_paths, n_intervals) for `offered`.

    Fields as in `forecasting.staffing.overload.solve_day`; `concurrency` contacts are worked on by one agent at once.
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
    concurrency: Floats | float = 1.0
    lines: Floats | float = inf
    callback_share: Floats | float = 0.0
    callback_agents: Floats | float = inf

    @property
    def places(self) -> Floats:
        """Contacts that are worked on at once, at most."""
        return np.asarray(self.agents * self.concurrency)

    @property
    def offers_callbacks(self) -> bool:
        """Whether anybody may choose to be called back."""
        return bool((np.asarray(self.callback_share) > 0).any())

    @property
    def edges(self) -> Floats:
        """The intervals' beginnings and the last one's end [s]."""
        return np.concatenate([[0.0], np.cumsum(self.interval_s)])


def simulated_day(
    table: DayTable, offered: Floats, *, runs: int, seed: int, progress: Progress | None = None
) -> DayResult:
    """Average simulated days; the last interval's people and hours go on until the last contact is settled."""
    counts = replicate(
        centre_of(table),
        _coming(table, offered),
        edges=table.edges,
        answer_within_s=table.answer_within_s[None],
        runs=runs,
        seed=seed,
        workers=min(runs, _cores()),
        progress=progress,
    )
    return _answer(table, offered, counts)


def _coming(table: DayTable, offered: Floats) -> Floats:
    calls = np.where(table.is_open, offered, 0.0)[None]
    return np.concatenate([calls, np.zeros_like(calls)]) if table.offers_callbacks else calls


def _cores() -> int:
    """Processors this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def centre_of(table: DayTable) -> Centre:
    """Return the centre with this one queue."""
    starts, ends = table.edges[:-1].tolist(), table.edges[1:].tolist()
    spans = [(a, b) for a, b, let_in in zip(starts, ends, table.is_open.tolist(), strict=True) if let_in]
    if spans and table.is_open[-1]:
        spans[-1] = (spans[-1][0], inf)
    contacts = ContactType(
        name=_NAME,
        aht_s=table.aht_s,
        patience_s=table.patience_s,
        redial=table.redial_probability,
        redial_after_s=table.redial_delay_s,
        redial_busy=table.redial_probability,
        opening=spans,
        concurrency=int(np.max(table.concurrency)),
        priority=1,
        callback=_BACK if table.offers_callbacks else None,
        callback_share=table.callback_share,
        trunk=_LINES if np.isfinite(table.lines).any() else None,
    )
    most = np.asarray(table.callback_agents * table.concurrency)
    back = ContactType(name=_BACK, aht_s=table.aht_s, concurrency=contacts.concurrency, most_at_once=most)
    types = [contacts, back] if table.offers_callbacks else [contacts]
    people = [(at, int(n)) for at, n in zip(starts, table.agents.tolist(), strict=True)]
    team = AgentGroup(name="agents", people=people, serves={one.name: 0.0 for one in types})
    lines = np.minimum(np.broadcast_to(table.lines, table.agents.shape), MANY_LINES)
    trunks = {_LINES: [(at, int(n)) for at, n in zip(starts, lines.tolist(), strict=True)]} if contacts.trunk else {}
    return Centre(types=types, groups=[team], edges=table.edges[:-1], trunks=trunks)


def _answer(table: DayTable, offered: Floats, counts: Counts) -> DayResult:
    attempts, in_centre = counts.attempts[0], counts.in_centre.sum(axis=0)
    backs = counts.queue_end[1] if table.offers_callbacks else np.zeros_like(attempts)
    some = np.maximum(counts.decided[0], 1.0 / counts.runs)
    looks = len(counts.grid) // len(attempts)
    backlog = in_centre - np.repeat(table.places, looks) - HALF_A_CONTACT
    answered = np.where(attempts > 0, counts.in_time[0] / np.maximum(attempts, 1.0 / counts.runs), 1.0)
    return DayResult(
        queue_mean=counts.queue_mean[0],
        queue_end=counts.queue_end[0],
        mean_wait_s=counts.wait_s[0] / some,
        abandonment=counts.abandoned[0] / some,
        service_level=answered,
        attempts=attempts,
        answered=counts.answered.sum(axis=0),
        unserved=counts.unserved[0] + np.where(table.is_open, 0.0, offered),
        blocked=counts.busy[0],
        callbacks=counts.called_back[0],
        callbacks_open=backs,
        clear_s=np.array(last_fall(counts.grid, backlog)),
        waiting_at_end=np.array(in_centre[-1] - backs[-1]),
        redialling_at_end=np.array(counts.redialling_at_end[0]),
    )
