"""Sources, their runs, leases, back-fills and rejected records."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
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

source = Table(
    "source",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("kind", String(100), nullable=False),
    Column("evidence", String(20), nullable=False),
    Column("watermark", Text),
    Column("last_success_at", UtcTime),
    Column("last_record_at", UtcTime),
    Column("last_error", Text),
    Column("last_error_at", UtcTime),
    Column("last_error_permanent", Boolean(create_constraint=False), nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("retry_at", UtcTime),
    Column("due_at", UtcTime),
)

# Who may pull a source now, where several workers share the pulling. In a row of its own, for a pull holds the
# source's row fast while it stores a batch, and a heartbeat must not wait for it.
source_lease = Table(
    "source_lease",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("holder", String(200), nullable=False),
    Column("until", UtcTime, nullable=False),
)

source_lag = Table(
    "source_lag",
    metadata,
    Column("source_id", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("lag_s", Float, nullable=False),
    PrimaryKeyConstraint("source_id", "at"),
    ForeignKeyConstraint(["source_id"], ["source.id"]),
    sqlite_with_rowid=False,
)

source_probe = Table(
    "source_probe",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("asked_at", UtcTime, nullable=False),
    Column("asked_by", String(200), nullable=False),
    Column("answered_at", UtcTime),
    Column("report", JSON),
)

backfill = Table(
    "backfill",
    metadata,
    Column("source_id", ForeignKey("source.id"), primary_key=True),
    Column("since", UtcTime, nullable=False),
    Column("watermark", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger),
    Column("unit", String(20), nullable=False),
    Column("events", Integer, nullable=False),
    Column("volumes", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("error", Text),
    CheckConstraint("status IN ('running', 'stopped', 'failed', 'done')", name="status"),
)

sync_run = Table(
    "sync_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("status", String(20), nullable=False),
    Column("events", Integer, nullable=False),
    Column("volumes", Integer, nullable=False),
    Column("states", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("error", Text),
    Column("signals", Integer, nullable=False, server_default="0"),
    CheckConstraint("status IN ('running', 'done', 'failed')", name="status"),
    Index(None, "source_id", "started_at"),
)

rejected_record = Table(
    "rejected_record",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source_id", ForeignKey("source.id"), nullable=False),
    Column("location", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    UniqueConstraint("source_id", "location", "reason"),
)
