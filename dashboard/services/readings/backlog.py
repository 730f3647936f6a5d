"""Who waits now: as the source reports it, else counted from open contacts; and whether it grows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from connectors.storage.read import get_setting
from connectors.storage.write import put_setting
from dashboard.services.readings.board_data import QueueData

SETTING = "backlog.log"
EVERY = timedelta(seconds=60)
OVER = timedelta(minutes=15)
SHORTEST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Waiting contacts and the longest wait, as of when; None where no source tells."""

    waiting: int | None
    longest_wait_s: float | None
    as_of: datetime | None
    stale: bool


def backlog(queue: QueueData, *, now: datetime, stale_after_s: int) -> Backlog:
    """A queue's backlog; a reported state counts while it is fresh, and where there is nothing else."""
    state, contacts = queue.state, queue.open_contacts
    fresh_state = state is not None and now - state.at <= timedelta(seconds=stale_after_s)
    if state is not None and (fresh_state or contacts is None):
        longest = state.longest_wait_s if state.waiting else 0.0
        return Backlog(state.waiting, longest, state.at, stale=not fresh_state)
    until = queue.until
    if contacts is None or until is None:
        return Backlog(None, None, None, stale=queue.fresh.stale)
    oldest = contacts.oldest_arrived_at
    longest = 0.0 if oldest is None else max(0.0, (until - oldest).total_seconds())
    return Backlog(contacts.waiting, longest, until, stale=queue.fresh.stale)


def record(session: Session, waiting: Mapping[str, int], *, now: datetime) -> None:
    """Keep how many wait now, beside the samples of the last quarter of an hour."""
    kept = [sample for sample in _samples(session) if now - OVER - EVERY <= sample[0] < now]
    stored = [[at.timestamp(), counts] for at, counts in (*kept, (now, dict(waiting)))]
    put_setting(session, SETTING, json.dumps(stored))


def changes_per_h(session: Session, waiting: Mapping[str, int], *, now: datetime) -> dict[str, float]:
    """Waiting contacts gained or lost per hour since the oldest sample that is 2 to 15 minutes old."""
    usable = [(at, counts) for at, counts in _samples(session) if SHORTEST <= now - at <= OVER + EVERY]
    changes: dict[str, float] = {}
    for key, count in waiting.items():
        earlier = next(((at, counts[key]) for at, counts in usable if key in counts), None)
        if earlier is not None:
            changes[key] = (count - earlier[1]) / ((now - earlier[0]) / timedelta(hours=1))
    return changes


def _samples(session: Session) -> Sequence[tuple[datetime, dict[str, int]]]:
    stored = json.loads(get_setting(session, SETTING) or "[]")
    return [(datetime.fromtimestamp(at, UTC), counts) for at, counts in stored]
