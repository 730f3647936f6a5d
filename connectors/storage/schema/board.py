"""What the board keeps for itself: ready answers and settings."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table, Text

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

snapshot = Table(
    "snapshot",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("etag", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("made_at", UtcTime, nullable=False),
)

setting = Table(
    "setting",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("value", Text, nullable=False),
)
