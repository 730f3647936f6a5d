"""KIND "sql": contacts, or counts per interval, by one read-only query of a database.

Documents: https://docs.sqlalchemy.org/en/21/core/engines.html (the address), the database's own for the query.

The query names its columns as our glossary does (`SELECT id AS external_id, …`), so it holds the whole mapping:
contacts have external_id, arrived_at, queue, and may have answered_at, ended_at, outcome, caller, channel; counts (with
`interval`) have interval_start, offered, queue, and may have answered, abandoned, aht_s, channel. Times without an
offset are of the block's time zone. `:since` and `:until` must bound the time of the last change (for counts: the time
that is counted by); a fetch asks for one window after another, and looks back `overlap_s` for what was committed late.
Nothing can be changed: SQLite is opened read-only and refuses all but reading, PostgreSQL runs a READ ONLY transaction;
other databases get the same check of the query and a transaction that is rolled back: give a user that may only read.
Lost: rows that are deleted; changes that do not move the time the query bounds. Callers are kept as a hash only.
Evidence: live (PostgreSQL, SQLite); other databases have not been tried.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from connectors.errors import SourceError
from connectors.http import Since, first_day
from connectors.mapping import map_records
from connectors.options import Option, Secret, read_options, wrong
from connectors.records import Channel, ContactEvent, IntervalVolume
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.sql_query.database import Database, open_database
from connectors.sources.sql_query.faults import explained
from connectors.sources.sql_query.rows import RowReader
from connectors.sources.sql_query.statement import TIME_FORMS, bounds, parse_query

_HOUR = timedelta(hours=1)
_INTERVALS = {"5min": 300, "10min": 600, "15min": 900, "30min": 1800, "60min": 3600, "1h": 3600}
_LOOK_ROWS = 1000


class SqlQuery:
    """Reads window after window of a database; a window that was interrupted is read again."""

    KIND: ClassVar[str] = "sql"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("url", "Address of the database with its user and password, as SQLAlchemy writes it", secret=True),
        Option("path", "A SQLite file, in place of the address"),
        Option("query", "The query, with :since and :until, naming its columns as the documents say", required=True),
        Option("queue", "The queue of rows that name none"),
        Option("channel", "The channel of rows that name none", default="call", choices=tuple(Channel)),
        Option("interval", "The length of the intervals, where the query counts", choices=tuple(_INTERVALS)),
        Option(
            "time_form",
            "How :since and :until are given: time, text in the time zone of the block, or seconds or milliseconds "
            "since 1970; text for SQLite and time for others where it is left out",
            choices=TIME_FORMS,
        ),
        Option("overlap_s", "Seconds looked back for late commits", kind=float, default=300.0, low=0, high=604_800),
        Option("window_h", "Hours that one query spans while catching up", kind=int, default=24, low=1, high=8784),
        Option("timeout_s", "Seconds a query may take", kind=float, default=60.0, low=0.1, high=3600),
        Option("batch_rows", "Rows a transaction of ours", kind=int, default=5000, low=1, high=100_000),
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config = config
        self._values = values = read_options(config, self.OPTIONS)
        if (values["url"] is None) == (values["path"] is None):
            raise wrong(config, 'write either url_env = "NAME" (or url_file), or path = "FILE" for SQLite')
        try:
            self._statement = parse_query(values["query"])
        except ValueError as error:
            raise wrong(config, f"query {error}") from error
        self._interval_s = _INTERVALS.get(values["interval"])
        self._rows = RowReader(
            config,
            caller_hash=caller_hash,
            queue=values["queue"],
            channel=Channel(values["channel"]),
            interval_s=self._interval_s,
        )

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which everything changed since then is read."""
        return Since(since, (self._digest(),)).text()

    def probe(self, *, now: datetime) -> Probe:
        """The first rows of the last day."""
        with self._open() as database, database.reading():
            clock = database.clock()
            values = self._bounds(now - 24 * _HOUR, now, database=database)
            names, rows = next(database.rows(self._statement, values=values, batch_rows=_LOOK_ROWS))
            self._refuse_strange(names)
            records, rejected = self._mapped(rows, now=now)
        missing = [f"{len(rejected)} rows are refused, the first: {rejected[0].reason}"] if rejected else []
        many = "or more " if len(rows) == _LOOK_ROWS else ""
        queues = sorted({record.queue for record in records})
        return Probe(f"{len(rows)} {many}rows of the last 24 hours in {database.backend}", queues, clock, missing)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """All windows since the watermark, which moves behind each that is read to its end."""
        since = self._since(watermark, now)
        with self._open() as database:
            with database.reading():
                end = min(now, database.clock() or now)
            begun, start = since.at, since.start(self._values["overlap_s"])
            while since.at < end:
                until = min(since.at + timedelta(hours=self._values["window_h"]), end)
                for batch in self._window(database, since, start=start, until=until, now=now):
                    yield _placed(batch, begun=begun, end=end)
                since = since.advance(until, now=now)
                yield _placed(Batch(since.text()), begun=begun, end=end)
                start = since.at

    def _window(
        self, database: Database, since: Since, *, start: datetime, until: datetime, now: datetime
    ) -> Iterator[Batch]:
        """The rows of one window; its batches leave the watermark where it was."""
        values = self._bounds(start, until, database=database)
        with database.reading():
            size = self._values["batch_rows"]
            for names, rows in database.rows(self._statement, values=values, batch_rows=size):
                self._refuse_strange(names)
                records, rejected = self._mapped(rows, now=now)
                if records or rejected:
                    events = [record for record in records if isinstance(record, ContactEvent)]
                    volumes = [record for record in records if isinstance(record, IntervalVolume)]
                    yield Batch(since.text(), events=events, volumes=volumes, rejected=rejected)

    def _refuse_strange(self, names: tuple[str, ...]) -> None:
        if fault := self._rows.fault(names):
            raise SourceError(self._config.name, fault, permanent=True)

    def _mapped(self, rows: list[dict[str, Any]], *, now: datetime) -> Any:
        return map_records(map(self._rows.place, rows), self._rows.record, where=self._config.name, now=now)

    def _bounds(self, start: datetime, until: datetime, *, database: Database) -> dict[str, object]:
        if self._interval_s:  # a part of an interval would be taken for the whole
            start = datetime.fromtimestamp(start.timestamp() // self._interval_s * self._interval_s, UTC)
        form = self._values["time_form"] or ("text" if database.backend == "sqlite" else "time")
        return bounds(start, until, form=form, zone=ZoneInfo(self._config.timezone))

    def _since(self, watermark: str | None, now: datetime) -> Since:
        """Where it stands; from the beginning where the query is another one than it was."""
        digest = self._digest()
        since = Since.parse(watermark, default=first_day(now))
        if since.seen != (digest,):
            since = Since(first_day(now), (digest,))
        if self._interval_s:
            hour = since.at.replace(minute=0, second=0, microsecond=0)
            return Since(hour, since.seen)
        return since

    def _digest(self) -> str:
        keys = ("query", "queue", "channel", "interval", "time_form")
        said = [{key: self._values[key] for key in keys}, self._config.timezone, dict(self._config.queues)]
        return hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=6).hexdigest()

    @contextmanager
    def _open(self) -> Iterator[Database]:
        given = {"timezone": self._config.timezone, "timeout_s": self._values["timeout_s"]}
        with self._explaining(), open_database(self._config.name, self._url(), **given) as database:
            yield database

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            message, permanent = explained(error, hidden=self._url())
            raise SourceError(self._config.name, message, permanent=permanent) from None

    def _url(self) -> str:
        secret: Secret | None = self._values["url"]
        return f"sqlite:///{Path(self._values['path']).absolute()}" if secret is None else secret.reveal()


def _placed(batch: Batch, *, begun: datetime, end: datetime) -> Batch:
    """The batch with how far the catching up has come."""
    reached = datetime.fromisoformat(json.loads(batch.watermark)["since"])
    return Batch(
        batch.watermark,
        events=batch.events,
        volumes=batch.volumes,
        rejected=batch.rejected,
        done=round((reached - begun) / _HOUR),
        total=round((end - begun) / _HOUR),
        unit="hours",
    )
