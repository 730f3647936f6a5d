"""Live figures of a page, serialised and compressed once for all viewers, and written only when they changed."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from connectors.storage.read import get_setting, get_snapshot, get_snapshot_etag
from connectors.storage.rows import SnapshotRow
from connectors.storage.write import put_setting, put_snapshot

HEARTBEAT = "worker.heartbeat"
# Times of the making are no content: a page whose figures stand still keeps its ETag.
_TIMES = ("now", "made_at")
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


def snapshot_name(page: str, language: str) -> str:
    """The name a page's snapshot is stored under."""
    return f"{page}.{language}"


def current(session: Session, page: str, language: str) -> SnapshotRow | None:
    """What the worker stored last for a page; None before its first round."""
    return get_snapshot(session, snapshot_name(page, language))


def publish(session: Session, row: SnapshotRow) -> bool:
    """Store a page's live figures unless the same are stored already; says whether they were written."""
    if get_snapshot_etag(session, row.name) == row.etag:
        return False
    put_snapshot(session, row)
    return True


def encode(name: str, content: Mapping[str, Any], *, now: datetime) -> SnapshotRow:
    """A snapshot as it is stored: gzip of JSON, and an ETag that depends on the figures alone."""
    figures = {key: value for key, value in content.items() if key not in _TIMES}
    etag = hashlib.sha256(orjson.dumps(figures, option=_OPTIONS)).hexdigest()[:32]
    timed = {"now": now.timestamp(), "made_at": now.timestamp(), **figures}
    body = gzip.compress(orjson.dumps(timed, option=_OPTIONS), compresslevel=5, mtime=0)
    return SnapshotRow(name=name, etag=etag, body=body, made_at=now)


def decode(row: SnapshotRow) -> dict[str, Any]:
    """The figures of a stored snapshot."""
    content: dict[str, Any] = orjson.loads(gzip.decompress(row.body))
    return content


def beat(session: Session, now: datetime) -> None:
    """Note that the worker lives."""
    put_setting(session, HEARTBEAT, now.isoformat())


def last_beat(session: Session) -> datetime | None:
    """When the worker last said that it lives; None if it never did."""
    text = get_setting(session, HEARTBEAT)
    return datetime.fromisoformat(text) if text else None
