"""Pauses, leases, lag, tests and back-fills of sources."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("source", sa.Column("retry_at", sa.BigInteger(), nullable=True))
    op.add_column("source", sa.Column("due_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "source_lease",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_source_lease_source_id_source"),
        sa.PrimaryKeyConstraint("source_id", name="pk_source_lease"),
    )
    op.create_table(
        "source_lag",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("lag_s", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_source_lag_source_id_source"),
        sa.PrimaryKeyConstraint("source_id", "at", name="pk_source_lag"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source_probe",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_source_probe_source_id_source"),
        sa.PrimaryKeyConstraint("source_id", name="pk_source_probe"),
    )
    op.create_table(
        "backfill",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("watermark", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("volumes", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('running', 'stopped', 'failed', 'done')", name="ck_backfill_status"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_backfill_source_id_source"),
        sa.PrimaryKeyConstraint("source_id", name="pk_backfill"),
    )


def downgrade() -> None:
    for table in ("backfill", "source_probe", "source_lag", "source_lease"):
        op.drop_table(table)
    for column in ("due_at", "retry_at", "failures"):
        op.drop_column("source", column)
