"""The levers of an incident, ranked by the contacts each would take off the next two hours of the current outlook.

Avoided and put-off contacts are a share of those expected above normal from when the lever works; people handle as many
as their time allows at the queues' occupancy limit and handling time, at most what comes in all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connectors.storage.read import get_actions
from connectors.storage.rows import ActionRow
from dashboard.domain.board import IncidentStrip
from dashboard.domain.levers import DEFER, DEMAND, LOOKED_AHEAD, PEOPLE, ActionView, LeverBoard, LeverLine, Mark, Spread
from dashboard.services.incidents import incident_actions
from dashboard.services.levers import lever_choice, lever_effects, lever_figures
from dashboard.services.levers.lever_effects import Terms
from dashboard.services.readings import handling_time
from dashboard.services.readings.board_data import BoardData, QueueData
from dashboard.services.readings.demand import Demand, from_forecast
from dashboard.services.readings.freshness import INTERVAL
from dashboard.settings import Settings
from forecasting.staffing.levers import Lever

HOUR_S = 3600.0
NOTHING = Spread(0.0, 0.0, 0.0)


def board(
    session: Session, data: BoardData, *, incident: IncidentStrip | None, settings: Settings
) -> LeverBoard | None:
    """The levers for an incident; None without one."""
    if incident is None:
        return None
    choice, known = lever_choice.configured(settings), lever_effects.assumed(session, settings)
    levers = lever_figures.of_centre(session, settings)
    rows = [row for row in get_actions(session, incidents=[incident.id]) if row.undone_at is None]
    views = {row.id: _view(row, known, incident=incident, now=data.now) for row in rows}
    on = {row.lever: views[row.id] for row in rows if row.lever and incident_actions.is_on(row, data.now)}
    queues = [queue for queue in data.queues if not incident.facts.queues or queue.row.key in incident.facts.queues]
    lines = [
        _line(lever, known[lever.key], queues=queues, incident_id=incident.id, on=on, now=data.now) for lever in levers
    ]
    return LeverBoard(
        incident_id=incident.id,
        incident_title=incident.facts.title,
        configured=choice.catalogue is not None,
        problem=choice.problem,
        currency=choice.catalogue.currency if choice.catalogue else "",
        lines=tuple(sorted(lines, key=_rank)),
        done=tuple(views[row.id] for row in reversed(rows)),
    )


def marks(session: Session, data: BoardData) -> tuple[Mark, ...]:
    """What was done about open incidents since the charts begin, in the order of time."""
    rows = get_actions(session, incidents=[row.id for row in data.incidents])
    shown = (row for row in rows if row.undone_at is None and row.at >= data.day_start)
    return tuple(Mark(row.at, row.kind, row.lever, row.text) for row in shown)


def _view(row: ActionRow, known: Mapping[str, Terms], *, incident: IncidentStrip, now: datetime) -> ActionView:
    terms = lever_effects.of_action(row, known)
    start, end = lever_effects.span(row, terms) if terms else (row.at, None)
    measured = incident.basis.measured.get(str(row.id)) if incident.basis else None
    return ActionView(
        id=row.id,
        kind=row.kind,
        lever=row.lever,
        text=row.text,
        at=row.at,
        by=row.by,
        starts_at=start,
        ends_at=row.ended_at or end,
        ended=not incident_actions.is_on(row, now),
        assumed=terms.spread if terms and terms.kind == DEMAND else None,
        measured=measured,
    )


def _line(
    lever: Lever,
    terms: Terms,
    *,
    queues: Sequence[QueueData],
    incident_id: int,
    on: Mapping[str, ActionView],
    now: datetime,
) -> LeverLine:
    helped = [queue for queue in queues if not lever.skills or queue.row.skill in lever.skills]
    surges = [from_forecast(row) for queue in helped for row in queue.surges if row.incident_id == incident_id]
    start, end = now + timedelta(seconds=lever.lead_s), now + LOOKED_AHEAD
    coming = sum(_between(one, start, end) for one in surges)
    people = terms.spread.times(lever.capacity) if lever.kind == PEOPLE else None
    contacts = terms.spread.times(coming) if people is None else _handled(people, helped, start=start, end=end)
    cost, hours = _cost(lever, contacts, helped)
    return LeverLine(
        key=lever.key,
        kind=lever.kind,
        contacts=contacts,
        people=people,
        lead_s=lever.lead_s,
        cost=cost,
        cost_hours=hours,
        source=lever_choice.own_source(lever.key, lever.source),
        changed=terms.changed,
        blocked_by=next((other for other in lever.excludes if other in on), ""),
        action=on.get(lever.key),
    )


def _rank(line: LeverLine) -> tuple[bool, float, float, str]:
    """Those not pulled first, then by contacts; among those that bring none in time, by when they come."""
    return line.action is not None, -line.contacts.expected, line.lead_s, line.key


def _handled(people: Spread, queues: Sequence[QueueData], *, start: datetime, end: datetime) -> Spread:
    """Contacts that people added handle between two times."""
    span_s = (end - start).total_seconds()
    if span_s <= 0 or not queues:
        return NOTHING
    coming = [_between(demand, start, end) if (demand := queue.expected) else 0.0 for queue in queues]
    each = sum(coming)
    if each <= 0:
        return NOTHING
    # Seconds of a person one contact takes, several chats side by side, with what the occupancy limit leaves idle;
    # queues weigh by what they get.
    work = [handling_time.planned(queue).seconds / queue.row.concurrency / queue.row.max_occupancy for queue in queues]
    paid_s = sum(part * seconds for part, seconds in zip(coming, work, strict=True)) / each
    able = people.times(span_s / paid_s)
    return Spread(min(able.low, each), min(able.expected, each), min(able.high, each))


def _between(demand: Demand, start: datetime, end: datetime) -> float:
    """Expected contacts between two times, intervals in proportion."""
    first, last, width = start.timestamp(), end.timestamp(), INTERVAL.total_seconds()
    parts = (
        max(0.0, min(at + width, last) - max(at, first)) / width * middle
        for at, middle in zip(demand.starts.tolist(), demand.p50.tolist(), strict=True)
    )
    return float(sum(parts))


def _cost(lever: Lever, contacts: Spread, queues: Sequence[QueueData]) -> tuple[float, float | None]:
    """What pulling it costs, and for how many hours that is; one that is paid once costs the same for any."""
    if lever.kind == PEOPLE:
        hours = lever.least_s / HOUR_S
        return lever.capacity * (lever.cost_once + lever.cost_per_hour * hours), hours
    if lever.kind == DEFER:
        aht = [handling_time.planned(queue).seconds for queue in queues]
        work_h = contacts.expected * sum(aht) / len(aht) / HOUR_S if aht else 0.0
        return lever.cost_once + lever.cost_per_hour * work_h, LOOKED_AHEAD.total_seconds() / HOUR_S
    hours = max(lever.least_s, min(LOOKED_AHEAD.total_seconds(), lever.most_s)) / HOUR_S
    return lever.cost_once + lever.cost_per_hour * hours, hours if lever.cost_per_hour else None
