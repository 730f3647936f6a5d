"""Which of the replies found comes first, and what a pasted message asks for, with the fact that answers it."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.domain.folding import fold
from dashboard.domain.incidents import IncidentFacts
from dashboard.domain.replies import Reply
from dashboard.domain.reply_asks import Ask, Phrases, asks_in, phrases
from dashboard.services.replies.reply_facts import fact_words
from dashboard.services.replies.reply_use import Key

# How much each can lift a reply above one that fits the words as well: between close matches it decides, a clearly
# better match stays in front.
_PHASE, _USE, _INCIDENT = 0.10, 0.10, 0.06
LIFTED_MAX: Final = 300  # of a search; what matches less well is not lifted above them
_ASKED = 0.60  # of a pasted message: what it asks outright says more than the words around it
_FACT: Final[Mapping[Ask, str]] = {
    Ask.ETA: "incident.eta",
    Ask.NEXT_UPDATE: "incident.next_update",
    Ask.CAUSE: "incident.cause",
    Ask.AFFECTED: "incident.services",
    Ask.COMPENSATION: "incident.compensation",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a message and the fact that answers it; None where nobody has recorded it, or its time is past.

    `past`: a promised time has gone by. `code` names the message that says what is asked.
    """

    code: str
    value: str | None
    past: bool = False


def ranked(
    hits: Sequence[tuple[Reply, float]],
    *,
    facts: IncidentFacts | None = None,
    shares: Mapping[Key, float] | None = None,
    message: str = "",
) -> list[tuple[Reply, float]]:
    """The replies found, best first: by match, then lifted by the incident's phase, its subject and by use.

    `hits` come best first; a score of 0 means that nothing was looked for. `shares` are of [0, 1], the most copied
    reply has 1. What a pasted `message` asks for lifts the replies about it.
    """
    subject = _subject(facts)
    topics = {language: _topics(message, language) for language in ask_phrases()} if message else {}

    def lift(reply: Reply) -> float:
        phase = facts is not None and facts.phase.value in reply.phases
        use = math.sqrt((shares or {}).get((reply.key, reply.language), 0.0))
        said = _said(reply.title, reply.tags)
        about = any(word in said for word in subject)
        asked = any(f" {word}" in said for word in topics.get(reply.language, ()))
        return _PHASE * phase + _USE * use + _INCIDENT * about + _ASKED * asked

    def place(hit: tuple[Reply, float]) -> tuple[float, float]:
        lifted = lift(hit[0])
        return -hit[1] * (1 + lifted), -lifted

    searched = bool(hits) and hits[0][1] > 0
    most = LIFTED_MAX if searched else len(hits)
    return [*sorted(hits[:most], key=place), *hits[most:]]


@lru_cache(maxsize=20_000)
def _said(title: str, tags: tuple[str, ...]) -> str:
    return fold(f" {title} {' '.join(tags)}")


def asked_facts(
    message: str, *, language: str, facts: IncidentFacts | None, zone: ZoneInfo, now: datetime
) -> tuple[Asked, ...]:
    """What a message asks for, each with the fact as a reply would say it."""
    asks = asks_in(message, ask_phrases()[language])
    if not asks:
        return ()
    words = fact_words(facts, language=language, zone=zone, now=now)
    named = ((ask.value, _FACT.get(ask, "")) for ask in asks)
    return tuple(Asked(code, words.values.get(name) or None, name in words.past) for code, name in named)


@cache
def ask_phrases() -> Mapping[str, Phrases]:
    """The phrases the product comes with, by language."""
    return {language: phrases(table) for language, table in _tables().items() if language != "topics"}


def _topics(message: str, language: str) -> tuple[str, ...]:
    """Beginnings of words that replies to the questions of a message have."""
    return tuple(word for ask in asks_in(message, ask_phrases()[language]) for word in _tables()["topics"][ask.value])


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("reply_asks.toml").read_text(encoding="utf-8"))


def _subject(facts: IncidentFacts | None) -> tuple[str, ...]:
    """The telling words of the services an incident strikes; of its title where none is named."""
    if facts is None:
        return ()
    said = " ".join(facts.services) or facts.title
    return tuple(word[:8] for word in fold(said).split() if len(word) >= 5)
