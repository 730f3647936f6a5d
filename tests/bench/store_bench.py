"""What both benchmarks of the store need: databases to measure on, contacts to store, and how to say a figure."""

from __future__ import annotations

import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from connectors.records import Channel, ContactEvent, Outcome
from connectors.storage.engine import make_engine, upgrade
from tests.databases import postgresql_server

QUEUES = 30
T0 = datetime(2026, 1, 5, tzinfo=UTC)


@contextmanager
def migrated(backend: str) -> Iterator[Engine]:
    """An empty, migrated database with the settings of the product, on disk."""
    if backend == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield from _engine(f"sqlite:///{folder}/andrang.db")
    else:
        with postgresql_server() as url:
            yield from _engine(url)


def _engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    upgrade(engine)
    yield engine
    engine.dispose()


def contacts(first: int, n: int, *, shuffled_ids: bool = False) -> list[ContactEvent]:
    """Finished calls, two a second; ids grow with time as a telephone system's do, or lie anywhere."""
    rng = random.Random(first)
    return [_contact(i, rng, shuffled_ids) for i in range(first, first + n)]


def _contact(i: int, rng: random.Random, shuffled_ids: bool) -> ContactEvent:
    arrived = T0 + timedelta(seconds=i / 2)
    waited = arrived + timedelta(seconds=rng.expovariate(1 / 30))
    answered = rng.random() < 0.9
    return ContactEvent(
        external_id=f"{rng.getrandbits(128):032x}" if shuffled_ids else f"{arrived.timestamp():.0f}.{i}",
        queue=f"queue{rng.randrange(QUEUES):02}",
        channel=Channel.CALL,
        arrived_at=arrived,
        outcome=Outcome.ANSWERED if answered else Outcome.ABANDONED,
        answered_at=waited if answered else None,
        ended_at=waited + timedelta(seconds=rng.expovariate(1 / 240)) if answered else waited,
        caller=f"{rng.getrandbits(64):016x}",
    )


class Stopwatch:
    """Adds up the seconds of the blocks it is entered for: on the wall, and of this process on a processor."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.cpu_seconds = 0.0

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._began[0]
        self.cpu_seconds += time.process_time() - self._began[1]


def machine() -> str:
    """What else the figures depend on."""
    return f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}"


def peak_rss_mb() -> float:
    """The most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
