"""What a second reader would say of a draft: too long, promises too much, hard to read, links to strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from dashboard.domain.folding import fold
from dashboard.domain.incidents import Phase
from dashboard.domain.placeholders import TemplateError, names_in
from dashboard.domain.reading_ease import reading_ease
from dashboard.domain.reply_length import SOCIAL_MAX, fixed_text, limit_broken, roomy_text, sms

WORDS_MAX: Final = {"call": 90, "chat": 90, "email": 250, "ticket": 250}
EASY_ENOUGH: Final = {"de": 40.0, "en": 50.0}
_OPEN: Final = frozenset({Phase.INVESTIGATING, Phase.IDENTIFIED, Phase.MONITORING})
# Whoever hears how things stand wants to know when to look again.
_STANDING: Final = frozenset({"incident.started", "incident.eta", "incident.cause", "incident.services"})
_LINK: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)


class Weight(StrEnum):
    """How much a finding matters: said, worth a second look, or in the way of review and approval."""

    NOTE = "note"
    WARNING = "warning"
    BLOCKS = "blocks"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a second reader would say; `code` names the message, `values` fill it."""

    code: str
    weight: Weight
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """The house's own rules.

    `promises` by language: words that promise what nobody can keep, `*` ends a word anyhow. `hosts` may be linked to;
    where none is named, every link gets a second look, and none is refused.
    """

    promises: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hosts: Sequence[str] = ()


def lint(body: str, *, channel: str, language: str, phases: Sequence[str], rules: Rules) -> tuple[Finding, ...]:
    """All findings, the grave ones first."""
    try:
        names = names_in(body)
    except TemplateError as error:
        return (Finding("unknown_blank", Weight.BLOCKS, {"got": error.blank}),)
    found = [
        *_length(body, channel),
        *_promises(body, rules.promises.get(language, ())),
        *_next_update(names, phases),
        *_links(body, rules.hosts),
        *_reading(body, language),
    ]
    return tuple(sorted(found, key=lambda one: list(Weight).index(one.weight), reverse=True))


def blockers(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What keeps a text from review and approval."""
    return tuple(one for one in findings if one.weight is Weight.BLOCKS)


def _length(body: str, channel: str) -> Iterator[Finding]:
    if broken := limit_broken(fixed_text(body), channel=channel):
        yield Finding("too_long", Weight.BLOCKS, {"most": broken[0], "got": broken[1]})
        return
    filled = roomy_text(body)
    if channel == "social" and len(filled) > SOCIAL_MAX:
        yield Finding("may_get_long", Weight.WARNING, {"most": SOCIAL_MAX, "got": len(filled)})
    if channel == "sms":
        yield from _short_message(filled)
    said = len(filled.split())
    if said > (most := WORDS_MAX.get(channel, said)):
        yield Finding("many_words", Weight.WARNING, {"most": most, "got": said})


def _short_message(filled: str) -> Iterator[Finding]:
    message = sms(filled)
    values = {"got": message.places, "room": message.room, "parts": message.parts, "foreign": " ".join(message.foreign)}
    if message.foreign:
        yield Finding("sms_foreign", Weight.WARNING, values)
    if not message.fits_one:
        yield Finding("sms_parts", Weight.WARNING, values)
    elif not message.foreign:
        yield Finding("sms_fits", Weight.NOTE, values)


def _promises(body: str, phrases: Sequence[str]) -> Iterator[Finding]:
    text = fold(body)
    hits = dict.fromkeys(hit.group() for phrase in phrases for hit in _pattern(phrase).finditer(text))
    if hits:
        yield Finding("promise", Weight.WARNING, {"got": ", ".join(" ".join(hit.split()) for hit in hits)})


@lru_cache(maxsize=512)
def _pattern(phrase: str) -> re.Pattern[str]:
    words = r"\s*".join(re.escape(word).replace(r"\*", r"\w*") for word in fold(phrase).split())
    return re.compile(rf"(?<!\w){words}(?!\w)")


def _next_update(names: Sequence[str], phases: Sequence[str]) -> Iterator[Finding]:
    if _OPEN & set(phases) and _STANDING & set(names) and "incident.next_update" not in names:
        yield Finding("no_next_update", Weight.WARNING)


def _links(body: str, hosts: Sequence[str]) -> Iterator[Finding]:
    weight = Weight.BLOCKS if hosts else Weight.WARNING
    for link in dict.fromkeys(match.group().rstrip(".,;:!?") for match in _LINK.finditer(body)):
        if not _allowed(link, hosts):
            yield Finding("strange_link" if hosts else "unlisted_link", weight, {"got": link})


def _allowed(link: str, hosts: Sequence[str]) -> bool:
    """Whether a link leads to a host of the list, or one below it; what cannot be read as a link is a stranger."""
    try:
        host = urlsplit(link if "://" in link else f"https://{link}").hostname or ""
    except ValueError:
        return False
    return any(host == known or host.endswith(f".{known}") for known in (one.casefold() for one in hosts))


def _reading(body: str, language: str) -> Iterator[Finding]:
    ease = reading_ease(fixed_text(body), language=language)
    if ease is not None:
        hard = ease < EASY_ENOUGH.get(language, 0.0)
        values = {"ease": round(ease), "least": round(EASY_ENOUGH.get(language, 0.0))}
        yield Finding("hard_to_read" if hard else "reads_well", Weight.WARNING if hard else Weight.NOTE, values)
