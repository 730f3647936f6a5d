"""What people want to be told of, when it was so, to whom that went; and the links that open the wall."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

alert_rule = Table(
    "alert_rule",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("threshold", Float, nullable=False),
    Column("clear", Float, nullable=False),
    Column("hold_s", Integer, nullable=False),
    Column("quiet_from", String(5), nullable=False),
    Column("quiet_to", String(5), nullable=False),
    Column("sound", Boolean(create_constraint=False), nullable=False),
    Column("emails", JSON, nullable=False),
    Column("webhooks", JSON, nullable=False),
    Column("language", String(10), nullable=False),
    Column("status", String(20), nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", String(200), nullable=False),
    CheckConstraint("status IN ('on', 'off', 'removed')", name="status"),
)

# One time a rule's condition held for one cause; `open_key` is unique while it does and empty afterwards, so that two
# workers cannot begin it twice. `opened_at` is empty while the condition has not held for long enough.
alert_event = Table(
    "alert_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rule_id", ForeignKey("alert_rule.id"), nullable=False),
    Column("cause", Text, nullable=False),
    Column("open_key", Text),
    Column("detail", JSON, nullable=False),
    Column("value", Float, nullable=False),
    Column("worst", Float, nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("opened_at", UtcTime),
    Column("calm_since", UtcTime),
    Column("ended_at", UtcTime),
    Column("acknowledged_at", UtcTime),
    Column("acknowledged_by", String(200)),
    UniqueConstraint("open_key"),
    Index(None, "opened_at"),
)

alert_delivery = Table(
    "alert_delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("alert_event.id"), nullable=False),
    Column("way", String(20), nullable=False),
    Column("target", String(320), nullable=False),
    Column("status", String(20), nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("error", Text),
    UniqueConstraint("event_id", "way", "target"),
    CheckConstraint("way IN ('email', 'webhook')", name="way"),
    CheckConstraint("status IN ('waiting', 'sending', 'sent', 'failed', 'dropped')", name="status"),
    Index(None, "status", "due_at"),
)

wall_link = Table(
    "wall_link",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("token_hash", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", String(200), nullable=False),
    Column("seen_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("revoked_by", String(200)),
    UniqueConstraint("token_hash"),
)
