"""The surge plan of an incident: read what is needed, solve it, keep it; in steps, so that no store waits for a sum."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from connectors.storage.read import get_incidents, get_setting
from connectors.storage.rows import AuditRow
from connectors.storage.write import add_audit, put_setting
from dashboard.domain.clock import Clock
from dashboard.domain.people import Right
from dashboard.domain.surge_plan import BUDGET, GOAL, Aim, Binding, Line, PlanRecord
from dashboard.services.accounts import Account
from dashboard.services.levers.lever_catalogue import Catalogue
from dashboard.services.readings.demand import Floats
from dashboard.services.staffing import requirement, surge_plan_levers, what_if_inputs
from dashboard.services.staffing.what_if_inputs import Inputs, QueueInputs
from dashboard.settings import Settings
from forecasting.intervals import BASE_INTERVAL_S
from forecasting.staffing.levers import Lever, PlanLine, Shortage, SurgePlan, solve_plan

LEVELS = (0.5, 0.9)
QUANTILES = (1, 2)  # of the stored ones, P50 and P90
# Quarter-hours take eight times as long to plan and change the cost by a twentieth; nobody is called in to the minute.
PLAN_INTERVAL_S = 1800
_APART = "#"


class PlanError(ValueError):
    """A plan that cannot be made: what, and what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """All a plan is made of."""

    incident_id: int
    now: datetime
    inputs: Inputs
    catalogue: Catalogue
    before: PlanRecord | None


def question(session: Session, *, settings: Settings, clock: Clock) -> Question | None:
    """What the plan of the latest open incident is made of; None where none is open."""
    incidents = get_incidents(session, open_only=True)
    if not incidents:
        return None
    latest = max(incidents, key=lambda row: row.id)
    inputs = what_if_inputs.current(session, settings=settings, clock=clock)
    levers, _ = surge_plan_levers.catalogue(session, settings)
    return Question(latest.id, clock(), inputs, levers, kept(session, latest.id))


def solve(asked: Question, aim: Aim, *, held: PlanRecord | None = None, by: Account) -> PlanRecord:
    """Choose levers around the fixed lines of `held`; PlanError says what cannot be. Takes a second or so."""
    by.require(Right.PLAN_STAFF)
    shortage = shortage_of(asked.inputs)
    fixed = [one for one in held.lines if one.fixed] if held else []
    removed = held.removed if held else ()
    start = asked.inputs.starts[_first(asked.inputs)]
    late_s = (asked.now - start).total_seconds()
    levers, keys = _levers(
        asked.catalogue,
        fixed,
        removed,
        start=start,
        late_s=late_s,
        queues=asked.inputs.queues,
        n=shortage.required.shape[2],
    )
    try:
        answer = solve_plan(
            shortage,
            levers,
            fixed=keys,
            budget=aim.value if aim.kind == BUDGET else None,
            goal=aim.value if aim.kind == GOAL else None,
        )
    except (ValueError, RuntimeError) as error:
        raise PlanError(str(error)) from error
    return _record(asked, answer, aim=aim, start=start, fixed=fixed, removed=removed, by=by)


def keep(session: Session, record: PlanRecord, *, by: Account, now: datetime) -> None:
    """Store the plan of its incident, which replaces the one before; the audit keeps that it was made."""
    by.require(Right.PLAN_STAFF)
    put_setting(session, _key(record.incident_id), json.dumps(record.to_json()))
    detail = (
        f"{record.aim.kind} {record.aim.value or ''} · {len(record.lines)} lines · {record.cost:.0f} {record.currency}"
    )
    add_audit(session, AuditRow(now, by.name, "surge_plan", f"incident {record.incident_id}", detail))


def kept(session: Session, incident_id: int) -> PlanRecord | None:
    """The plan of an incident, if one was made."""
    stored = get_setting(session, _key(incident_id))
    return PlanRecord.from_json(json.loads(stored)) if stored else None


def shortage_of(inputs: Inputs) -> Shortage:
    """People needed at work at median and high demand, queue by queue, and those of the ordinary day."""
    first = _first(inputs)
    ahead = slice(first, first + inputs.counted)
    required = np.zeros((len(LEVELS), len(inputs.queues), inputs.counted))
    scheduled = np.zeros(required.shape[1:])
    for place, one in enumerate(inputs.queues):
        offered = (one.baseline + one.surge)[QUANTILES, ahead]
        need = requirement.people(one.row, offered.ravel(), aht_s=one.aht_s)
        required[:, place] = need.agents.reshape(len(LEVELS), -1)
        scheduled[place] = one.agents[ahead]
    if not required.size:
        raise PlanError("there is no forecast yet, so nothing is known to be short; plan when one has been made")
    names = tuple(one.row.key for one in inputs.queues)
    return Shortage.of(
        _halves(required), scheduled=_halves(scheduled), interval_s=PLAN_INTERVAL_S, levels=LEVELS, skills=names
    )


