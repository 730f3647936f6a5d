"""Accounts and the audit log."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

user_account = Table(
    "user_account",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("language", String(10), nullable=False),
    Column("theme", String(20), nullable=False),
    Column("active", Boolean(create_constraint=False), nullable=False),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("user_name", String(200), nullable=False),
    Column("action", String(100), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index(None, "at"),
)
