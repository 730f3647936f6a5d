"""A small centre in a real store: two call queues, one of tickets, four weeks of even history, and a frozen clock."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from connectors.records import Channel, ContactEvent, IntervalVolume, Outcome, QueueState
from connectors.source import Batch
from connectors.storage.engine import make_engine, session_factory, upgrade
from connectors.storage.rows import IngestResult
from connectors.storage.write import add_incident, apply_batch, finish_run, start_run, upsert_queues, upsert_sources
from dashboard.domain.incidents import IncidentFacts
from dashboard.services.ordinary import ordinary_day
from dashboard.services.sources.source_setup import queue_rows
from dashboard.settings import QueueSettings, Settings, SourceSettings, StoreSettings

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = datetime(2026, 3, 3, 10, 40, tzinfo=BERLIN)
QUARTER = timedelta(minutes=15)
OFFICE = "Mon-Fri 08:00-20:00"
CHANNELS = {"billing": Channel.CALL, "login": Channel.CALL, "forms": Channel.TICKET}
# What an ordinary quarter-hour brings.
NORMAL = {"billing": 40, "login": 20, "forms": 8}

_TEMPLATE = TemporaryDirectory(prefix="andrang-test-")


@lru_cache(maxsize=1)
def _migrated() -> Path:
    path = Path(_TEMPLATE.name) / "migrated.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    _settle(engine)
    return path


@lru_cache(maxsize=1)
def _ordinary() -> Path:
    folder = Path(_TEMPLATE.name) / "ordinary"
    folder.mkdir()
    centre = make_centre(folder)
    add_history(centre)
    ordinary_day.refresh(centre.sessions, settings=centre.settings, clock=centre.clock)
    _settle(centre.sessions.kw["bind"])
    return folder / "andrang.db"


def _settle(engine: Engine) -> None:
    """Leave one file that can be copied."""
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def settings_for(folder: Path) -> Settings:
    """Settings of the centre: the call log feeds both call queues, a second source the tickets."""
    queues = {
        key: QueueSettings(label=key.title(), channel=channel.value, opening=OFFICE, answer_within_s=20)
        for key, channel in CHANNELS.items()
    }
    sources = {
        "pbx": SourceSettings(kind="table", queues={"b": "billing", "l": "login"}),
        "desk": SourceSettings(kind="table", queues={"f": "forms"}),
    }
    return Settings(store=StoreSettings(data_dir=folder), queues=queues, sources=sources)


@dataclass
class Centre:
    """The store of one test and the time in it."""

    settings: Settings
    sessions: sessionmaker[Session]
    now: datetime = TUESDAY
    marks: int = field(default=0)

    def clock(self) -> datetime:
        """The frozen time, in UTC."""
        return self.now.astimezone(ZoneInfo("UTC"))

    def session(self) -> Session:
        """A session to read with."""
        return self.sessions()

    def store(self, source: str, **records: Sequence[object]) -> None:
        """Store records as one successful pull of a source, now."""
        self.marks += 1
        with self.sessions.begin() as session:
            run = start_run(session, source, now=self.clock())
            batch = Batch(watermark=str(self.marks), **records)  # type: ignore[arg-type]
            apply_batch(session, batch, source=source, now=self.clock())
            finish_run(session, run, now=self.clock(), result=IngestResult(), error=None)

    def pulled(self, *sources: str) -> None:
        """Sources were read successfully and brought nothing."""
        for source in sources or tuple(self.settings.sources):
            self.store(source)

    def open_incident(self, **facts: object) -> int:
        """Open an incident that began 40 minutes ago unless told otherwise."""
        known = {
            "title": "Login fails",
            "started_at": self.clock() - timedelta(minutes=40),
            "affected_low": 90_000,
            "affected_high": 110_000,
        }
        record = IncidentFacts(**(known | facts))  # type: ignore[arg-type]
        with self.sessions.begin() as session:
            return add_incident(session, record.to_json(), by="manager", now=self.clock())


def make_ordinary(folder: Path) -> Centre:
    """A centre on an ordinary Tuesday at 10:40: four weeks of history, forecasts, sources just read up to 10:30."""
    settings = settings_for(folder)
    shutil.copy(_ordinary(), folder / "andrang.db")
    return Centre(settings, session_factory(make_engine(settings.database_url)), marks=10)


def make_centre(folder: Path) -> Centre:
    """A centre with queues and sources, and nothing counted yet."""
    settings = settings_for(folder)
    shutil.copy(_migrated(), folder / "andrang.db")
    sessions = session_factory(make_engine(settings.database_url))
    with sessions.begin() as session:
        upsert_queues(session, queue_rows(settings))
        upsert_sources(session, [(name, block.kind, "live") for name, block in settings.sources.items()])
    return Centre(settings, sessions)


def quarters(start: datetime, end: datetime) -> list[datetime]:
    """Open quarter-hours between two local times, in UTC."""
    first = -(-start.timestamp() // 900) * 900
    at, found = datetime.fromtimestamp(first, ZoneInfo("UTC")), []
    while at < end.astimezone(ZoneInfo("UTC")):
        local = at.astimezone(BERLIN)
        if local.weekday() < 5 and 8 <= local.hour < 20:
            found.append(at)
        at += QUARTER
    return found


def counts(queue: str, times: Iterable[datetime], *, offered: int | None = None) -> list[IntervalVolume]:
    """Interval counts of a queue, ordinary ones unless told otherwise; all answered, five minutes each."""
    n = NORMAL[queue] if offered is None else offered
    return [IntervalVolume(queue, CHANNELS[queue], at, 900, n, answered=n, abandoned=0, aht_s=300.0) for at in times]


def add_history(
    centre: Centre, *, weeks: int = 4, until: datetime | None = None, queues: Iterable[str] = NORMAL
) -> None:
    """Even counts of the weeks before today, up to `until` (default: the interval under way)."""
    end = until or centre.now.replace(minute=centre.now.minute // 15 * 15)
    times = quarters(end - timedelta(weeks=weeks), end)
    for source, block in centre.settings.sources.items():
        fed = [queue for queue in block.queues.values() if queue in set(queues)]
        centre.store(source, volumes=[row for queue in fed for row in counts(queue, times)])


def call(
    number: int, at: datetime, *, queue: str = "login", outcome: Outcome = Outcome.ANSWERED, wait_s: float = 10.0
) -> ContactEvent:
    """One call as a source reports it."""
    arrived = at.astimezone(ZoneInfo("UTC"))
    left = arrived + timedelta(seconds=wait_s)
    return ContactEvent(
        external_id=f"c{number}",
        queue=queue,
        channel=CHANNELS[queue],
        arrived_at=arrived,
        outcome=outcome,
        answered_at=left if outcome in (Outcome.ANSWERED, Outcome.IN_SERVICE) else None,
        ended_at={
            Outcome.ANSWERED: left + timedelta(seconds=240),
            Outcome.ABANDONED: left,
        }.get(outcome),
    )


def state(queue: str, at: datetime, *, waiting: int, longest_wait_s: float | None = None) -> QueueState:
    """A reported state of a queue."""
    return QueueState(queue, CHANNELS[queue], at.astimezone(ZoneInfo("UTC")), waiting, longest_wait_s)