def _first(inputs: Inputs) -> int:
    """The interval under way or the one before it: plans share one grid, so that held lines stay where they are."""
    whole = PLAN_INTERVAL_S // BASE_INTERVAL_S
    return inputs.first - int(inputs.starts[inputs.first].timestamp()) // BASE_INTERVAL_S % whole


def _halves(values: Floats) -> Floats:
    """The mean over each interval of the plan."""
    return np.asarray(values.reshape(*values.shape[:-1], -1, PLAN_INTERVAL_S // BASE_INTERVAL_S).mean(axis=-1))


def _key(incident_id: int) -> str:
    return f"surge_plan.{incident_id}"


def _levers(
    known: Catalogue,
    fixed: Sequence[Line],
    removed: Sequence[str],
    *,
    start: datetime,
    late_s: float,
    queues: Sequence[QueueInputs],
    n: int,
) -> tuple[list[Lever], list[str]]:
    """What may be used: fixed lines as levers of one possible time, and what of the catalogue they leave."""
    by_key = {one.key: one for one in known.levers}
    holds, excluded, used = [], set(removed), dict.fromkeys(by_key, 0.0)
    for number, line in enumerate(fixed):
        lever = by_key.get(line.lever)
        hold = None if lever is None else _hold(lever, line, number=number, start=start, n=n)
        if lever is None or hold is None:
            continue
        holds.append(hold)
        used[line.lever] += line.people
        excluded |= {*lever.excludes, *(() if lever.kind == "people" else (line.lever,))}
    left = [
        replace(one, capacity=max(one.capacity - used[one.key], 0.0), lead_s=one.lead_s + late_s)
        for one in known.levers
        if one.key not in excluded
    ]
    left = [one for one in left if one.kind != "people" or one.capacity >= max(one.least_people, 1.0)]
    able = [replace(one, skills=for_, excludes=()) for one in left if (for_ := _skills(one, queues)) is not None]
    keys = {one.key for one in able}
    excludes = {one.key: tuple(key for key in one.excludes if key in keys) for one in left}
    held = [replace(one, skills=_skills(one, queues) or ()) for one in holds]
    return [*(replace(one, excludes=excludes[one.key]) for one in able), *held], [one.key for one in held]


def _hold(lever: Lever, line: Line, *, number: int, start: datetime, n: int) -> Lever | None:
    """A fixed line as a lever of its own; None once it is over."""
    first = max(round((line.start - start).total_seconds() / PLAN_INTERVAL_S), 0)
    last = round((line.end - start).total_seconds() / PLAN_INTERVAL_S)
    last = min(last, n) if lever.kind == "people" else last
    if last <= first or first >= n:
        return None
    length = (last - first) * PLAN_INTERVAL_S
    return replace(
        lever,
        key=f"{lever.key}{_APART}{number}",
        capacity=line.people,
        least_people=0.0,
        lead_s=first * PLAN_INTERVAL_S,
        least_s=length,
        most_s=length,
        step_s=n * PLAN_INTERVAL_S,
        excludes=(),
    )


def _skills(lever: Lever, queues: Sequence[QueueInputs]) -> tuple[str, ...] | None:
    """The queues whose skill or key a lever names, empty for all of them; None where it names none of these."""
    if not lever.skills:
        return ()
    return tuple(one.row.key for one in queues if {one.row.skill, one.row.key} & set(lever.skills)) or None


def _record(
    asked: Question,
    answer: SurgePlan,
    *,
    aim: Aim,
    start: datetime,
    fixed: Sequence[Line],
    removed: Sequence[str],
    by: Account,
) -> PlanRecord:
    def pair(values: Floats) -> tuple[float, float]:
        return float(values[0]), float(values[1])

    return PlanRecord(
        incident_id=asked.incident_id,
        made_at=asked.now,
        made_by=by.name,
        start=start,
        end=start + timedelta(seconds=asked.inputs.counted * BASE_INTERVAL_S),
        aim=aim,
        currency=asked.catalogue.currency,
        status=answer.status,
        cost=answer.cost,
        gap=answer.gap,
        missing_before=pair(answer.missing_before_hours),
        missing_after=pair(answer.missing_hours),
        covered=pair(answer.covered),
        lines=tuple(_line(one, start=start) for one in answer.lines),
        binding=tuple(
            Binding(one.limit, one.lever.split(_APART)[0], None if math.isnan(one.worth) else one.worth)
            for one in answer.binding
            if _APART not in one.lever
        ),
        removed=tuple(removed),
    )


def _line(one: PlanLine, *, start: datetime) -> Line:
    held = _APART in one.lever
    first, last = (start + timedelta(seconds=place * PLAN_INTERVAL_S) for place in (one.first, one.last))
    why = "why_fixed" if held else one.why
    values = tuple((name, _plain(value)) for name, value in one.values)
    return Line(one.lever.split(_APART)[0], one.kind, first, last, one.people, one.hours, one.cost, why, values, held)


def _plain(value: str | float) -> str | float:
    """Names of fixed levers without their mark, numbers that JSON knows."""
    if isinstance(value, str):
        return ", ".join(dict.fromkeys(name.split(_APART)[0] for name in value.split(", ")))
    return value if math.isfinite(value) else 0.0
