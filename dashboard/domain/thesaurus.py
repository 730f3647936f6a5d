"""Words that mean the same to a customer, and words that mean nothing for a search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dashboard.domain.reply_words import normal_words, stem


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """One language's synonyms by stem, and its stop words in normal form."""

    synonyms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stop: frozenset[str] = frozenset()


def thesaurus(groups: Iterable[Iterable[str]], stop: Iterable[str], *, language: str) -> Thesaurus:
    """Build it from groups of words; a word may stand in several groups."""
    synonyms: dict[str, set[str]] = {}
    for group in groups:
        stems = {stem(word, language=language) for entry in group for word in normal_words(entry, language=language)}
        for one in stems:
            synonyms.setdefault(one, set()).update(stems - {one})
    normal = frozenset(word for entry in stop for word in normal_words(entry, language=language))
    return Thesaurus({one: frozenset(others) for one, others in synonyms.items()}, normal)
