"""The clock every use case is given; a drill's clock is shifted, so that it always plays in opening hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, aware UTC."""
    return datetime.now(UTC)


def shifted_clock(offset_s: float) -> Clock:
    """A clock that runs `offset_s` seconds away from the system's."""
    shift = timedelta(seconds=offset_s)
    return lambda: system_clock() + shift
