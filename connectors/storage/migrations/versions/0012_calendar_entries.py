"""Days that people entered into the calendar."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=True),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("entered_by", sa.String(length=200), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "kind IN ('school_holiday', 'billing', 'campaign', 'closure', 'other')",
            name=op.f("ck_calendar_entry_kind"),
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_calendar_entry_days")),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name="fk_calendar_entry_queue_id_queue"),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_entry"),
    )
    op.create_index("ix_calendar_entry_last_day", "calendar_entry", ["last_day"])


def downgrade() -> None:
    op.drop_table("calendar_entry")
