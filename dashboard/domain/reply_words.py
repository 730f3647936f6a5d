"""Words reduced to what searching compares: one form for Anmeldung, anmelden and angemeldet."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from dashboard.domain.folding import words

STEM_MIN: Final = 3
_FLAT: Final = re.compile(r"[aou]e")
_JOINTS: Final = ("", "s", "es", "n", "en", "e")  # what German puts between the parts of a compound
_PARTICLE = r"ab|an|auf|aus|bei|ein|fort|her|hin|los|mit|nach|um|vor|weg|weiter|wieder|zu|zuruck|zusammen"
_PARTICIPLE: Final = re.compile(rf"^({_PARTICLE})?ge(\w{{3,}}?)e?(?:t|en)(?:e[mnrs]?)?$")
_GERMAN_ENDS: Final = (
    "ungen",
    "ung",
    "igkeit",
    "keit",
    "heit",
    "lich",
    "ern",
    "em",
    "en",
    "er",
    "es",
    "et",
    "e",
    "n",
    "s",
    "t",
)
_ENGLISH_ENDS: Final = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "ions",
    "ion",
    "ies",
    "ed",
    "es",
    "s",
    "e",
    "y",
)


def normal_words(text: str, *, language: str) -> list[str]:
    """The words of a text as they are looked up; in German ü, ue and u meet, for people type all three."""
    found = words(text)
    return [_FLAT.sub(lambda pair: pair.group()[0], word) for word in found] if language == "de" else found


@lru_cache(maxsize=200_000)
def stem(word: str, *, language: str) -> str:
    """The part of a normal word that its inflections share."""
    return _german(word) if language == "de" else _english(word)


def compound(word: str, known: Callable[[str], bool]) -> tuple[str, ...]:
    """The two known parts of a German compound, cut as near its middle as may be; empty where it is none."""
    for cut in sorted(range(4, len(word) - 3), key=lambda at: abs(at - len(word) / 2)):
        if known(word[cut:]) and (left := _without_joint(word[:cut], known)):
            return (left, word[cut:])
    return ()


def known_part(word: str, known: Callable[[str], bool]) -> tuple[str, ...]:
    """The longest known end of a word, for it names the matter, else its longest known beginning."""
    for cut in range(3, len(word) - 4):
        if known(word[cut:]):
            return (word[cut:],)
    for cut in range(len(word) - 3, 4, -1):
        if left := _without_joint(word[:cut], known):
            return (left,)
    return ()


def _without_joint(part: str, known: Callable[[str], bool]) -> str:
    for joint in _JOINTS:
        bare = part.removesuffix(joint) if joint else part
        if part.endswith(joint) and len(bare) >= STEM_MIN and known(bare):
            return bare
    return ""


def _german(word: str) -> str:
    if len(word) > 6 and (found := _PARTICIPLE.match(word)):
        return (found.group(1) or "") + _cut(found.group(2), _GERMAN_ENDS)
    return _cut(word, _GERMAN_ENDS)


def _english(word: str) -> str:
    cut = _cut(word, _ENGLISH_ENDS)
    return cut[:-1] if len(cut) > STEM_MIN and cut[-1] == cut[-2] else cut


def _cut(word: str, ends: tuple[str, ...]) -> str:
    for end in ends:
        if word.endswith(end) and len(word) - len(end) >= STEM_MIN + (len(end) < 3):
            return word[: -len(end)]
    return word
