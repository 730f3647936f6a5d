"""Forecasts of the rest of a day, made anew inside it, beside those of the ordinary day and of surges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CHECK = "ck_forecast_kind"
_FIRST_NAME = "ck_forecast_ck_forecast_kind"  # the naming convention was applied to it twice


def upgrade() -> None:
    _allow("kind IN ('baseline', 'intraday', 'surge')")


def downgrade() -> None:
    op.execute("DELETE FROM forecast WHERE kind = 'intraday'")
    _allow("kind IN ('baseline', 'surge')")


def _allow(condition: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        _copy(condition)
        return
    for name in (_CHECK, _FIRST_NAME):
        op.execute(f"ALTER TABLE forecast DROP CONSTRAINT IF EXISTS {name}")
    op.execute(f"ALTER TABLE forecast ADD CONSTRAINT {_CHECK} CHECK ({condition})")


def _copy(condition: str) -> None:
    """SQLite cannot change a check: both tables are made anew, for dropping one would take the other's rows with it."""
    for table in ("forecast", "forecast_point"):
        op.execute(f"CREATE TABLE {table}_kept AS SELECT * FROM {table}")
    op.drop_table("forecast_point")
    op.drop_table("forecast")
    _create(condition)
    for table in ("forecast", "forecast_point"):
        op.execute(f"INSERT INTO {table} SELECT * FROM {table}_kept")
        op.drop_table(f"{table}_kept")


def _create(condition: str) -> None:
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
        sa.CheckConstraint(condition, name=op.f(_CHECK)),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_forecast_incident_id_incident"),
        sa.ForeignKeyConstraint(["queue_id"], ["queue.id"], name="fk_forecast_queue_id_queue"),
        sa.PrimaryKeyConstraint("id", name="pk_forecast"),
    )
    op.create_index("ix_forecast_queue_id_kind_made_at", "forecast", ["queue_id", "kind", "made_at"])
    op.create_table(
        "forecast_point",
        sa.Column("forecast_id", sa.Integer(), nullable=False),
        sa.Column("interval_start", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("p10", "p50", "p90", "mean")),
        sa.ForeignKeyConstraint(
            ["forecast_id"], ["forecast.id"], name="fk_forecast_point_forecast_id_forecast", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("forecast_id", "interval_start", name="pk_forecast_point"),
        sqlite_with_rowid=False,
    )
