"""Runs the migrations on the connection that `engine.upgrade` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from connectors.storage.schema import metadata

# Any fixed number: whoever holds it upgrades, the others wait and then find nothing to do.
_LOCK = 4_172_041


def _run(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # The driver begins no transaction for DDL by itself; so a half-made schema cannot stay behind.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


_run(context.config.attributes["connection"])
