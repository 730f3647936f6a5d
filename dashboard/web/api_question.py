"""The query of a request to /api/replies, checked: an unknown key or value is refused, never ignored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from werkzeug.datastructures import MultiDict

from dashboard.domain.incidents import Phase
from dashboard.domain.replies import CHANNELS, LANGUAGES
from dashboard.services.replies.reply_feed import NO_INCIDENT, PAGE_MAX, Asked

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "channel": CHANNELS,
    "language": LANGUAGES,
    "phase": tuple(phase.value for phase in Phase),
    "fill": ("facts", "raw"),
}
KEYS: Final = (*CHOICES, "incident", "after", "limit")
AFTER_MAX: Final = 220


class QuestionError(ValueError):
    """The query asks for what there is not; says what, what was got and what may stand there."""


def read_question(query: MultiDict[str, str]) -> Asked:
    """What is asked for; raises QuestionError."""
    unknown = sorted(set(query) - set(KEYS))
    if unknown:
        raise QuestionError(f"unknown parameter {unknown[0][:40]!r}; known are {_listed(KEYS)}")
    chosen = {key: _chosen(query, key) for key in CHOICES}
    return Asked(
        channel=chosen["channel"],
        language=chosen["language"],
        phase=chosen["phase"],
        incident=_incident(query.get("incident")),
        raw=chosen["fill"] == "raw",
        after=query.get("after", "")[:AFTER_MAX],
        limit=_limit(query.get("limit")),
    )


def _chosen(query: MultiDict[str, str], key: str) -> str | None:
    given = query.get(key)
    if given is not None and given not in CHOICES[key]:
        raise QuestionError(f"{key} must be one of {_listed(CHOICES[key])}, got {given[:40]!r}")
    return given


def _incident(given: str | None) -> str | None:
    if given is None or given == NO_INCIDENT or (given.isascii() and given.isdecimal() and len(given) <= 9):
        return given
    raise QuestionError(f"incident must be a number or {NO_INCIDENT!r}, got {given[:40]!r}")


def _limit(given: str | None) -> int:
    if given is None:
        return 100
    if given.isascii() and given.isdecimal() and len(given) <= 4 and 1 <= int(given) <= PAGE_MAX:
        return int(given)
    raise QuestionError(f"limit must be a whole number from 1 to {PAGE_MAX}, got {given[:40]!r}")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
