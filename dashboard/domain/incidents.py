"""An incident: the one record of the facts that forecast, replies and status read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Phase(StrEnum):
    """The phases in their order; an incident may step back when the cause was another."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    REVIEWED = "reviewed"


class Severity(StrEnum):
    """How bad it is for the customers."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class IncidentError(ValueError):
    """Facts that contradict each other; `field` names the form field to mend."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


_TIMES = ("started_at", "eta", "next_update_at", "ended_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFacts:
    """All that is known of an incident; title, start and affected customers are asked for, the rest has a default.

    Times are aware UTC. `contact_share` is the share of affected customers who get in touch, [0, 1], an assumption
    with its range; None means the default of the surge model.
    """

    title: str
    started_at: datetime
    affected_low: int
    affected_high: int
    severity: Severity = Severity.MAJOR
    phase: Phase = Phase.INVESTIGATING
    services: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()  # queues it strikes; empty: all
    cause: str = ""
    region: str = ""
    compensation: str = ""
    eta: datetime | None = None
    next_update_at: datetime | None = None
    ended_at: datetime | None = None
    contact_share_low: float | None = None
    contact_share_high: float | None = None

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise IncidentError("title", "an incident needs a title")
        if len(self.title) > 200:
            raise IncidentError("title", f"a title has at most 200 characters, got {len(self.title)}")
        for name in _TIMES:
            value = getattr(self, name)
            if value is not None and value.utcoffset() is None:
                raise IncidentError(name, f"{name} needs a time zone, got {value}")
        if not 0 <= self.affected_low <= self.affected_high:
            raise IncidentError(
                "affected_low",
                f"affected customers need 0 ≤ low ≤ high, got {self.affected_low} to {self.affected_high}",
            )
        if self.eta is not None and self.eta < self.started_at:
            raise IncidentError("eta", "the estimated end lies before the start")
        low, high = self.contact_share_low, self.contact_share_high
        if (low is None) != (high is None):
            raise IncidentError("contact_share_low", "give both ends of the contact share, or neither")
        if low is not None and high is not None and not 0 < low <= high <= 1:
            raise IncidentError("contact_share_low", f"the contact share needs 0 < low ≤ high ≤ 1, got {low} to {high}")

    @property
    def is_open(self) -> bool:
        """Whether it still shapes forecast and replies."""
        return self.phase not in (Phase.RESOLVED, Phase.REVIEWED)

    def changed(self, **facts: Any) -> IncidentFacts:
        """The same incident with some facts replaced, checked again."""
        return replace(self, **facts)

    def to_json(self) -> dict[str, Any]:
        """Plain values for the store; times as ISO 8601."""
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> IncidentFacts:
        """Read what `to_json` wrote; unknown keys of a later version are left out."""
        known = {f.name for f in fields(cls)}
        facts = {k: v for k, v in stored.items() if k in known}
        for name in _TIMES:
            if facts.get(name):
                facts[name] = datetime.fromisoformat(facts[name])
        for name in ("services", "queues"):
            facts[name] = tuple(facts.get(name, ()))
        facts["severity"] = Severity(facts.get("severity", Severity.MAJOR))
        facts["phase"] = Phase(facts.get("phase", Phase.INVESTIGATING))
        return cls(**facts)
