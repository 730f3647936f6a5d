"""How easily a text reads: Flesch's formula for English, Amstad's for German; 100 is easy, 0 is hard.

References: R. Flesch, "A new readability yardstick", Journal of Applied Psychology 32 (1948); T. Amstad, "Wie
verständlich sind unsere Zeitungen?", Zürich 1978. Syllables are counted by their vowels, which is right for most words.
"""

from __future__ import annotations

import re
from typing import Final

LEAST_WORDS: Final = 20  # below, one long word decides the figure
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_SENTENCE_END: Final = re.compile(r"[.!?:]+(?=\s|$)|\n+")
_GERMAN: Final = re.compile(r"aa|ai|au|äu|ay|ee|ei|eu|ey|ie|oo|[aeiouyäöü]")
_ENGLISH: Final = re.compile(r"[aeiouy]+")
_SILENT: Final = re.compile(r"(?:[^aeiouyl]|[aeiouy]l)es?$|[^aeiouytd]ed$")


def reading_ease(text: str, *, language: str) -> float | None:
    """The index of a text; None where it is too short to say."""
    found = _WORD.findall(text)
    if len(found) < LEAST_WORDS:
        return None
    per_sentence = len(found) / max(1, sum(bool(_WORD.search(s)) for s in _SENTENCE_END.split(text)))
    per_word = sum(syllables(word, language=language) for word in found) / len(found)
    if language == "de":
        return 180 - per_sentence - 58.5 * per_word
    return 206.835 - 1.015 * per_sentence - 84.6 * per_word


def syllables(word: str, *, language: str) -> int:
    """The syllables of a word, at least one."""
    lower = word.casefold().replace("ß", "ss") if language == "de" else word.casefold()
    if language == "de":
        return max(1, len(_GERMAN.findall(lower)))
    return max(1, len(_ENGLISH.findall(lower)) - bool(_SILENT.search(lower)))
