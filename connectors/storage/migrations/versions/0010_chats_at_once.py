"""How many contacts of a queue one person works on at once: chats."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("queue", sa.Column("concurrency", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("queue", "concurrency")
