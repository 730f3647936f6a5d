"""Records and shortcuts for the tests of the store; all times count in seconds from T0."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session, sessionmaker

from connectors.records import Channel, ContactEvent, IntervalVolume, Outcome
from connectors.source import Batch
from connectors.storage.read import get_volumes
from connectors.storage.rows import IngestResult
from connectors.storage.write import apply_batch, upsert_sources

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOURCE = "calls"


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def event(
    external_id: str,
    arrived: float = 0,
    *,
    queue: str = "bank",
    answered: float | None = None,
    ended: float | None = None,
    channel: Channel = Channel.CALL,
    caller: str | None = None,
) -> ContactEvent:
    """A contact whose outcome follows from the times given."""
    if answered is None:
        outcome = Outcome.WAITING if ended is None else Outcome.ABANDONED
    else:
        outcome = Outcome.IN_SERVICE if ended is None else Outcome.ANSWERED
    return ContactEvent(
        external_id=external_id,
        queue=queue,
        channel=channel,
        arrived_at=at(arrived),
        outcome=outcome,
        answered_at=None if answered is None else at(answered),
        ended_at=None if ended is None else at(ended),
        caller=caller,
    )


def count(start: float, interval_s: int, offered: int, *, queue: str = "counted", **known: Any) -> IntervalVolume:
    return IntervalVolume(queue, Channel.CALL, at(start), interval_s, offered, **known)


def register(sessions: sessionmaker[Session], *names: str) -> None:
    with sessions.begin() as session:
        upsert_sources(session, [(name, "csv", "live") for name in names or (SOURCE,)])


def store(
    sessions: sessionmaker[Session],
    events: Sequence[ContactEvent] = (),
    volumes: Sequence[IntervalVolume] = (),
    *,
    source: str = SOURCE,
    **more: Any,
) -> IngestResult:
    """Apply one batch in a transaction of its own."""
    with sessions.begin() as session:
        batch = Batch(watermark=more.pop("watermark", "w"), events=events, volumes=volumes, **more)
        return apply_batch(session, batch, source=source, now=at(86_400))


def volumes(sessions: sessionmaker[Session]) -> pd.DataFrame:
    with sessions() as session:
        return get_volumes(session, start=at(-86_400), end=at(10 * 86_400))


def measures(sessions: sessionmaker[Session], queue: str, start: float) -> dict[str, float]:
    """One quarter-hour as a dict; KeyError where there is none."""
    frame = volumes(sessions).set_index(["queue", "interval_start"])
    row: dict[str, float] = frame.loc[(queue, pd.Timestamp(at(start)))].to_dict()
    return row
