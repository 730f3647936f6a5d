"""Alembic's home; `connectors.storage.engine.upgrade` runs it without an ini file."""
