"""What other systems send to us: who may send, and storing it with its log in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.errors import ConfigError
from connectors.records import RejectedRecord
from connectors.registry import build_pushed, is_pushed
from connectors.source import PushedSource
from connectors.storage.rows import IngestResult
from connectors.storage.write import apply_batch, lock_source, note_delivery, note_refusal, short_wait
from dashboard.services.sources.source_setup import caller_hash_of, source_configs
from dashboard.settings import Settings

# Whoever sends waits for the answer, on a thread that others want: better to be asked again than to hold it.
WAIT_FOR_STORE_S = 2.0


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a delivery."""

    received: Mapping[str, int]
    stored: IngestResult
    rejected: tuple[RejectedRecord, ...]


def senders(settings: Settings) -> dict[str, PushedSource]:
    """The configured sources that are sent to us, by name, to check deliveries with; `take` builds those that store.

    Raises ConfigError where a block cannot be used.
    """
    pushed = (config for config in source_configs(settings) if is_pushed(config.kind))
    return {config.name: build_pushed(config, caller_hash=_only_checked) for config in pushed}


def take(
    session: Session,
    name: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    settings: Settings,
    now: datetime,
) -> Taken:
    """Store an admitted delivery; raises DeliveryError, and SQLAlchemy's OperationalError where the store is busy."""
    with short_wait(session, seconds=WAIT_FOR_STORE_S):
        config = next(config for config in source_configs(settings) if config.name == name)
        source = build_pushed(config, caller_hash=caller_hash_of(session))
        watermark = lock_source(session, name)
        batch = source.read(body, watermark, headers=headers, now=now)
        stored = apply_batch(session, batch, source=name, now=now)
        note_delivery(session, name, now=now, result=stored)
    counts = {
        "events": len(batch.events),
        "intervals": len(batch.volumes),
        "states": len(batch.states),
        "signals": len(batch.signals),
    }
    return Taken(counts, stored, tuple(batch.rejected))


def note_refused(session: Session, name: str, *, message: str, now: datetime) -> None:
    """Let the sources page say that a delivery was refused."""
    with short_wait(session, seconds=WAIT_FOR_STORE_S):
        note_refusal(session, name, message=f"a delivery was refused: {message}", now=now)


def _only_checked(caller: str) -> str:
    raise ConfigError("a source that was built to check deliveries stores none")
