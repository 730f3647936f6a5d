"""What the board shows of levers: what each would bring now, what was done, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LOOKED_AHEAD = timedelta(hours=2)  # levers are ranked by what they bring within this
UNDO_WITHIN = timedelta(minutes=5)
LEVER, UPDATE, NOTE = "lever", "update", "note"
PHASE = "phase"  # a mark on a chart: an outage went on to another phase
DEMAND, PEOPLE, DEFER = "demand", "people", "defer"


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure as a range around what is expected; shares in [0, 1]."""

    low: float
    expected: float
    high: float

    def times(self, factor: float) -> Spread:
        """The range of a multiple."""
        return Spread(self.low * factor, self.expected * factor, self.high * factor)


@dataclass(frozen=True, slots=True)
class EffectView:
    """A measure that an outlook counts with: when it works, and the share of the contacts it is assumed to avoid."""

    key: str
    start: datetime
    end: datetime
    share: Spread


@dataclass(frozen=True, slots=True)
class Measured:
    """Share of the contacts avoided, from counts against the outlook before; without one, `why` there is none yet.

    `why`: soon (too little counted since), no_outlook (none was made before), too_few (too few contacts expected).
    `others` were done meanwhile as well, and the share is of all of them together.
    """

    share: Spread | None = None
    why: str = ""
    contacts: float = 0.0  # counted above normal
    others: int = 0


@dataclass(frozen=True, slots=True)
class ActionView:
    """Something done about an incident."""

    id: int
    kind: str  # lever | update | note
    lever: str
    text: str
    at: datetime
    by: str
    starts_at: datetime  # when it begins to work
    ends_at: datetime | None  # when it was, or by the catalogue will be, over
    ended: bool
    assumed: Spread | None  # share of the contacts avoided; None: it avoids none
    measured: Measured | None

    def may_be_undone(self, now: datetime) -> bool:
        """Whether it is still early enough to say that it never was."""
        return now - self.at <= UNDO_WITHIN


@dataclass(frozen=True, slots=True)
class LeverLine:
    """A lever of the catalogue and what it would bring within two hours if it were pulled now."""

    key: str
    kind: str  # demand | people | defer
    contacts: Spread  # avoided, handled by the people added, or put off
    people: Spread | None  # added; None unless its kind is people
    lead_s: float
    cost: float  # of the shortest shift of all its people; of two hours; of what is put off
    cost_hours: float | None  # what the cost is for, where it is for a time
    source: str  # where its figures come from; empty: it is the shipped lever with shipped figures
    changed: bool  # a person has set its range
    blocked_by: str = ""  # a lever that is on and excludes it
    action: ActionView | None = None  # while it is on


@dataclass(frozen=True, slots=True)
class LeverBoard:
    """The levers for one incident, those not pulled yet first, by what they bring."""

    incident_id: int
    incident_title: str
    configured: bool
    problem: str  # what is wrong with the catalogue's file
    currency: str
    lines: tuple[LeverLine, ...]
    done: tuple[ActionView, ...]  # all that was done and not taken back, the latest first


@dataclass(frozen=True, slots=True)
class Mark:
    """Something done, as a chart shows it."""

    at: datetime
    kind: str
    lever: str
    text: str = ""
