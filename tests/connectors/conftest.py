"""Databases for the tests of pulls, and the servers that several tests share."""

from __future__ import annotations

from tests.connectors.request_tracker_server import request_tracker
from tests.databases import postgresql_url, sessions, shared_engine

__all__ = ["postgresql_url", "request_tracker", "sessions", "shared_engine"]
