"""Databases for the tests of pulls."""

from __future__ import annotations

from tests.databases import postgresql_url, sessions, shared_engine

__all__ = ["postgresql_url", "sessions", "shared_engine"]
