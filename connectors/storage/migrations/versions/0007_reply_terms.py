"""Where and how long replies hold, approvals without a second person, and every text a reply ever had."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLE = "reply_version"
_FOUR_EYES = "ck_reply_version_four_eyes"
_STATUS = "status IN ('draft', 'in_review', 'approved', 'withdrawn')"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("terms", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column(_TABLE, sa.Column("valid_from", sa.BigInteger(), nullable=True))
    op.add_column(_TABLE, sa.Column("valid_until", sa.BigInteger(), nullable=True))
    op.add_column(_TABLE, sa.Column("override_reason", sa.Text(), nullable=True))
    _four_eyes("approver IS NULL OR approver <> author OR override_reason IS NOT NULL")
    if op.get_bind().dialect.name != "sqlite":  # there the table was just made anew without it
        op.alter_column(_TABLE, "terms", server_default=None)  # it was for the rows that stood there
    op.create_table(
        "reply_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reply_history"),
    )
    op.create_index("ix_reply_history_key_language", "reply_history", ["key", "language"])


def downgrade() -> None:
    op.drop_table("reply_history")
    # What was approved by its own author is no longer covered by the rule that returns.
    op.execute("UPDATE reply_version SET status = 'withdrawn', approver = NULL WHERE approver = author")
    _four_eyes("approver IS NULL OR approver <> author")
    for column in ("override_reason", "valid_until", "valid_from", "terms"):
        op.drop_column(_TABLE, column)


def _four_eyes(rule: str) -> None:
    """Put another rule in the place of the one that author and approver differ."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(_FOUR_EYES, _TABLE, type_="check")
        op.create_check_constraint(_FOUR_EYES, _TABLE, rule)
        return
    # SQLite changes no constraint in place, and batch mode does not see those that stand: copy with the rules given.
    with op.batch_alter_table(_TABLE, copy_from=_with(rule), recreate="always"):
        pass


def _with(rule: str) -> sa.Table:
    return sa.Table(
        _TABLE,
        sa.MetaData(),
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
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=True),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.Column("override_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", "version", "language", name="pk_reply_version"),
        sa.CheckConstraint(_STATUS, name="ck_reply_version_status"),
        sa.CheckConstraint(rule, name=_FOUR_EYES),
    )
