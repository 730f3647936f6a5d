"""Where and how long a reply holds, beside its channel, language and phases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from dashboard.domain.folding import fold
from dashboard.domain.incidents import IncidentFacts

# Facts whose change puts a reply up for approval once more, where it says so; others only change its words.
REAPPROVE_FACTS: Final = ("eta", "cause", "compensation")
WARN_BEFORE: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Terms:
    """Empty means everywhere, always, for any incident; `reapprove_on` names facts of the incident."""

    services: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    incident_id: int | None = None
    reapprove_on: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """What is stored beside the two times."""
        stored: dict[str, Any] = {"services": list(self.services), "regions": list(self.regions)}
        stored |= {"incident": self.incident_id, "reapprove_on": list(self.reapprove_on)}
        return {name: value for name, value in stored.items() if value not in ([], None)}

    @classmethod
    def from_json(
        cls, stored: Mapping[str, Any], *, valid_from: datetime | None = None, valid_until: datetime | None = None
    ) -> Terms:
        """Read what `to_json` wrote; unknown keys of a later version are left out."""
        return cls(
            tuple(stored.get("services", ())),
            tuple(stored.get("regions", ())),
            stored.get("incident"),
            tuple(stored.get("reapprove_on", ())),
            valid_from,
            valid_until,
        )

    def begun(self, now: datetime) -> bool:
        """Whether its time has come."""
        return self.valid_from is None or self.valid_from <= now

    def over(self, now: datetime) -> bool:
        """Whether its time has gone by."""
        return self.valid_until is not None and self.valid_until <= now

    def current(self, now: datetime) -> bool:
        """Whether it holds now."""
        return self.begun(now) and not self.over(now)

    def ends_soon(self, now: datetime) -> bool:
        """Whether its owner should look after it: it ends within a day."""
        return self.valid_until is not None and now < self.valid_until <= now + WARN_BEFORE


ANYWHERE: Final = Terms()


def out_of_place(terms: Terms, *, facts: IncidentFacts | None, incident_id: int | None) -> str | None:
    """The first of incident, services and regions that a reply was not written for; None where it fits.

    What the incident does not say yet rules nothing out.
    """
    if terms.incident_id is not None and terms.incident_id != incident_id:
        return "incident"
    if facts is None:
        return None
    if not _meet(terms.services, facts.services):
        return "services"
    return None if _meet(terms.regions, (facts.region,) if facts.region else ()) else "regions"


def _meet(wanted: Sequence[str], said: Sequence[str]) -> bool:
    """Whether two lists name something in common; `Nord` meets `Region Nord`, and "" rules nothing out."""
    if not wanted or not said:
        return True
    ours, theirs = [fold(one) for one in wanted], [fold(one) for one in said]
    return any(f" {one} " in f" {other} " or f" {other} " in f" {one} " for one in ours for other in theirs)
