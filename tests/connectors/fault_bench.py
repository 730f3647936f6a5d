"""One rig, one vendor, one store: a pull while a fault lasts, a pull when it is over, and what is then in the store."""

from __future__ import annotations

import shutil
import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from connectors.errors import SourceError
from connectors.pull import Progress, pull
from connectors.registry import KINDS, build
from connectors.source import SourceConfig
from connectors.storage.engine import make_engine, session_factory, upgrade
from connectors.storage.write import upsert_sources
from tests.connectors.fake_vendor import SECRET, FakeVendor, Fault, FreeClock, HttpRig, without_waiting
from tests.connectors.fault_shapes import Study, study
from tests.connectors.http_rigs import RIGS
from tests.connectors.own_certificate import own_certificate

MAX_BYTES = 1 << 20
_IDS = (
    "SELECT external_id FROM contact_event"
    " UNION ALL SELECT external_id FROM signal"
    " UNION ALL SELECT q.key || '|' || strftime('%Y-%m-%dT%H:%M:%S+00:00', c.interval_start / 1000000, 'unixepoch')"
    " FROM interval_count c JOIN queue q ON q.id = c.queue_id"
)


@cache
def studied(kind: str) -> Study:
    """How a healthy fetch of that kind goes."""
    return study(RIGS[kind]())


@dataclass
class Bench:
    """What a fault is tried on."""

    kind: str
    rig: HttpRig
    vendor: FakeVendor
    clock: FreeClock
    engine: Engine
    file: Path

    @property
    def study(self) -> Study:
        """How a healthy fetch goes."""
        return studied(self.kind)

    def config(self, url: str | None = None) -> SourceConfig:
        """The rig's block with small limits."""
        config = self.rig.config(url or self.vendor.url)
        known = {option.key for option in getattr(KINDS[self.kind], "OPTIONS", ())}
        pages = max(12, len(self.study.asked))
        small = {"max_pages": pages, "max_bytes": MAX_BYTES}
        return replace(config, options={**config.options, **{k: v for k, v in small.items() if k in known}})

    def pull(
        self, *, url: str | None = None, now: datetime | None = None, progress: Progress | None = None
    ) -> SourceError | SQLAlchemyError | None:
        """Catch up once; what went wrong, as the worker would note it."""
        source = build(self.config(url), caller_hash=str)
        sessions = session_factory(self.engine)
        with sessions.begin() as session:
            upsert_sources(session, [(source.config.name, source.KIND, str(source.EVIDENCE))])
        try:
            pull(source, sessions, clock=lambda: now or self.rig.now, progress=progress)
        except (SourceError, SQLAlchemyError) as error:
            return error
        return None

    def during(self, fault: Fault) -> SourceError | None:
        """Catch up while a fault lasts."""
        self.vendor.fault = fault
        error = self.pull()
        assert not isinstance(error, SQLAlchemyError), error
        return error

    def recover(self) -> None:
        """The fault is over, some time has passed: the next pull must pass."""
        self.vendor.fault = None
        self.clock.pass_(timedelta(hours=2))
        error = self.pull()
        assert error is None, f"not recovered: {error}"

    def missing(self, *, only_expected: bool = True) -> set[str]:
        """What should be in the store and is not; nothing may be there that should not, unless said otherwise."""
        with closing(sqlite3.connect(self.file)) as connection:
            stored = [row[0] for row in connection.execute(_IDS)]
        expected = self.rig.expected()
        assert len(stored) == len(set(stored)), "doubled"
        assert not only_expected or set(stored) <= expected, f"never existed: {sorted(set(stored) - expected)[:5]}"
        return expected - set(stored)

    def latest(self) -> datetime | None:
        """The latest arrival in the store."""
        with closing(sqlite3.connect(self.file)) as connection:
            (at,) = connection.execute("SELECT max(arrived_at) FROM contact_event").fetchone()
        return None if at is None else datetime.fromtimestamp(at / 1e6, self.rig.now.tzinfo)

    def rejected(self) -> int:
        """How many records the last pulls refused."""
        with closing(sqlite3.connect(self.file)) as connection:
            return int(connection.execute("SELECT COALESCE(sum(rejected), 0) FROM sync_run").fetchone()[0])

    def shows_secret(self) -> bool:
        """Whether the secret stands anywhere in the database."""
        files = self.file.parent.glob(f"{self.file.name}*")
        return any(SECRET.encode() in file.read_bytes() for file in files)

    def forget(self) -> None:
        """Begin anew, as `andrang sources backfill` does."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute("UPDATE source SET watermark = NULL")


@contextmanager
def bench(kind: str, *, folder: Path) -> Iterator[Bench]:
    """A fresh vendor and a fresh store."""
    rig, file = RIGS[kind](), folder / "andrang.db"
    studied(kind)
    shutil.copyfile(_migrated(folder.parent), file)
    with FakeVendor(rig) as vendor, without_waiting() as clock, patch("connectors.storage.engine.BUSY_TIMEOUT_S", 0.02):
        engine = make_engine(f"sqlite:///{file}")
        try:
            yield Bench(kind, rig, vendor, clock, engine, file)
        finally:
            engine.dispose()
    for left in folder.glob("andrang.db*"):
        left.unlink()


@contextmanager
def untrusted(rig: HttpRig) -> Iterator[FakeVendor]:
    """The same vendor behind a certificate that nobody has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate())
    with FakeVendor(rig, tls=context) as vendor:
        yield vendor


_templates: dict[str, Path] = {}


def _migrated(folder: Path) -> Path:
    """An empty database of the newest schema, made once: migrating takes longer than a whole case."""
    if "file" not in _templates or not _templates["file"].exists():
        file = folder / "template.db"
        engine = make_engine(f"sqlite:///{file}")
        upgrade(engine)
        engine.dispose()
        _templates["file"] = file
    return _templates["file"]
