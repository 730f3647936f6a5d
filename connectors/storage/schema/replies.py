"""Replies, their versions, and every text they ever had."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

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
    Column("terms", JSON, nullable=False),
    Column("valid_from", UtcTime),
    Column("valid_until", UtcTime),
    Column("override_reason", Text),
    PrimaryKeyConstraint("key", "version", "language"),
    CheckConstraint("status IN ('draft', 'in_review', 'approved', 'withdrawn')", name="status"),
    # One person alone approves only where that is written down beside the text, with the reason.
    CheckConstraint("approver IS NULL OR approver <> author OR override_reason IS NOT NULL", name="four_eyes"),
)

# What was done to a version and how it then read; entries are added, never changed.
reply_history = Table(
    "reply_history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("language", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("who", String(200), nullable=False),
    Column("action", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "key", "language"),
)
