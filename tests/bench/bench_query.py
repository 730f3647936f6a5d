"""How long a week of thirty queues takes to read, from the intervals and from the raw contacts.

    python -m tests.bench.bench_query [--events 10000000] [--backend sqlite postgresql]

The contacts are made by the database itself, for speed, and counted into intervals by the product's own recount.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from connectors.storage.engine import session_factory
from connectors.storage.read import get_open_contacts, get_volumes
from connectors.storage.rows import QueueRow
from connectors.storage.times import SECOND_US, to_us
from connectors.storage.write import recount, upsert_queues, upsert_sources
from connectors.storage.write.events import INTERVAL_SQL
from tests.bench.store_bench import QUEUES, T0, Stopwatch, machine, migrated, peak_rss_mb

WEEKS = 26
LIMIT_MS = 20
_SERIES = {
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < :last) SELECT n FROM s",
    "postgresql": "SELECT n FROM generate_series(0, CAST(:last AS BIGINT)) AS s(n)",
}
_TEXT = {"sqlite": "printf('%012d', n)", "postgresql": "lpad(n::text, 12, '0')"}
_RAW = text(
    f"SELECT queue_id, {INTERVAL_SQL} AS quarter, COUNT(*), COUNT(answered_at) FROM contact_event e"
    " WHERE arrived_at >= :start AND arrived_at < :end GROUP BY queue_id, quarter"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--backend", nargs="+", choices=list(_SERIES), default=list(_SERIES))
    arguments = parser.parse_args()
    print(machine())
    for backend in arguments.backend:
        with migrated(backend) as engine:
            _fill(engine, backend, arguments.events)
            _measure(engine)
    print(f"peak memory of the reading process: {peak_rss_mb():.0f} MB")


def _fill(engine: Engine, backend: str, n: int) -> None:
    watch = Stopwatch()
    with watch, session_factory(engine).begin() as session:
        upsert_sources(session, [("calls", "csv", "live")])
        upsert_queues(session, [QueueRow(f"queue{k:02}", f"Queue {k}", "call") for k in range(QUEUES)])
        session.execute(text(_insert_sql(backend)), {"last": n - 1, "start": to_us(T0), "gap": _gap_us(n)})
        recount(session)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    print(f"{backend}: {n:,} contacts of {WEEKS} weeks in {QUEUES} queues, made in {watch.seconds:.0f} s")


def _gap_us(n: int) -> int:
    return WEEKS * 7 * 86_400 * SECOND_US // n


def _insert_sql(backend: str) -> str:
    # Every contact waits and is served for some varying while; each fifteenth hangs up, the last thousand still wait.
    return (
        "INSERT INTO contact_event (source_id, external_id, queue_id, outcome, arrived_at, answered_at, ended_at)"
        f" SELECT 1, {_TEXT[backend]}, n * 7919 % {QUEUES} + 1,"
        " CASE WHEN n > :last - 1000 THEN 0 WHEN n % 15 = 0 THEN 3 ELSE 2 END, :start + n * :gap,"
        f" CASE WHEN n <= :last - 1000 AND n % 15 > 0 THEN :start + n * :gap + n * 7907 % 60 * {SECOND_US} END,"
        f" CASE WHEN n <= :last - 1000 THEN :start + n * :gap + (60 + n * 7901 % 600) * {SECOND_US} END"
        f" FROM ({_SERIES[backend]}) AS series"
    )


def _measure(engine: Engine) -> None:
    end = T0 + timedelta(weeks=WEEKS)
    start = end - timedelta(days=7)
    span = {"start": to_us(start), "end": to_us(end)}
    with session_factory(engine)() as session:
        frame = get_volumes(session, start=start, end=end)
        print(f"  {len(frame):,} rows, {int(frame['offered'].sum()):,} contacts in the week")
        _time(session, f"from the intervals (wanted: {LIMIT_MS} ms)", lambda s: get_volumes(s, start=start, end=end))
        _time(session, "one queue", lambda s: get_volumes(s, start=start, end=end, queues=["queue07"]))
        _time(session, "open contacts", lambda s: get_open_contacts(s, now=end))
        _time(session, "offered and answered from contacts", lambda s: s.execute(_RAW, span).all(), times=3)


def _time(session: Session, what: str, query: Callable[[Session], object], *, times: int = 25) -> None:
    watches = [Stopwatch() for _ in range(times)]
    for watch in watches:
        with watch:
            query(session)
    wall = [watch.seconds * 1000 for watch in watches]
    cpu = statistics.median(watch.cpu_seconds * 1000 for watch in watches)
    print(f"  {what:<40} median {statistics.median(wall):7.1f} ms, least {min(wall):7.1f}, this process {cpu:7.1f}")


if __name__ == "__main__":
    main()
