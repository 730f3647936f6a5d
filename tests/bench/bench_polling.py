"""How much later than it could be a record is in the store, with many sources and one worker.

Each source is asked every `--poll` seconds by the worker as it runs in an installation, drawing its pages all the
while, and takes 50 to 250 ms for an answer with one new contact. The lag added by us is the time from when the source
should have been asked (its first turn plus a whole number of polls) until the contact is committed, less the source's
own time.

Run: python -m tests.bench.bench_polling [--sources 50] [--poll 15] [--seconds 75] [--postgresql]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from random import Random
from typing import ClassVar

from connectors.records import Channel, ContactEvent, Outcome
from connectors.source import Batch, Evidence, SourceConfig
from connectors.storage.write import upsert_queues, upsert_sources
from dashboard.app import live_pages
from dashboard.domain.clock import system_clock
from dashboard.jobs import logs
from dashboard.jobs.background import Background
from dashboard.jobs.snapshots import Snapshots
from dashboard.jobs.worker import Worker
from dashboard.services.sources.source_setup import queue_rows
from dashboard.services.store import open_store
from dashboard.settings import Settings
from tests.databases import postgresql_server

GOAL_S = 1.0


class TimedSource:
    """One contact a poll, after the vendor's own time; keeps the lag that we added."""

    KIND: ClassVar[str] = "timed"
    EVIDENCE: ClassVar[Evidence] = Evidence.STUB

    def __init__(self, number: int, *, poll_s: float) -> None:
        self.config = SourceConfig(f"s{number:03d}", self.KIND, {})
        self.added: list[float] = []
        self._poll_s, self._random = poll_s, Random(number)
        self._first, self._turn = 0.0, 0

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """What a vendor's page would bring."""
        began = time.monotonic()
        if not self._turn:
            self._first = began
        due = self._first + self._turn * self._poll_s
        answer_s = self._random.uniform(0.05, 0.25)
        time.sleep(answer_s)
        event = ContactEvent(f"c{self._turn}", f"q{self._random.randrange(5)}", Channel.CALL, now, Outcome.WAITING)
        self._turn += 1
        yield Batch(str(self._turn), [event])
        if self._turn > 1:  # by now the batch is committed; the first turn is the start's, not the pace's
            self.added.append(time.monotonic() - due - answer_s)


def main() -> int:
    """Run the worker for a while and print the lag added."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sources", type=int, default=50)
    parser.add_argument("--poll", type=float, default=15.0)
    parser.add_argument("--seconds", type=float, default=75.0)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own instead of SQLite")
    chosen = parser.parse_args()
    server = postgresql_server() if chosen.postgresql else nullcontext(None)
    with tempfile.TemporaryDirectory(prefix="andrang-bench-") as folder, server as url:
        sources = [TimedSource(number, poll_s=chosen.poll) for number in range(chosen.sources)]
        _run(sources, _settings(chosen.poll, folder, url=url), seconds=chosen.seconds)
    added = sorted(lag for source in sources for lag in source.added)
    p50, p95 = (added[round(share * (len(added) - 1))] for share in (0.5, 0.95))
    print(f"{datetime.now(UTC):%Y-%m-%d} {chosen.sources} sources every {chosen.poll:g} s, {len(added)} polls")
    print(f"lag added: p50 {p50:.3f} s, p95 {p95:.3f} s, max {added[-1]:.3f} s (goal: p95 at most {GOAL_S:g} s)")
    return 0 if p95 <= GOAL_S else 1


def _settings(poll_s: float, folder: str, *, url: str | None) -> Settings:
    return Settings.model_validate(
        {
            "store": {"data_dir": folder, "url": url},
            "board": {"poll_s": poll_s},
            "queues": {f"q{n}": {"label": f"Queue {n}", "channel": "call"} for n in range(5)},
        }
    )


def _run(sources: list[TimedSource], settings: Settings, *, seconds: float) -> None:
    sessions = open_store(settings, migrate=True)
    with sessions.begin() as session:
        upsert_queues(session, queue_rows(settings))
        upsert_sources(session, [(source.config.name, source.KIND, "stub") for source in sources])
    log = logs.configure("bench").bind()
    quiet = _Quiet(log)
    worker = Worker(
        settings,
        sessions,
        sources=sources,
        snapshots=Snapshots(live_pages(), settings, clock=system_clock, log=quiet),  # type: ignore[arg-type]
        background=Background(quiet, command=("-c", "pass")),  # type: ignore[arg-type]
        clock=system_clock,
        log=quiet,  # type: ignore[arg-type]
    )
    threading.Timer(seconds, worker.stop).start()
    worker.run()
    for thread in threading.enumerate():
        if thread.name.startswith("pull "):
            thread.join(2.0)  # the database goes with the end of this function


class _Quiet:
    """Says what goes wrong only."""

    def __init__(self, log: object) -> None:
        self.warning = self.exception = self.error = getattr(log, "warning")  # noqa: B009

    def info(self, *_: object, **__: object) -> None:
        """Nothing of note."""

    def bind(self, **_: object) -> _Quiet:
        """Itself."""
        return self


if __name__ == "__main__":
    sys.exit(main())
