"""What a drill plays and when: its day, its outage and its seed, kept in a small file beside its data."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dashboard.domain.clock import Clock
from dashboard.services.drill.drill_centre import ZONE, is_drill_day
from dashboard.settings import SettingsError

PLAN_FILE = "drill.json"
ONSET_AT = time(10)
MINUTE = 40
PLAYS_FOR = timedelta(hours=12)
AFFECTED = 2_000_000
SEED = 20


class DrillError(SettingsError):
    """A drill cannot be prepared or continued; says why and what to do."""


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """A drill's facts that nobody on the board sees: `starts_at` and `onset` aware UTC, `seed` of all chance."""

    starts_at: datetime
    onset: datetime
    affected: int
    seed: int

    @property
    def day(self) -> date:
        """The local date of the outage."""
        return self.onset.astimezone(ZoneInfo(ZONE)).date()

    @property
    def midnight(self) -> datetime:
        """Local midnight before the outage, in UTC."""
        return datetime.combine(self.day, time(), ZoneInfo(ZONE)).astimezone(UTC)

    @property
    def ends_at(self) -> datetime:
        """Until when contacts arrive."""
        return self.starts_at + PLAYS_FOR

    def write(self, folder: Path) -> None:
        """Keep the plan in the drill's folder."""
        said = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()}
        (folder / PLAN_FILE).write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> DrillPlan:
        """The plan of a prepared drill; raises DrillError where there is none."""
        file = folder / PLAN_FILE
        try:
            said = json.loads(file.read_text(encoding="utf-8"))
            times = {k: datetime.fromisoformat(said[k]) for k in ("starts_at", "onset")}
            return cls(**times, affected=int(said["affected"]), seed=int(said["seed"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DrillError(f"{file} is no drill's plan ({error}); prepare one with `andrang drill`") from error


def next_plan(clock: Clock, *, seed: int = SEED, affected: int = AFFECTED, minute: int = MINUTE) -> DrillPlan:
    """The drill that starts now, so many minutes into an outage that began at 10:00 local time.

    It is the latest working day that is not later than today.
    """
    zone = ZoneInfo(ZONE)
    day = clock().astimezone(zone).date()
    while not is_drill_day(day):
        day -= timedelta(days=1)
    onset = datetime.combine(day, ONSET_AT, zone).astimezone(UTC)
    return DrillPlan(onset + timedelta(minutes=minute), onset, affected, seed)
