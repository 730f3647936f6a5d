"""How fast contacts are stored, against the two plain ways of doing it.

    python -m tests.bench.bench_ingest [--events 1000000] [--backend sqlite postgresql]

Every figure counts from a list of ContactEvent to the commit, in batches of 20,000, with the interval volumes kept in
step. The plain ways only insert the contacts and keep no volumes. Making the contacts is not counted.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from connectors.records import ContactEvent
from connectors.source import Batch
from connectors.storage import schema
from connectors.storage.engine import session_factory
from connectors.storage.ids import queue_ids
from connectors.storage.write import apply_batch, recount, upsert_sources
from connectors.storage.write.events import OUTCOME_CODES
from tests.bench.store_bench import QUEUES, T0, Stopwatch, contacts, machine, migrated, peak_rss_mb

BATCH = 20_000
PLAIN = 60_000
CHUNK = 1_000  # of insert().values([…]): more would pass the databases' limit of variables
TARGETS = {"sqlite": 100_000, "postgresql": 60_000}
Store = Callable[[sessionmaker[Session], Sequence[ContactEvent]], None]


class _Base(DeclarativeBase):
    metadata = schema.metadata


class _Contact(_Base):
    __table__ = schema.contact_event


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--backend", nargs="+", choices=list(TARGETS), default=list(TARGETS))
    arguments = parser.parse_args()
    print(machine())
    for backend in arguments.backend:
        with migrated(backend) as engine:
            _measure(backend, engine, arguments.events)
    print(f"peak memory of the storing process: {peak_rss_mb():.0f} MB")


def _measure(backend: str, engine: Engine, n: int) -> None:
    sessions = session_factory(engine)
    with sessions.begin() as session:
        upsert_sources(session, [(name, "csv", "live") for name in ("calls", "shuffled", "plain")])
    print(f"{backend} (wanted: {TARGETS[backend]:,} events/s)")
    fresh = _time(sessions, "into an empty store", n, 0, _store("calls"))
    _time(sessions, f"into {n:,} contacts", n, n, _store("calls"))
    _time(sessions, f"into {2 * n:,}, ids anywhere", n, 2 * n, _store("shuffled"), shuffled_ids=True)
    _time(sessions, "the first again, nothing new", n, 0, _store("calls"))
    for name, plain in (("session.add_all", _add_all), ("insert().values([…])", _values)):
        rate = _time(sessions, f"{name}, contacts alone", min(n, PLAIN), 4 * n, plain)
        print(f"    ours into an empty store is {fresh / rate:.1f} times as fast")
        _forget_plain(sessions)
    with sessions.begin() as session:
        print(f"  quarter-hours that differ from a recount: {recount(session)}")


def _time(
    sessions: sessionmaker[Session],
    what: str,
    n: int,
    first: int,
    store: Store,
    *,
    shuffled_ids: bool = False,
) -> float:
    watch = Stopwatch()
    for start in range(first, first + n, BATCH):
        events = contacts(start, min(BATCH, first + n - start), shuffled_ids=shuffled_ids)
        with watch:
            store(sessions, events)
    rate = n / watch.seconds
    print(f"  {what:<36}{rate:>10,.0f} events/s, {n / watch.cpu_seconds:>9,.0f} a second of this process", flush=True)
    return rate


def _store(source: str) -> Store:
    def store(sessions: sessionmaker[Session], events: Sequence[ContactEvent]) -> None:
        with sessions.begin() as session:
            apply_batch(session, Batch(watermark=events[-1].external_id, events=events), source=source, now=T0)

    return store


def _add_all(sessions: sessionmaker[Session], events: Sequence[ContactEvent]) -> None:
    with sessions.begin() as session:
        ids = queue_ids(session)
        session.add_all([_Contact(**_columns(event, ids)) for event in events])


def _values(sessions: sessionmaker[Session], events: Sequence[ContactEvent]) -> None:
    with sessions.begin() as session:
        ids = queue_ids(session)
        for start in range(0, len(events), CHUNK):
            rows = [_columns(event, ids) for event in events[start : start + CHUNK]]
            session.execute(insert(schema.contact_event).values(rows))


def _columns(event: ContactEvent, ids: dict[str, int]) -> dict[str, object]:
    return {
        "source_id": 3,
        "external_id": event.external_id,
        "queue_id": ids[event.queue],
        "outcome": OUTCOME_CODES[event.outcome],
        "arrived_at": event.arrived_at,
        "answered_at": event.answered_at,
        "ended_at": event.ended_at,
        "caller": event.caller,
    }


def _forget_plain(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        assert len(queue_ids(session)) == QUEUES
        session.execute(text("DELETE FROM contact_event WHERE source_id = 3"))


if __name__ == "__main__":
    main()
