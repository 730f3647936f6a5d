"""Contacts, counts as sources report them, and the volumes kept in step with both."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

# `outcome`: 0 waiting, 1 in service, 2 answered, 3 abandoned. The one secondary index is partial: a full one would
# cost each ingested event another tree. No foreign keys either: on PostgreSQL each costs a quarter of the ingest. Both
# ids come from the transaction that wrote the row, nothing deletes sources, and interval_volume holds its queue fast.
contact_event = Table(
    "contact_event",
    metadata,
    Column("source_id", Integer, nullable=False),
    Column("external_id", Text().with_variant(Text(collation="C"), "postgresql"), nullable=False),
    Column("queue_id", Integer, nullable=False),
    Column("outcome", SmallInteger, nullable=False),
    Column("arrived_at", UtcTime, nullable=False),
    Column("answered_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("caller", Text),
    PrimaryKeyConstraint("source_id", "external_id"),
    Index(
        "ix_contact_event_open",
        "queue_id",
        "arrived_at",
        sqlite_where=text("outcome < 2"),
        postgresql_where=text("outcome < 2"),
    ),
    sqlite_with_rowid=False,
)

# What sources without single contacts report, at their own grain.
interval_count = Table(
    "interval_count",
    metadata,
    Column("source_id", Integer, nullable=False),
    Column("queue_id", Integer, nullable=False),
    Column("interval_start", UtcTime, nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("offered", Integer, nullable=False),
    Column("answered", Integer),
    Column("abandoned", Integer),
    Column("aht_us", BigInteger),
    PrimaryKeyConstraint("source_id", "queue_id", "interval_start"),
    ForeignKeyConstraint(["source_id"], ["source.id"]),
    ForeignKeyConstraint(["queue_id"], ["queue.id"]),
    sqlite_with_rowid=False,
)

# Derived, one row per queue and quarter-hour of arrival: the sum over contact_event and interval_count, kept in step
# by every write. `…_unknown` counts offered contacts whose source does not tell the measure. Whole numbers only, so
# that adding and subtracting always returns to the same sum.
MEASURES = (
    "events",
    "counts",
    "offered",
    "answered",
    "abandoned",
    "answered_within",
    "wait_us_sum",
    "answered_wait_us_sum",
    "handle_us_sum",
    "handled",
    "answered_unknown",
    "abandoned_unknown",
    "waits_unknown",
)
interval_volume = Table(
    "interval_volume",
    metadata,
    Column("queue_id", Integer, nullable=False),
    Column("interval_start", UtcTime, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in MEASURES),
    PrimaryKeyConstraint("queue_id", "interval_start"),
    ForeignKeyConstraint(["queue_id"], ["queue.id"]),
    sqlite_with_rowid=False,
)
