"""What if an input were different: the day model of all waiting queues, with the change and without, in one run.

At work are the people of the roster, or those an ordinary day needs where it does not tell. Contacts of a surge are
forecast with redials in them; the model brings its own, so they are divided by the calls per caller first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from connectors.storage.rows import QueueRow
from dashboard.domain.board import Range
from dashboard.domain.clock import Clock
from dashboard.domain.what_if import (
    CLEARED,
    NO_BACKLOG,
    OPEN_AT_END,
    Changes,
    Clearing,
    Outcome,
    Standing,
    WhatIf,
)
from dashboard.services.readings.demand import Floats
from dashboard.services.readings.freshness import INTERVAL
from dashboard.services.staffing import what_if_inputs
from dashboard.services.staffing.what_if_inputs import REDIAL_DELAY_S, Inputs, QueueInputs
from dashboard.services.staffing.what_if_need import scheduled
from dashboard.settings import Settings
from forecasting.intervals import BASE_INTERVAL_S
from forecasting.staffing import required_agents
from forecasting.staffing.overload import solve_day
from forecasting.staffing.overload.limits import cautions

MEDIAN = 1
# More waiting than this at full load is no chance any more: E[(X − n)⁺] of a normal X with mean and variance n.
CHANCE = 0.4
HALF_A_CONTACT = HALF = 0.5
BUSIEST = 8  # intervals by their work, among which the one that needs most people is looked for
COARSE = 4  # intervals taken as one beyond the counted ones: the end of a backlog needs no quarter-hours


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One queue under a change; arrays by interval, `offered` (3, n_intervals) counts contacts, redials in a surge."""

    row: QueueRow
    offered: Floats
    unique: Floats
    aht_s: Floats
    patience_s: Floats
    agents: Floats
    is_open: NDArray[np.bool_]
    live: bool


def ask(session: Session, changes: Changes, *, settings: Settings, clock: Clock) -> WhatIf:
    """The figures now and with the change."""
    return answer(what_if_inputs.current(session, settings=settings, clock=clock), changes)


def warm_up() -> None:
    """Have numba compile what a what-if asks for, or load it from disk, before anybody waits for that."""
    required_agents(1000.0, interval_s=900.0, aht_s=300.0, patience_s=200.0, service_level=0.8)
    solve_day([1.0], interval_s=900.0, agents=1, aht_s=300.0)


def answer(inputs: Inputs, changes: Changes) -> WhatIf:
    """The same from inputs at hand; nothing is read or kept."""
    before = _without(inputs)
    cases = [_case(inputs, one, changes) for one in inputs.queues]
    after = _outcome(inputs, cases)
    return WhatIf(
        now=inputs.now,
        until=inputs.starts[inputs.first] + inputs.counted * INTERVAL,
        sight=inputs.starts[-1] + INTERVAL,
        timezone=inputs.timezone,
        queues=sum(one.live for one in cases),
        incident=inputs.incident,
        standing=standing(inputs),
        before=before,
        after=after,
        cautions=_cautions([one for one in cases if one.live], inputs),
        rostered=sum(one.live and one.row.key in inputs.rostered for one in inputs.queues),
    )


@lru_cache(maxsize=4)
def _without(inputs: Inputs) -> Outcome:
    """The figures without a change; a slider asks for them again and again."""
    return _outcome(inputs, [_case(inputs, one, Changes()) for one in inputs.queues])


def standing(inputs: Inputs) -> Standing:
    """Where the inputs stand without a change."""
    live = [one for one in inputs.queues if one.live] or list(inputs.queues)
    counted = slice(inputs.first, inputs.first + inputs.counted)
    people = sum((one.agents[counted] for one in live), np.zeros(inputs.counted))

    def ends(values: Sequence[float]) -> tuple[float, float]:
        return (min(values), max(values)) if values else (0.0, 0.0)

    return Standing(
        aht_s=ends([one.aht_s for one in live]),
        patience_s=ends([one.row.patience_s for one in live]),
        shrinkage=ends([one.row.shrinkage for one in live]),
        service_level=ends([one.row.service_level for one in live]),
        answer_within_s=ends([float(one.row.answer_within_s) for one in live]),
        people=float(people.max()),
        affected=inputs.affected,
        eta=inputs.eta,
    )


