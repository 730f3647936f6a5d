"""Queues, their targets and their state now."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, String, Table, Text

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

queue = Table(
    "queue",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("skill", Text, nullable=False),
    Column("timezone", String(100), nullable=False),
    Column("opening", Text, nullable=False),
    Column("holidays", String(20), nullable=False),
    Column("service_level", Float, nullable=False),
    Column("answer_within_s", Integer, nullable=False),
    Column("resolve_within_s", Integer),
    Column("patience_s", Float, nullable=False),
    Column("aht_s", Float, nullable=False),
    Column("shrinkage", Float, nullable=False),
    Column("max_occupancy", Float, nullable=False),
    Column("configured", Boolean(create_constraint=False), nullable=False),
    Column("concurrency", Integer, nullable=False, server_default="1"),
)

queue_state = Table(
    "queue_state",
    metadata,
    Column("queue_id", Integer, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("longest_wait_s", Float),
    Column("in_service", Integer),
    Column("agents", Integer),
    PrimaryKeyConstraint("queue_id", "source_id"),
    ForeignKeyConstraint(["queue_id"], ["queue.id"]),
    ForeignKeyConstraint(["source_id"], ["source.id"]),
)
