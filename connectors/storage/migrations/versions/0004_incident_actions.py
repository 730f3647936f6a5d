"""What was done about an incident: levers, updates and notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incident_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.String(length=20), nullable=False),
        sa.Column("of_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("lever", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("entry IN ('done', 'ended', 'undone')", name="ck_incident_action_entry"),
        sa.CheckConstraint("kind IN ('lever', 'update', 'note')", name="ck_incident_action_kind"),
        sa.CheckConstraint("(entry = 'done') = (of_id IS NULL)", name="ck_incident_action_of"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_action_incident_id_incident"),
        sa.ForeignKeyConstraint(["of_id"], ["incident_action.id"], name="fk_incident_action_of_id_incident_action"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_action"),
        sa.UniqueConstraint("of_id", "entry", name="uq_incident_action_of_id_entry"),
    )
    op.create_index("ix_incident_action_incident_id", "incident_action", ["incident_id"])
    op.create_index("ix_incident_action_lever", "incident_action", ["lever"])


def downgrade() -> None:
    op.drop_table("incident_action")
