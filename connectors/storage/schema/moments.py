"""The board as it was: its pages every few minutes, its five figures every minute."""

from __future__ import annotations

from sqlalchemy import JSON, Column, LargeBinary, PrimaryKeyConstraint, String, Table

from connectors.storage.schema.base import metadata
from connectors.storage.times import UtcTime

board_moment = Table(
    "board_moment",
    metadata,
    Column("name", String(200), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("name", "at"),
)

figure_moment = Table(
    "figure_moment",
    metadata,
    Column("at", UtcTime, primary_key=True, autoincrement=False),
    Column("figures", JSON, nullable=False),
)
