"""Forecasts as they were made."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
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
)

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

forecast = Table(
    "forecast",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("queue_id", ForeignKey("queue.id"), nullable=False),
    Column("incident_id", ForeignKey("incident.id")),
    Column("kind", String(20), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("model", String(100), nullable=False),
    Column("interval_s", Integer, nullable=False),
    Column("basis", JSON, nullable=False),
    CheckConstraint("kind IN ('baseline', 'intraday', 'surge')", name="kind"),
    Index(None, "queue_id", "kind", "made_at"),
)

forecast_point = Table(
    "forecast_point",
    metadata,
    Column("forecast_id", Integer, nullable=False),
    Column("interval_start", UtcTime, nullable=False),
    Column("p10", Float, nullable=False),
    Column("p50", Float, nullable=False),
    Column("p90", Float, nullable=False),
    Column("mean", Float, nullable=False),
    PrimaryKeyConstraint("forecast_id", "interval_start"),
    ForeignKeyConstraint(["forecast_id"], ["forecast.id"], ondelete="CASCADE"),
    sqlite_with_rowid=False,
)
