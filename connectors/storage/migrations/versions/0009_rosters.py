"""Rosters: who is scheduled when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("imported_at", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'confirmed', 'withdrawn')", name=op.f("ck_roster_status")),
        sa.PrimaryKeyConstraint("id", name="pk_roster"),
    )
    op.create_index("ix_roster_status", "roster", ["status"])
    op.create_table(
        "roster_shift",
        sa.Column("roster_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=False),
        sa.Column("breaks", sa.JSON(), nullable=False),
        sa.Column("break_s", sa.Float(), nullable=False),
        sa.CheckConstraint("duty IN ('work', 'on_call')", name=op.f("ck_roster_shift_duty")),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_roster_shift_times")),
        sa.CheckConstraint("people > 0", name=op.f("ck_roster_shift_people")),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["roster.id"], name="fk_roster_shift_roster_id_roster", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("roster_id", "number", name="pk_roster_shift"),
    )
    op.create_index("ix_roster_shift_roster_id_end_at", "roster_shift", ["roster_id", "end_at"])


def downgrade() -> None:
    op.drop_table("roster_shift")
    op.drop_table("roster")
