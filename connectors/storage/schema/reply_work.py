"""What replies do outside: who may read them by token, where they are published, who used them, what was not found."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, Text, UniqueConstraint

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

# Tokens are random and long, so a plain SHA-256 is as good as a slow hash, and each request can afford it.
api_token = Table(
    "api_token",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("used_at", UtcTime),
    Column("revoked_at", UtcTime),
    UniqueConstraint("token_hash"),
)

# `remote_id` is what the other system calls it; NULL while it does not stand there. `digest` is what stands there.
published_reply = Table(
    "published_reply",
    metadata,
    Column("destination", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("language", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("remote_id", Text),
    Column("digest", String(64), nullable=False),
    Column("published_at", UtcTime),
    Column("error", Text),
    Column("failures", Integer, nullable=False),
    Column("retry_at", UtcTime),
    PrimaryKeyConstraint("destination", "key", "language"),
)

# No customer, no agent's name: which text, by which role, in which phase.
reply_use = Table(
    "reply_use",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("key", String(200), nullable=False),
    Column("language", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("channel", String(20), nullable=False),
    Column("role", String(20), nullable=False),
    Column("phase", String(20)),
    Column("incident_id", ForeignKey("incident.id")),
    Index(None, "at"),
)

unanswered_search = Table(
    "unanswered_search",
    metadata,
    Column("language", String(10), nullable=False),
    Column("query", String(100), nullable=False),
    Column("searches", Integer, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("language", "query"),
)
