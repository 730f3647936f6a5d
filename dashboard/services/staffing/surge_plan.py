"""The surge plan of an incident: read what is needed, solve it, keep it; in steps, so that no store waits for a sum."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from dashboard.services.staffing import requirement, roster_limits, surge_plan_levers, what_if_inputs
from dashboard.services.staffing.roster_limits import Grid, Known
from dashboard.services.staffing.surge_plan_choice import APART, HeldError, check_budget, plan_levers
from dashboard.services.staffing.what_if_inputs import Inputs
from dashboard.settings import Settings
from forecasting.intervals import BASE_INTERVAL_S
from forecasting.staffing.levers import PlanLine, Shortage, SurgePlan, solve_plan

LEVELS = (0.5, 0.9)
QUANTILES = (1, 2)  # of the stored ones, P50 and P90
# Quarter-hours take eight times as long to plan and change the cost by a twentieth; nobody is called in to the minute.
PLAN_INTERVAL_S = 1800


class PlanError(ValueError):
    """A plan that cannot be made: what, and what to do. `what` is a message's key where there is one, with values."""

    def __init__(self, said: str, *, what: str = "", values: Mapping[str, str | float] | None = None) -> None:
        super().__init__(said)
        self.what, self.values = what, dict(values or {})


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """All a plan is made of."""

    incident_id: int
    now: datetime
    inputs: Inputs
    catalogue: Catalogue
    before: PlanRecord | None
    roster: Known | None = None  # whose people's working time the plan keeps to


def question(session: Session, *, settings: Settings, clock: Clock) -> Question | None:
    """What the plan of the latest open incident is made of; None where none is open."""
    incidents = get_incidents(session, open_only=True)
    if not incidents:
        return None
    latest = max(incidents, key=lambda row: row.id)
    inputs = what_if_inputs.current(session, settings=settings, clock=clock)
    levers, _ = surge_plan_levers.catalogue(session, settings)
    start = inputs.starts[_first(inputs)]
    end = start + timedelta(seconds=inputs.counted * BASE_INTERVAL_S)
    known = roster_limits.known(session, settings=settings, start=start, end=end)
    return Question(latest.id, clock(), inputs, levers, kept(session, latest.id), known)


def solve(asked: Question, aim: Aim, *, held: PlanRecord | None = None, by: Account) -> PlanRecord:
    """Choose levers around the fixed lines of `held`; PlanError says what cannot be. Takes a second or so."""
    by.require(Right.PLAN_STAFF)
    shortage = shortage_of(asked.inputs)
    fixed = [one for one in held.lines if one.fixed] if held else []
    removed = held.removed if held else ()
    start = asked.inputs.starts[_first(asked.inputs)]
    late_s = (asked.now - start).total_seconds()
    grid = Grid(start, PLAN_INTERVAL_S, shortage.required.shape[2])
    try:
        levers, keys = plan_levers(
            asked.catalogue,
            fixed,
            removed,
            grid=grid,
            late_s=late_s,
            queues=asked.inputs.queues,
            limits=roster_limits.limits(asked.roster, [one.row for one in asked.inputs.queues], grid=grid),
        )
        if aim.kind == BUDGET and aim.value is not None:
            check_budget(levers, aim.value, grid=grid)
        answer = solve_plan(
            shortage,
            levers,
            fixed=keys,
            budget=aim.value if aim.kind == BUDGET else None,
            goal=aim.value if aim.kind == GOAL else None,
        )
    except HeldError as error:
        raise PlanError(str(error), what=error.what, values=error.values) from error
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
            Binding(one.limit, one.lever.split(APART)[0], None if math.isnan(one.worth) else one.worth)
            for one in answer.binding
            if APART not in one.lever
        ),
        removed=tuple(removed),
    )


def _line(one: PlanLine, *, start: datetime) -> Line:
    held = APART in one.lever
    first, last = (start + timedelta(seconds=place * PLAN_INTERVAL_S) for place in (one.first, one.last))
    why = "why_fixed" if held else one.why
    values = tuple((name, _plain(value)) for name, value in one.values)
    return Line(one.lever.split(APART)[0], one.kind, first, last, one.people, one.hours, one.cost, why, values, held)


def _plain(value: str | float) -> str | float:
    """Names of fixed levers without their mark, numbers that JSON knows."""
    if isinstance(value, str):
        return ", ".join(dict.fromkeys(name.split(APART)[0] for name in value.split(", ")))
    return value if math.isfinite(value) else 0.0
