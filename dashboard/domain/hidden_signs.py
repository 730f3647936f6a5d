"""Signs nobody sees: they make a text read otherwise than it is copied."""

from __future__ import annotations

import re
from typing import Final

# Controls, zero-width signs and marks of direction; line separators; the joiners are handled apart, emoji need them.
_HIDDEN: Final = (
    "\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
)
_EMOJI: Final = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
# A joiner between emoji makes one of two; letters joined by one only look alike. Tags spell the flags of regions.
_FOUND: Final = re.compile(
    f"[{_HIDDEN}]|\u200c|(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]"
)


def hidden_sign(text: str) -> str | None:
    """The first sign of a text that nobody sees; None where there is none."""
    found = _FOUND.search(text)
    return found.group() if found else None


def without_hidden_signs(text: str) -> str:
    """A text as it looks."""
    return _FOUND.sub("", text)
