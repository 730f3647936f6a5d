"""A surge plan as it is kept: what it was asked for, its lines, what it leaves short, and what binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

WEIGH, BUDGET, GOAL = "weigh", "budget", "goal"
AIMS: Final = (WEIGH, BUDGET, GOAL)
PLANNED, UNREACHABLE = "planned", "goal_unreachable"


@dataclass(frozen=True, slots=True)
class Aim:
    """Weigh money against people missing, spend at most a budget, or cover a share of the need at median demand."""

    kind: str = WEIGH
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What is assumed of one lever, in the units a person writes: minutes, money, shares."""

    key: str
    kind: str  # people | demand | defer
    capacity: float
    lead_min: float
    least_min: float
    most_min: float
    cost_per_hour: float
    cost_once: float
    low: float
    effect: float
    high: float
    source: str
    changed: tuple[str, ...] = ()  # names a person has set


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do. `why` is the key of its reason with the values it is said with."""

    lever: str
    kind: str
    start: datetime
    end: datetime
    people: float
    hours: float
    cost: float
    why: str
    values: tuple[tuple[str, str | float], ...]
    fixed: bool = False

    @property
    def key(self) -> str:
        """Its name among the plan's lines."""
        return f"{self.lever}|{self.start.isoformat()}|{self.end.isoformat()}"

    @property
    def may_be_counted(self) -> bool:
        """Whether a person can say how many: only people come in numbers."""
        return self.kind == "people"

    def of(self, people: int) -> Line:
        """The line with so many people, held; its hours and cost in proportion."""
        if not self.may_be_counted or self.people <= 0:
            return self
        share = people / self.people
        return replace(self, people=float(people), hours=self.hours * share, cost=self.cost * share, fixed=True)

    @property
    def may_be_fixed(self) -> bool:
        """Contacts put off have no one time to hold on to."""
        return self.kind != "defer"


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit that a better plan would need moved; `worth` of one more unit in the aim's unit, None: not priced."""

    limit: str
    lever: str
    worth: float | None


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """The plan of one incident; missing hours and covered shares are at median and at high demand (P50, P90)."""

    incident_id: int
    made_at: datetime
    made_by: str
    start: datetime
    end: datetime
    aim: Aim
    currency: str
    status: str
    cost: float
    gap: float
    missing_before: tuple[float, float]
    missing_after: tuple[float, float]
    covered: tuple[float, float]
    lines: tuple[Line, ...]
    binding: tuple[Binding, ...]
    removed: tuple[str, ...]  # levers not to be used

    def to_json(self) -> dict[str, Any]:
        """Plain values for the store."""
        plain = asdict(self)
        for line in plain["lines"]:
            line |= {"start": line["start"].isoformat(), "end": line["end"].isoformat()}
        times = {name: plain[name].isoformat() for name in ("made_at", "start", "end")}
        return plain | times

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> PlanRecord:
        """What `to_json` wrote."""
        times = {name: datetime.fromisoformat(stored[name]) for name in ("made_at", "start", "end")}
        pairs = {name: (stored[name][0], stored[name][1]) for name in ("missing_before", "missing_after", "covered")}
        return cls(
            **dict(stored)
            | times
            | pairs
            | {
                "aim": Aim(**stored["aim"]),
                "lines": tuple(_line(one) for one in stored["lines"]),
                "binding": tuple(Binding(**one) for one in stored["binding"]),
                "removed": tuple(stored["removed"]),
            }
        )

    def fixing(self, key: str) -> PlanRecord:
        """The plan with one line's hold turned over."""
        lines = tuple(
            replace(one, fixed=not one.fixed) if one.key == key and one.may_be_fixed else one for one in self.lines
        )
        return replace(self, lines=lines)

    def setting(self, key: str, people: int) -> PlanRecord:
        """The plan with another number of people on one line, which is held from then on."""
        return replace(self, lines=tuple(one.of(people) if one.key == key else one for one in self.lines))

    def without(self, lever: str) -> PlanRecord:
        """The plan without a lever's lines; it is not used again until it is given back."""
        lines = tuple(one for one in self.lines if one.lever != lever)
        return replace(self, lines=lines, removed=tuple(sorted({*self.removed, lever})))

    def giving(self, lever: str) -> PlanRecord:
        """The plan with a lever back in the choice."""
        return replace(self, removed=tuple(one for one in self.removed if one != lever))


def _line(stored: Mapping[str, Any]) -> Line:
    values = tuple((str(name), value) for name, value in stored["values"])
    times = {name: datetime.fromisoformat(stored[name]) for name in ("start", "end")}
    return Line(**dict(stored) | times | {"values": values})
