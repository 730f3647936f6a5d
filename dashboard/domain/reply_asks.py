"""What a customer's message asks for: when it is over, why it happened, compensation, whether data are safe.

Found by phrases, not by understanding: a missed question costs a glance, a wrong one a line too many.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from dashboard.domain.folding import fold

LETTERS_MAX: Final = 5_000
MESSAGE_FROM: Final = 5  # words; fewer are a search
_APOSTROPHES: Final = str.maketrans("'’", "  ")


class Ask(StrEnum):
    """A question that the incident's facts answer, or nobody does yet."""

    ETA = "eta"
    NEXT_UPDATE = "next_update"
    CAUSE = "cause"
    AFFECTED = "affected"
    COMPENSATION = "compensation"
    DATA = "data"


Phrases = Mapping[Ask, re.Pattern[str]]


def phrases(table: Mapping[str, Sequence[str]]) -> Phrases:
    """The phrases of one language, from regular expressions on folded text by the name of what they ask."""
    return {Ask(name): re.compile("|".join(parts)) for name, parts in table.items()}


def asks_in(message: str, known: Phrases) -> tuple[Ask, ...]:
    """What a message asks for, in the order of the questions above; empty for a search of a few words."""
    if len(message.split()) < MESSAGE_FROM:
        return ()
    text = " ".join(fold(message[:LETTERS_MAX]).translate(_APOSTROPHES).split())
    return tuple(ask for ask in Ask if ask in known and known[ask].search(text))
