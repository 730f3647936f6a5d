"""One local day of a staffing view: cells by hour, sums over queues, the peak and the hours of work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.domain.board import QueueStaffing, StaffingCell, StaffingView


@dataclass(frozen=True, slots=True)
class Hour:
    """The highest need within one local hour that begins at `at`."""

    at: datetime
    agents_p50: int
    agents_p90: int
    scheduled_p50: int
    scheduled_p90: int
    rostered: float | None = None  # the fewest of the hour
    short_p50: float | None = None  # the most missing at a time
    short_p90: float | None = None


def of_day(view: StaffingView, day: date) -> StaffingView:
    """The same view with the cells of one local day only."""
    zone = ZoneInfo(view.timezone)

    def cut(queue: QueueStaffing) -> QueueStaffing:
        return replace(queue, cells=tuple(c for c in queue.cells if c.at.astimezone(zone).date() == day))

    return replace(view, queues=tuple(cut(queue) for queue in view.queues))


def local_day(view: StaffingView, offset: int) -> date:
    """The local date `offset` days after today."""
    return view.now.astimezone(ZoneInfo(view.timezone)).date() + timedelta(days=offset)


def total(queues: Iterable[QueueStaffing]) -> tuple[StaffingCell, ...]:
    """All queues together, interval by interval; people are added, so the upper end is on the cautious side."""
    sums: dict[datetime, StaffingCell] = {}
    for queue in queues:
        for cell in queue.cells:
            sums[cell.at] = _added(sums[cell.at], cell) if cell.at in sums else cell
    return tuple(sums[at] for at in sorted(sums))


def by_hour(cells: Sequence[StaffingCell], *, timezone: str) -> dict[datetime, Hour]:
    """The highest need of each local hour, by the hour's beginning."""
    zone = ZoneInfo(timezone)
    hours: dict[datetime, list[StaffingCell]] = {}
    for cell in cells:
        # From the aware moment, so that an hour which comes twice in autumn stays two hours.
        past = timedelta(minutes=cell.at.astimezone(zone).minute)
        hours.setdefault(cell.at - past, []).append(cell)
    return {at: _hour(at, group) for at, group in hours.items()}


def peak(cells: Sequence[StaffingCell]) -> StaffingCell | None:
    """The interval that needs most people; the first of equals."""
    return max(cells, key=lambda cell: (cell.scheduled_p50, cell.scheduled_p90), default=None)


def current(cells: Sequence[StaffingCell], now: datetime, *, interval_s: int) -> StaffingCell | None:
    """The interval under way."""
    return next((c for c in cells if c.at <= now < c.at + timedelta(seconds=interval_s)), None)


def missing_hours(cells: Sequence[StaffingCell], *, interval_s: int) -> tuple[float, float] | None:
    """Hours of work that the roster lacks at the median and at the upper end; None where it tells of no interval."""
    known = [(c.short_p50, c.short_p90 or 0.0) for c in cells if c.short_p50 is not None]
    if not known:
        return None
    hours = interval_s / 3600
    return sum(low for low, _ in known) * hours, sum(high for _, high in known) * hours


def person_hours(cells: Sequence[StaffingCell], *, interval_s: int) -> tuple[float, float]:
    """Scheduled hours of work at the median and at the upper end of demand."""
    hours = interval_s / 3600
    return sum(c.scheduled_p50 for c in cells) * hours, sum(c.scheduled_p90 for c in cells) * hours


def _hour(at: datetime, cells: Sequence[StaffingCell]) -> Hour:
    return Hour(
        at,
        max(c.agents_p50 for c in cells),
        max(c.agents_p90 for c in cells),
        max(c.scheduled_p50 for c in cells),
        max(c.scheduled_p90 for c in cells),
        min((c.rostered for c in cells if c.rostered is not None), default=None),
        max((c.short_p50 for c in cells if c.short_p50 is not None), default=None),
        max((c.short_p90 for c in cells if c.short_p90 is not None), default=None),
    )


def _added(one: StaffingCell, other: StaffingCell) -> StaffingCell:
    offered = one.offered_p50 + other.offered_p50
    agents = one.agents_p50 + other.agents_p50
    level = one.service_level * one.offered_p50 + other.service_level * other.offered_p50
    busy = one.occupancy * one.agents_p50 + other.occupancy * other.agents_p50
    return StaffingCell(
        one.at,
        offered,
        one.offered_p90 + other.offered_p90,
        agents,
        one.agents_p90 + other.agents_p90,
        one.scheduled_p50 + other.scheduled_p50,
        one.scheduled_p90 + other.scheduled_p90,
        level / offered if offered else 1.0,
        busy / agents if agents else 0.0,
        _known_sum(one.rostered, other.rostered),
        _known_sum(one.short_p50, other.short_p50),
        _known_sum(one.short_p90, other.short_p90),
    )


def _known_sum(one: float | None, other: float | None) -> float | None:
    """Of queues the roster does not name nothing is known, so nothing of them is added."""
    return other if one is None else one if other is None else one + other
