"""What if: the inputs a planner may move, and the figures that answer, each beside its value without the change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from dashboard.domain.board import Range

CLEARED, NO_BACKLOG, OPEN_AT_END = "cleared", "no_backlog", "open_at_end"


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different from now on; None leaves an input as it is.

    `aht`, `people`, `patience`, `volume` and `affected` are factors; `shrinkage`, `service_level` and `deflection` are
    shares, deflection of the contacts an incident brings; `answer_within_s` is a time; `eta_h` moves the end by hours.
    """

    aht: float | None = None
    people: float | None = None
    shrinkage: float | None = None
    service_level: float | None = None
    answer_within_s: float | None = None
    patience: float | None = None
    volume: float | None = None
    deflection: float | None = None
    affected: float | None = None
    eta_h: float | None = None

    def given(self) -> Iterator[tuple[str, float]]:
        """The inputs that were moved."""
        for one in fields(self):
            value = getattr(self, one.name)
            if value is not None:
                yield one.name, value


@dataclass(frozen=True, slots=True)
class Clearing:
    """When the backlog is gone, at median, low and high demand: a status each, and the time where it is `cleared`."""

    status: str  # cleared | no_backlog | open_at_end: not within what is looked at
    middle: datetime | None
    low_status: str
    low: datetime | None
    high_status: str
    high: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens within the time looked at; the first five are of queues whose customers wait, None without any."""

    service_level: float | None
    unserved: Range | None
    clear: Clearing | None
    queue_peak: float | None
    queue_peak_at: datetime | None
    wait_peak_s: float | None
    needed: Range | None  # people to schedule at the peak
    needed_at: datetime | None
    waiting: tuple[tuple[datetime, float], ...]  # expected number waiting at the end of each interval


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the inputs stand without a change; a range where queues differ."""

    aht_s: tuple[float, float]
    patience_s: tuple[float, float]
    shrinkage: tuple[float, float]
    service_level: tuple[float, float]
    answer_within_s: tuple[float, float]
    people: float  # at work at the peak
    affected: tuple[int, int] | None  # of the open incidents; None where nobody knows
    eta: datetime | None  # the earliest promised end


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The answer. `queues` counts those whose customers wait; `incident` is the open one's title, empty without."""

    now: datetime
    until: datetime
    sight: datetime  # how far the end of the backlog is looked for
    timezone: str
    queues: int
    incident: str
    standing: Standing
    before: Outcome
    after: Outcome
    cautions: tuple[str, ...]
    rostered: int = 0  # queues whose people at work are the roster's; the others have those of an ordinary day