def _case(inputs: Inputs, one: QueueInputs, changes: Changes) -> _Case:
    ahead = np.arange(len(inputs.starts)) >= inputs.first
    surge = _surge(inputs, one.surge, changes)
    baseline = one.baseline * np.where(ahead, _or(changes.volume, 1.0), 1.0)
    targets = changes if one.live else Changes()
    row = replace(
        one.row,
        shrinkage=_or(changes.shrinkage, one.row.shrinkage),
        service_level=_or(targets.service_level, one.row.service_level),
        answer_within_s=round(_or(targets.answer_within_s, one.row.answer_within_s)),
        patience_s=one.row.patience_s * _or(changes.patience, 1.0),
    )
    at_work = _or(changes.people, 1.0) * (1 - row.shrinkage) / (1 - one.row.shrinkage)
    return _Case(
        row=row,
        offered=baseline + surge,
        unique=baseline + surge / inputs.attempts,
        aht_s=np.where(ahead, one.aht_s * _or(changes.aht, 1.0), one.aht_s),
        patience_s=np.where(ahead, row.patience_s, one.row.patience_s),
        agents=np.where(ahead, one.agents * at_work, one.agents),
        is_open=one.is_open,
        live=one.live,
    )


def _surge(inputs: Inputs, surge: Floats, changes: Changes) -> Floats:
    """The surge under a change of its size and of its end; what is past stays."""
    size = _or(changes.affected, 1.0) * (1 - _or(changes.deflection, 0.0))
    ahead = surge[:, inputs.first :]
    if changes.eta_h and inputs.eta is not None:
        ahead = _moved(ahead, left=(inputs.eta - inputs.starts[inputs.first]) / INTERVAL, by=4 * changes.eta_h)
    return np.concatenate([surge[:, : inputs.first], size * ahead], axis=1)


def _moved(surge: Floats, *, left: float, by: float) -> Floats:
    """The course until the promised end stretched or pressed together, what follows moved; lengths in intervals."""
    at = np.arange(surge.shape[1], dtype=float)
    end = max(left + by, 0.0)
    source = np.where(at < end, at * (left / end if end else 0.0), at - end + left)
    return np.stack([np.interp(source, at, row) for row in surge])


def _solve(cases: Sequence[_Case], inputs: Inputs) -> dict[str, Floats]:
    """All queues at all quantiles side by side; from now on, each as (cases, 3, intervals), the far ones coarse."""
    fine = inputs.first + inputs.counted
    length = np.full(len(inputs.starts), BASE_INTERVAL_S, dtype=float)

    def laid(values: Floats) -> Floats:
        return np.repeat(_coarse(values, fine), 3, axis=0)

    solved = solve_day(
        _coarse(np.concatenate([one.unique for one in cases]), fine, add=True),
        interval_s=_coarse(length, fine, add=True),
        agents=laid(np.array([one.agents * one.row.concurrency for one in cases])),
        aht_s=laid(np.array([one.aht_s for one in cases])),
        patience_s=laid(np.array([one.patience_s for one in cases])),
        redial_probability=inputs.redial,
        redial_delay_s=REDIAL_DELAY_S,
        answer_within_s=np.repeat([one.row.answer_within_s for one in cases], 3)[:, None],
        is_open=laid(np.array([one.is_open for one in cases], dtype=float)) >= HALF,
    )
    names = ("queue_end", "mean_wait_s", "service_level", "attempts", "unserved")
    shape = (len(cases), 3, -1)
    return {name: getattr(solved, name).reshape(shape)[:, :, inputs.first :] for name in names}


def _coarse(values: Floats, fine: int, *, add: bool = False) -> Floats:
    """The last axis with `COARSE` intervals in one from `fine` on: their sum, or their mean."""
    far = values[..., fine:]
    grouped = far.reshape(*far.shape[:-1], -1, COARSE)
    return np.concatenate([values[..., :fine], grouped.sum(axis=-1) if add else grouped.mean(axis=-1)], axis=-1)


