"""Days as people see them: local midnights, and queues by the time zone they live in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.storage.rows import QueueRow


def local_midnight(now: datetime, zone: str, *, days: int = 0) -> datetime:
    """The beginning of the local day, in UTC, or of one some days later; a day may have 23 or 25 hours."""
    # Noon exists once on every day, whatever summer time does around midnight.
    noon = now.astimezone(ZoneInfo(zone)).replace(hour=12, minute=0, second=0, microsecond=0, fold=0)
    return (noon + timedelta(days=days)).replace(hour=0).astimezone(UTC)


def by_zone(queues: Iterable[QueueRow]) -> dict[str, list[QueueRow]]:
    """Queues grouped by time zone."""
    zones: dict[str, list[QueueRow]] = {}
    for queue in queues:
        zones.setdefault(queue.timezone, []).append(queue)
    return zones
