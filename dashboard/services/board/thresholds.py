"""When a figure asks for attention: every rule of ok, watch and act, and of growing old, in one place."""

from __future__ import annotations

from math import sqrt

OK, WATCH, ACT = "ok", "watch", "act"

TIMES_NORMAL_WATCH, TIMES_NORMAL_ACT = 1.5, 3.0
# A quiet queue doubles by chance: below this many standard deviations of a Poisson count nothing is extraordinary.
MIN_DEVIATIONS = 3.0
SERVICE_LEVEL_MISSED_BY = 0.2
ABANDONMENT_WATCH, ABANDONMENT_ACT = 0.05, 0.15
WAITING_MIN = 5
WAITING_SPAN_MIN_S = 450.0
WAITING_WATCH, WAITING_ACT = 1.0, 2.0
LATE_BY_WATCH_S, LATE_BY_ACT_S = 120.0, 480.0


def times_normal(observed: float | None, normal: float | None) -> str:
    """Contacts against the ordinary: 1.5 × is to be watched, 3 × asks for a hand, unless chance explains it."""
    if observed is None or not normal:
        return OK
    if observed - normal < MIN_DEVIATIONS * sqrt(normal):
        return OK
    return _rising(observed / normal, TIMES_NORMAL_WATCH, TIMES_NORMAL_ACT)


def service_level(value: float | None, target: float) -> str:
    """Under the target is to be watched, 20 points under it asks for a hand."""
    if value is None or value >= target:
        return OK
    return ACT if target - value > SERVICE_LEVEL_MISSED_BY + 1e-9 else WATCH


def abandonment(value: float | None) -> str:
    """From 5 % to be watched, from 15 % asks for a hand."""
    return OK if value is None else _rising(value, ABANDONMENT_WATCH, ABANDONMENT_ACT)


def waiting(count: float | None, normal_per_s: float | None, *, answer_within_s: float) -> str:
    """Waiting contacts against what arrives normally in the promised time (at least 7.5 minutes).

    Little's law: with waits at the promise, that many wait. Once it is to be watched, twice it asks for a hand.
    """
    if count is None or normal_per_s is None or count < WAITING_MIN:
        return OK
    allowed = normal_per_s * max(answer_within_s, WAITING_SPAN_MIN_S)
    return _rising(count, WAITING_WATCH * max(allowed, WAITING_MIN), WAITING_ACT * max(allowed, WAITING_MIN))


def longest_wait(seconds: float | None, *, answer_within_s: float) -> str:
    """Two minutes past the promised time is to be watched; twice it and 8 minutes more asks for a hand."""
    if seconds is None:
        return OK
    return _rising(seconds, answer_within_s + LATE_BY_WATCH_S, 2 * answer_within_s + LATE_BY_ACT_S)


def worst(*states: str) -> str:
    """The gravest of the states."""
    for state in (ACT, WATCH):
        if state in states:
            return state
    return OK


def _rising(value: float, watch: float, act: float) -> str:
    if value >= act:
        return ACT
    return WATCH if value >= watch else OK
