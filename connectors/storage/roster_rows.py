"""Rows of rosters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DRAFT, CONFIRMED, WITHDRAWN = "draft", "confirmed", "withdrawn"


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One import. `about` holds what was found when it was read: problems, notes."""

    id: int
    file: str
    zone: str
    status: str
    imported_at: datetime
    imported_by: str
    about: Mapping[str, Any] = field(default_factory=dict)
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One shift; `breaks` in seconds since its start, `break_s` what has no time of its own."""

    number: int
    person: str
    people: int
    skills: tuple[str, ...]
    duty: str  # work | on_call
    start_at: datetime
    end_at: datetime
    breaks: tuple[tuple[int, int], ...] = ()
    break_s: float = 0.0
