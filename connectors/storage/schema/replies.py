"""Replies and their versions."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Integer, PrimaryKeyConstraint, String, Table, Text

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

reply_version = Table(
    "reply_version",
    metadata,
    Column("key", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("language", String(10), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("phases", JSON, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("status", String(20), nullable=False),
    Column("author", String(200), nullable=False),
    Column("approver", String(200)),
    Column("changed_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("key", "version", "language"),
    CheckConstraint("status IN ('draft', 'in_review', 'approved', 'withdrawn')", name="status"),
    CheckConstraint("approver IS NULL OR approver <> author", name="four_eyes"),
)
