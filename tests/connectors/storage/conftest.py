"""Every test here that takes `sessions` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from tests.databases import empty_url

__all__ = ["empty_url"]
