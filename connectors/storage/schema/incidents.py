"""Incidents, what was done about them, and what other systems signal."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

incident = Table(
    "incident",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_at", UtcTime, nullable=False),
)

incident_revision = Table(
    "incident_revision",
    metadata,
    Column("incident_id", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("recorded_by", String(200), nullable=False),
    Column("facts", JSON, nullable=False),
    PrimaryKeyConstraint("incident_id", "revision"),
    ForeignKeyConstraint(["incident_id"], ["incident.id"]),
)

# What was done about an incident, as entries: `done`, and later at most one `ended` and one `undone` that name it.
incident_action = Table(
    "incident_action",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident_id", ForeignKey("incident.id"), nullable=False),
    Column("entry", String(20), nullable=False),
    Column("of_id", ForeignKey("incident_action.id")),
    Column("kind", String(20), nullable=False),
    Column("lever", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("terms", JSON, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("recorded_by", String(200), nullable=False),
    UniqueConstraint("of_id", "entry"),
    CheckConstraint("entry IN ('done', 'ended', 'undone')", name="entry"),
    CheckConstraint("kind IN ('lever', 'update', 'note')", name="kind"),
    CheckConstraint("(entry = 'done') = (of_id IS NULL)", name="of"),
    Index(None, "incident_id"),
    Index(None, "lever"),
)

# What other systems say about outages. `source` is a name, not a key: the board watches its own volumes as well.
# `incident_id` stays when the same trouble fires anew: whether it still belongs there depends on that incident.
signal = Table(
    "signal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(200), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("status", String(20), nullable=False),
    Column("severity", Text, nullable=False),
    Column("services", JSON, nullable=False),
    Column("url", Text),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("disposition", String(20), nullable=False),
    Column("incident_id", ForeignKey("incident.id")),
    Column("decided_by", String(200)),
    Column("decided_at", UtcTime),
    UniqueConstraint("source", "external_id"),
    CheckConstraint("status IN ('firing', 'resolved')", name="status"),
    CheckConstraint("disposition IN ('proposed', 'confirmed', 'joined', 'dismissed')", name="disposition"),
    CheckConstraint("(status = 'firing') = (ended_at IS NULL)", name="end"),
    Index(None, "ended_at"),
    Index(None, "incident_id"),
)
