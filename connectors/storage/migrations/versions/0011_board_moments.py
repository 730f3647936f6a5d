"""The board as it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board_moment",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", "at", name="pk_board_moment"),
    )
    op.create_table(
        "figure_moment",
        sa.Column("at", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("at", name="pk_figure_moment"),
    )


def downgrade() -> None:
    op.drop_table("figure_moment")
    op.drop_table("board_moment")
