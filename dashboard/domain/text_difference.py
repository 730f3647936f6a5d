"""What differs between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

# Blanks are one word, so are runs of white space; long texts are compared by line first to stay quick.
_WORD: Final = re.compile(r"\{\{.*?\}\}|\s+|\w+|[^\w\s]")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
WORDS_MAX: Final = 2_000


class Side(StrEnum):
    """Where a piece of text stands."""

    BOTH = "both"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text and the side it stands on."""

    side: Side
    text: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both texts in reading order: BOTH and BEFORE make the first text, BOTH and AFTER the other."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > WORDS_MAX:
        old, new = _LINE.findall(before), _LINE.findall(after)
    pieces: list[Piece] = []
    for change, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if change == "equal":
            _add(pieces, Side.BOTH, "".join(old[a:b]))
        else:
            _add(pieces, Side.BEFORE, "".join(old[a:b]))
            _add(pieces, Side.AFTER, "".join(new[c:d]))
    return tuple(pieces)


def _add(pieces: list[Piece], side: Side, text: str) -> None:
    if text:
        pieces.append(Piece(side, text))
