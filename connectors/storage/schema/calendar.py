"""Days that people entered: school holidays, billing, campaigns, closures."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Float, ForeignKey, Index, Integer, String, Table

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

# An entry is never altered: it is withdrawn, and may be given back.
calendar_entry = Table(
    "calendar_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("name", String(100), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("queue_id", ForeignKey("queue.id")),
    Column("share", Float),
    Column("entered_at", UtcTime, nullable=False),
    Column("entered_by", String(200), nullable=False),
    Column("withdrawn_at", UtcTime),
    Column("withdrawn_by", String(200)),
    CheckConstraint("kind IN ('school_holiday', 'billing', 'campaign', 'closure', 'other')", name="kind"),
    CheckConstraint("first_day <= last_day", name="days"),
    Index(None, "last_day"),
)
