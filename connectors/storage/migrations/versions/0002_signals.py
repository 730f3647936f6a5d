"""Outage signals and how many of them a pull brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("disposition", sa.String(length=20), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("status IN ('firing', 'resolved')", name="ck_signal_status"),
        sa.CheckConstraint(
            "disposition IN ('proposed', 'confirmed', 'joined', 'dismissed')", name="ck_signal_disposition"
        ),
        sa.CheckConstraint("(status = 'firing') = (ended_at IS NULL)", name="ck_signal_end"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_signal_incident_id_incident"),
        sa.PrimaryKeyConstraint("id", name="pk_signal"),
        sa.UniqueConstraint("source", "external_id", name="uq_signal_source_external_id"),
    )
    op.create_index("ix_signal_ended_at", "signal", ["ended_at"], unique=False)
    op.create_index("ix_signal_incident_id", "signal", ["incident_id"], unique=False)
    op.add_column("sync_run", sa.Column("signals", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("sync_run", "signals")
    op.drop_table("signal")
