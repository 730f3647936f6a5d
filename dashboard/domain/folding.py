"""Words as they are compared: lower case, ü as ue, ß as ss, accents off, so that both ways of writing meet."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def fold(text: str) -> str:
    """A text in the form in which it is compared."""
    plain = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    if plain.isascii():
        return plain
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The folded words of a text."""
    return _WORD.findall(fold(text))
