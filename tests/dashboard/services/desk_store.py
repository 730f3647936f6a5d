"""A migrated store for the desks' tests, made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from connectors.storage.engine import make_engine, session_factory, upgrade
from dashboard.domain.people import Role
from dashboard.services.accounts import Account
from dashboard.services.incidents.incident_form import Desk

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
DESK = Desk("de", BERLIN, NOW)
MANAGER, OTHER_MANAGER = Account("kim", Role.MANAGER), Account("lou", Role.MANAGER)
AGENT, OTHER_AGENT = Account("ada", Role.AGENT), Account("bo", Role.AGENT)
PLANNER, ADMINISTRATOR = Account("pat", Role.PLANNER), Account("root", Role.ADMINISTRATOR)


@cache
def _migrated() -> Path:
    path = Path(mkdtemp(prefix="andrang-test-")) / "andrang.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@contextmanager
def store(folder: Path) -> Iterator[Session]:
    """A session on a fresh store in `folder`."""
    path = Path(shutil.copy(_migrated(), folder / "andrang.db"))
    engine = make_engine(f"sqlite:///{path}")
    with session_factory(engine)() as session:
        yield session
    engine.dispose()
