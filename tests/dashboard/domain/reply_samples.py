"""Replies for the tests of the domain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dashboard.domain.replies import Reply, Status

SAMPLE = Reply(
    "login",
    1,
    "de",
    "call",
    ("investigating",),
    "Anmeldung gestört",
    "Die Anmeldung geht nicht.",
    (),
    Status.DRAFT,
    "ada",
    None,
    datetime(2026, 11, 24, 9, 40, tzinfo=UTC),
)


def reply(**changes: Any) -> Reply:
    """The sample with some fields replaced."""
    return replace(SAMPLE, **changes)
