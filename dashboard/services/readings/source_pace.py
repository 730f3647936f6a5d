"""How often a source is pulled, and how long a failing one is left alone.

A failure that may pass is followed by waits that double from the source's own pace to a minute. After six failures in
a row the breaker opens: the source is paused for two minutes, then four, then five, with one pull in between to see
whether it answers again. A failure that needs a person pauses it for five minutes at once. Any success closes it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connectors.storage.read import get_sources
from connectors.storage.rows import SourceRow
from connectors.storage.write import plan_retry
from dashboard.settings import Settings

TRIP_AFTER = 6  # failures in a row
RETRY_MAX_S = 60.0
PAUSE_FIRST_S, PAUSE_MAX_S = 120.0, 300.0


def poll_s(settings: Settings, source: str) -> float:
    """The seconds between two pulls: the source's own `poll_s`, else the board's."""
    block = settings.sources.get(source)
    if block is not None and block.poll_s is not None:
        return block.poll_s
    return settings.board.poll_s


def stale_after_s(settings: Settings, source: str) -> float:
    """How old the last success may be: a source that is pulled seldom by design is not stale between two pulls."""
    block = settings.sources.get(source)
    own = block.poll_s if block is not None and block.poll_s is not None else 0.0
    return max(float(settings.board.stale_after_s), 2 * own + 30.0 if own else 0.0)


def retry_s(failures: int, *, permanent: bool, poll_s: float) -> float:
    """How long to leave a source alone after so many failures in a row [s]."""
    if permanent:
        return PAUSE_MAX_S
    if failures < TRIP_AFTER:
        return min(max(1.0, poll_s) * 2.0 ** max(0, failures - 1), max(RETRY_MAX_S, poll_s))
    return max(min(PAUSE_FIRST_S * 2.0 ** min(failures - TRIP_AFTER, 10), PAUSE_MAX_S), poll_s)


def is_paused(row: SourceRow, now: datetime) -> bool:
    """Whether the breaker is open."""
    tripped = row.last_error_permanent or row.failures >= TRIP_AFTER
    return tripped and row.retry_at is not None and row.retry_at > now


def note_failure(session: Session, source: str, *, poll_s: float, now: datetime) -> float:
    """After a failed pull: note when the source is tried again, and say how long that is [s]."""
    row = next(row for row in get_sources(session, count_rejected=False) if row.name == source)
    wait_s = retry_s(row.failures, permanent=row.last_error_permanent, poll_s=poll_s)
    plan_retry(session, source, at=now + timedelta(seconds=wait_s))
    return wait_s
