"""What the board keeps for itself: snapshots of its pages, and settings made at run time."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.orm import Session

from connectors.storage import schema
from connectors.storage.rows import SnapshotRow
from connectors.storage.write.upsert import upsert


def put_snapshot(session: Session, row: SnapshotRow) -> None:
    """Replace a page's snapshot."""
    upsert(session, schema.snapshot, [asdict(row)])


def put_setting(session: Session, key: str, value: str) -> None:
    """Set or replace one setting."""
    upsert(session, schema.setting, [{"key": key, "value": value}])
