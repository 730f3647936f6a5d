"""When something is due: every so often, and once a night; on the clock it is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass
class Every:
    """Due at once, then `period` after it was last done."""

    period: timedelta
    last: datetime | None = None

    def due(self, now: datetime) -> bool:
        """Whether it is time; a clock that was put back does not stop it."""
        return self.last is None or not timedelta(0) <= now - self.last < self.period

    def done(self, now: datetime) -> None:
        """It was done now."""
        self.last = now


@dataclass
class Nightly:
    """Due once for each local day, from a wall-clock time on; the night in which the process starts counts as done."""

    at: time
    zone: ZoneInfo
    last: datetime | None = None

    def due(self, now: datetime) -> bool:
        """Whether this night's time has passed since it was last done."""
        if self.last is None:
            self.last = now
        return self.last < self._latest(now) <= now

    def done(self, now: datetime) -> None:
        """It was done now."""
        self.last = now

    def _latest(self, now: datetime) -> datetime:
        local = now.astimezone(self.zone)
        today = datetime.combine(local.date(), self.at, tzinfo=self.zone)
        # Subtracting a day from a wall-clock time keeps the wall clock, also over a change to or from summer time.
        return today if today <= local else today - timedelta(days=1)


@dataclass
class Backoff:
    """Waits that double with each failure in a row, from `first_s` to `max_s` [s]."""

    first_s: float = 1.0
    max_s: float = 60.0
    failures: int = 0

    def failed(self) -> float:
        """Count a failure and say how long to wait."""
        self.failures += 1
        return float(min(self.first_s * 2.0 ** min(self.failures - 1, 30), self.max_s))

    def succeeded(self) -> None:
        """Begin anew."""
        self.failures = 0
