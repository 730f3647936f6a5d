"""The clock that waiting and deadlines go by; one object, so that tests can put a clock of their own in its place."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The machine's clock."""

    def monotonic(self) -> float:
        """Seconds that never go backwards [s]."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait [s]."""
        time.sleep(seconds)

    def now(self) -> datetime:
        """The time of day; only to read a Retry-After date that came without the server's own time."""
        return datetime.now(UTC)


_clock: list[Clock] = [Clock()]


def clock() -> Clock:
    """The clock in force."""
    return _clock[-1]


def push_clock(other: Clock) -> None:
    """Put another clock in force."""
    _clock.append(other)


def pop_clock() -> None:
    """Go back to the clock before."""
    _clock.pop()
