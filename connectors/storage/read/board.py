"""Snapshots of the board's pages, and settings made at run time."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import SnapshotRow

_SNAPSHOT = schema.snapshot
_SETTING = schema.setting


def get_snapshot(session: Session, name: str) -> SnapshotRow | None:
    """A page's snapshot with its body."""
    found = session.execute(select(_SNAPSHOT).where(_SNAPSHOT.c.name == name)).one_or_none()
    return None if found is None else SnapshotRow(**found._mapping)


def get_snapshot_etag(session: Session, name: str) -> str | None:
    """A snapshot's ETag alone, to answer "not modified" without reading the body."""
    return session.execute(select(_SNAPSHOT.c.etag).where(_SNAPSHOT.c.name == name)).scalar_one_or_none()


def get_setting(session: Session, key: str) -> str | None:
    """One setting; None where it was never made."""
    return session.execute(select(_SETTING.c.value).where(_SETTING.c.key == key)).scalar_one_or_none()