def _outcome(inputs: Inputs, cases: Sequence[_Case]) -> Outcome:
    needed, needed_at = _needed(inputs, cases)
    live = [one for one in cases if one.live]
    if not live:
        return Outcome(None, None, None, None, None, None, needed, needed_at, ())
    solved = _solve(live, inputs)
    counted = slice(0, inputs.counted)
    attempts = solved["attempts"][:, MEDIAN, counted]
    in_time = (attempts * solved["service_level"][:, MEDIAN, counted]).sum()
    unserved = solved["unserved"][:, :, counted].sum(axis=(0, 2))
    waiting = solved["queue_end"][:, MEDIAN, counted].sum(axis=0)
    high = int(waiting.argmax())
    waits = np.where(attempts > HALF_A_CONTACT, solved["mean_wait_s"][:, MEDIAN, counted], 0.0)
    ends = [at + INTERVAL for at in inputs.starts[inputs.first : inputs.first + inputs.counted]]
    return Outcome(
        service_level=float(in_time / attempts.sum()) if attempts.sum() > 0 else None,
        unserved=Range(*(float(value) for value in unserved)),
        clear=_clearing(inputs, live, solved["queue_end"]),
        queue_peak=float(waiting[high]),
        queue_peak_at=ends[high],
        wait_peak_s=float(waits.max()),
        needed=needed,
        needed_at=needed_at,
        waiting=tuple(zip(ends, waiting.tolist(), strict=True)),
    )


def _needed(inputs: Inputs, cases: Sequence[_Case]) -> tuple[Range | None, datetime | None]:
    """People to schedule in the interval of the looked-at time that needs most."""
    counted = slice(inputs.first, inputs.first + inputs.counted)
    work = sum((one.offered[MEDIAN, counted] * one.aht_s[-1] for one in cases), np.zeros(inputs.counted))
    busiest = np.sort(np.argsort(-work, kind="stable")[:BUSIEST])
    if not work.any():
        return None, None
    offered = np.array([one.offered[:, counted][:, busiest].ravel() for one in cases])
    need = scheduled([one.row for one in cases], offered, aht_s=[float(one.aht_s[-1]) for one in cases])
    total = need.sum(axis=0).reshape(3, -1)
    high = int(total[MEDIAN].argmax())
    low, middle, upper = (float(value) for value in total[:, high])
    return Range(low, middle, upper), inputs.starts[inputs.first + int(busiest[high])]


def _clearing(inputs: Inputs, live: Sequence[_Case], queue: Floats) -> Clearing:
    """When more wait than chance leaves for the last time, in any queue; by quantile of demand."""
    fine = inputs.first + inputs.counted
    agents = _coarse(np.array([one.agents * one.row.concurrency for one in live]), fine)[:, inputs.first :]
    length = _coarse(np.full(len(inputs.starts), float(BASE_INTERVAL_S)), fine, add=True)[inputs.first :]
    due = HALF_A_CONTACT + CHANCE * np.sqrt(agents)
    low, middle, high = (_last(queue[:, level] - due, length, since=inputs.starts[inputs.first]) for level in range(3))
    return Clearing(*middle, *low, *high)


def _last(beyond: Floats, length: Floats, *, since: datetime) -> tuple[str, datetime | None]:
    some = np.flatnonzero((beyond > 0).any(axis=0))
    if not len(some):
        return NO_BACKLOG, None
    last = int(some[-1])
    if last == beyond.shape[1] - 1:
        return OPEN_AT_END, None
    before, after = beyond[:, last].max(), beyond[:, last + 1].max()
    share = float(before / (before - after))
    return CLEARED, since + timedelta(seconds=float(length[: last + 1].sum() + share * length[last + 1]))


def _cautions(live: Sequence[_Case], inputs: Inputs) -> tuple[str, ...]:
    counted = slice(inputs.first, inputs.first + inputs.counted)
    found: dict[str, None] = {}
    for one in live:
        offered = np.where(one.is_open, one.unique[MEDIAN], 0.0)[counted]
        known = {name: getattr(one, name)[counted] for name in ("aht_s", "patience_s")}
        known["agents"] = one.agents[counted] * one.row.concurrency
        known["interval_s"] = np.full(len(offered), float(BASE_INTERVAL_S))
        found |= dict.fromkeys(cautions(offered, **known))
    return tuple(found)


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
