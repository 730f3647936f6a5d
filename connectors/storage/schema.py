"""The tables. Change them together with a new migration; a test holds both equal on both databases."""

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
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from connectors.storage.times import UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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
)

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

reply_version = Table(
    "reply_version",
    metadata,
    Column("key", String(200), nullable=False),
    Column("version", Integer, nullable=False),
    Column("language", String(10), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("phases", JSON, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("status", String(20), nullable=False),
    Column("author", String(200), nullable=False),
    Column("approver", String(200)),
    Column("changed_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("key", "version", "language"),
    CheckConstraint("status IN ('draft', 'in_review', 'approved', 'withdrawn')", name="status"),
    CheckConstraint("approver IS NULL OR approver <> author", name="four_eyes"),
)

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

snapshot = Table(
    "snapshot",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("etag", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("made_at", UtcTime, nullable=False),
)

setting = Table(
    "setting",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("value", Text, nullable=False),
)
