"""For systems that read the times in a search in the account's own zone, and tell nobody which one that is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

_STEP = timedelta(minutes=15)  # every zone's offset is a multiple of it
_STEADY, _DST = timedelta(minutes=30), timedelta(hours=1)
_LOWEST, _HIGHEST = -12 * 4, 14 * 4  # in steps

# Whether the newest record is found by `update >= first [and update < end]`, times as they are written.
Found = Callable[[datetime, datetime | None], bool]


def measure(newest: datetime, found: Found, *, guess: timedelta = timedelta(0)) -> timedelta:
    """The offset from UTC when the newest record was updated: that time is found when written in the account's zone."""
    if found(newest + guess, newest + guess + _STEP):
        return guess
    low, high = _LOWEST, _HIGHEST  # found at low, not found above high
    while low < high:
        middle = -((-low - high) // 2)
        if found(newest + middle * _STEP, None):
            low = middle
        else:
            high = middle - 1
    return low * _STEP


def starting(since: datetime, *, now: datetime) -> datetime:
    """Where to begin reading: an hour earlier where a change of the clocks may lie between then and the measurement."""
    return since if now - since < _STEADY else since - _DST
