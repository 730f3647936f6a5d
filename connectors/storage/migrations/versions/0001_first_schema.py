"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"], unique=False)
    op.create_table(
        "contact_event",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("caller", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source_id", "external_id", name="pk_contact_event"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_contact_event_open",
        "contact_event",
        ["queue_id", "arrived_at"],
        unique=False,
        sqlite_where=sa.text("outcome < 2"),
        postgresql_where=sa.text("outcome < 2"),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    op.create_table(
        "queue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("timezone", sa.String(length=100), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("holidays", sa.String(length=20), nullable=False),
        sa.Column("service_level", sa.Float(), nullable=False),
        sa.Column("answer_within_s", sa.Integer(), nullable=False),
        sa.Column("resolve_within_s", sa.Integer(), nullable=True),
        sa.Column("patience_s", sa.Float(), nullable=False),
        sa.Column("aht_s", sa.Float(), nullable=False),
        sa.Column("shrinkage", sa.Float(), nullable=False),
        sa.Column("max_occupancy", sa.Float(), nullable=False),
        sa.Column("configured", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue"),
        sa.UniqueConstraint("key", name="uq_queue_key"),
    )
    op.create_table(
        "reply_version",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("phases", sa.JSON(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("approver", sa.String(length=200), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'in_review', 'approved', 'withdrawn')", name="ck_reply_version_status"),
        sa.CheckConstraint("approver IS NULL OR approver <> author", name="ck_reply_version_four_eyes"),
        sa.PrimaryKeyConstraint("key", "version", "language", name="pk_reply_version"),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )
    op.create_table(
        "snapshot",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("etag", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_snapshot"),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("evidence", sa.String(length=20), nullable=False),
        sa.Column("watermark", sa.Text(), nullable=True),
        sa.Column("last_success_at", sa.BigInteger(), nullable=True),
        sa.Column("last_record_at", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("last_error_at", sa.BigInteger(), nullable=True),
        sa.Column("last_error_permanent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.UniqueConstraint("name", name="uq_source_name"),
    )
    op.create_table(
        "user_account",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("theme", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_user_account"),
    )
    op.create_table(
        "forecast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('baseline', 'surge')", name="ck_forecast_kind"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_forecast_incident_id_incident"),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name="fk_forecast_queue_id_queue"),
        sa.PrimaryKeyConstraint("id", name="pk_forecast"),
    )
    op.create_index("ix_forecast_queue_id_kind_made_at", "forecast", ["queue_id", "kind", "made_at"], unique=False)
    op.create_table(
        "incident_revision",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_revision_incident_id_incident"),
        sa.PrimaryKeyConstraint("incident_id", "revision", name="pk_incident_revision"),
    )
    op.create_table(
        "interval_count",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("interval_start", sa.BigInteger(), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=True),
        sa.Column("abandoned", sa.Integer(), nullable=True),
        sa.Column("aht_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name="fk_interval_count_queue_id_queue"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_interval_count_source_id_source"),
        sa.PrimaryKeyConstraint("source_id", "queue_id", "interval_start", name="pk_interval_count"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "interval_volume",
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("interval_start", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.BigInteger(), nullable=False),
        sa.Column("offered", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.Column("abandoned", sa.BigInteger(), nullable=False),
        sa.Column("answered_within", sa.BigInteger(), nullable=False),
        sa.Column("wait_us_sum", sa.BigInteger(), nullable=False),
        sa.Column("answered_wait_us_sum", sa.BigInteger(), nullable=False),
        sa.Column("handle_us_sum", sa.BigInteger(), nullable=False),
        sa.Column("handled", sa.BigInteger(), nullable=False),
        sa.Column("answered_unknown", sa.BigInteger(), nullable=False),
        sa.Column("abandoned_unknown", sa.BigInteger(), nullable=False),
        sa.Column("waits_unknown", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name="fk_interval_volume_queue_id_queue"),
        sa.PrimaryKeyConstraint("queue_id", "interval_start", name="pk_interval_volume"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "queue_state",
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("longest_wait_s", sa.Float(), nullable=True),
        sa.Column("in_service", sa.Integer(), nullable=True),
        sa.Column("agents", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name="fk_queue_state_queue_id_queue"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_queue_state_source_id_source"),
        sa.PrimaryKeyConstraint("queue_id", "source_id", name="pk_queue_state"),
    )
    op.create_table(
        "rejected_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_rejected_record_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_rejected_record"),
        sa.UniqueConstraint("source_id", "location", "reason", name="uq_rejected_record_source_id_location_reason"),
    )
    op.create_table(
        "sync_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("volumes", sa.Integer(), nullable=False),
        sa.Column("states", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('running', 'done', 'failed')", name="ck_sync_run_status"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_sync_run_source_id_source"),
        sa.PrimaryKeyConstraint("id", name="pk_sync_run"),
    )
    op.create_index("ix_sync_run_source_id_started_at", "sync_run", ["source_id", "started_at"], unique=False)
    op.create_table(
        "forecast_point",
        sa.Column("forecast_id", sa.Integer(), nullable=False),
        sa.Column("interval_start", sa.BigInteger(), nullable=False),
        sa.Column("p10", sa.Float(), nullable=False),
        sa.Column("p50", sa.Float(), nullable=False),
        sa.Column("p90", sa.Float(), nullable=False),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["forecast_id"], ["forecast.id"], name="fk_forecast_point_forecast_id_forecast", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("forecast_id", "interval_start", name="pk_forecast_point"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in (
        "forecast_point",
        "sync_run",
        "rejected_record",
        "queue_state",
        "interval_volume",
        "interval_count",
        "incident_revision",
        "forecast",
        "user_account",
        "source",
        "snapshot",
        "setting",
        "reply_version",
        "queue",
        "incident",
        "contact_event",
        "audit_entry",
    ):
        op.drop_table(table)
