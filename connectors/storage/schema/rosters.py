"""Rosters: who is scheduled when, each import a roster of its own, so that the one before can be taken back."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

# The one in force is the latest confirmed; a draft is what somebody is still looking at.
roster = Table(
    "roster",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("about", JSON, nullable=False),
    Column("imported_at", UtcTime, nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("confirmed_at", UtcTime),
    CheckConstraint("status IN ('draft', 'confirmed', 'withdrawn')", name="status"),
    Index(None, "status"),
)

# `breaks` holds pairs of seconds since the shift's start, `break_s` what of them has no time of its own.
roster_shift = Table(
    "roster_shift",
    metadata,
    Column("roster_id", ForeignKey("roster.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("skills", JSON, nullable=False),
    Column("duty", Text, nullable=False),
    Column("start_at", UtcTime, nullable=False),
    Column("end_at", UtcTime, nullable=False),
    Column("breaks", JSON, nullable=False),
    Column("break_s", Float, nullable=False),
    PrimaryKeyConstraint("roster_id", "number"),
    CheckConstraint("duty IN ('work', 'on_call')", name="duty"),
    CheckConstraint("start_at < end_at", name="times"),
    CheckConstraint("people > 0", name="people"),
    Index(None, "roster_id", "end_at"),
)
