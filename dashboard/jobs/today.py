"""The running day in the live loop: its rest is forecast anew, and its counts are watched."""

from __future__ import annotations

from sqlalchemy.orm import Session

from connectors.storage.write import add_forecasts
from dashboard.domain.clock import Clock
from dashboard.services.ordinary import onset_watch
from dashboard.services.ordinary.day_update import DayUpdates
from dashboard.services.ordinary.pool_watch import PoolWatches, frozen_by
from dashboard.services.ordinary.running_day import Memories, todays
from dashboard.services.readings import board_data
from dashboard.settings import Settings


class TodayWatch:
    """Keeps what is expensive to read, and what was done already, from round to round."""

    def __init__(self) -> None:
        self._memories, self._updates, self._pools = Memories(), DayUpdates(), PoolWatches()

    def look(self, session: Session, *, settings: Settings, clock: Clock) -> int:
        """Make the updates that are due, report what the watch sees; returns how many updates were made."""
        memories = self._memories.of(session)
        if not memories:
            return 0
        data = board_data.load(session, settings=settings, clock=clock)
        days = list(todays(session, data, memories))
        rate = settings.board.false_alarms_per_week
        together = self._pools.raised(onset_watch.free_of(days), rate_per_week=rate)
        made = self._updates.due(days, now=data.now, pooled=frozen_by(together))
        add_forecasts(session, made)
        onset_watch.look(session, days, together, rate_per_week=rate, now=data.now)
        return len(made)
