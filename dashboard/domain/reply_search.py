"""Finding a reply as one types: word beginnings and parts, umlauts written either way, single typing errors."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from dashboard.domain.replies import Reply

_WORD: Final = re.compile(r"[a-z0-9]+")
_BLANK: Final = re.compile(r"\{\{.*?\}\}")
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
# A hit in the title counts most: titles are what agents remember.
_WEIGHTS: Final = {"title": 6.0, "tags": 5.0, "body": 1.5}
_EXACT, _BEGINS, _INSIDE, _TYPO = 1.0, 0.7, 0.45, 0.3


def fold(text: str) -> str:
    """Lower case, ü as ue, ß as ss, accents off, so that both ways of writing meet."""
    plain = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The folded words of a text."""
    return _WORD.findall(fold(text))


class ReplyIndex:
    """An index of replies; built once per state of the library, read by every search."""

    def __init__(self, replies: Iterable[Reply]) -> None:
        self._replies = tuple(replies)
        self._postings: dict[str, dict[int, float]] = defaultdict(dict)
        for number, reply in enumerate(self._replies):
            self._add(number, reply)

    def search(self, query: str) -> list[tuple[Reply, float]]:
        """Replies that hold every word of the query, best first; half the words, where none holds all.

        An empty query gives all replies with score 0, in title order.
        """
        asked = list(dict.fromkeys(words(query)))[:12]
        if not asked:
            return [(reply, 0.0) for reply in sorted(self._replies, key=lambda r: fold(r.title))]
        hits = [self._word_scores(word) for word in asked]
        for needed in range(len(asked), (len(asked) - 1) // 2, -1):
            found = self._together(hits, needed=needed)
            if found:
                return found
        return []

    def _add(self, number: int, reply: Reply) -> None:
        fields = {"title": reply.title, "tags": " ".join(reply.tags), "body": _BLANK.sub(" ", reply.body)}
        for field, text in fields.items():
            for word in words(text):
                scores = self._postings[word]
                scores[number] = max(scores.get(number, 0.0), _WEIGHTS[field])

    def _word_scores(self, word: str) -> dict[int, float]:
        scores: dict[int, float] = {}
        for known, closeness in self._close(word):
            for number, weight in self._postings[known].items():
                scores[number] = max(scores.get(number, 0.0), weight * closeness)
        return scores

    def _close(self, word: str) -> list[tuple[str, float]]:
        close = [(known, kind) for known in self._postings if (kind := _closeness(word, known))]
        if close or len(word) < 4:
            return close
        allowed = 1 if len(word) < 8 else 2
        return [(known, _TYPO) for known in self._postings if _near(word, known, allowed=allowed)]

    def _together(self, hits: Sequence[dict[int, float]], *, needed: int) -> list[tuple[Reply, float]]:
        total: dict[int, float] = defaultdict(float)
        count: dict[int, int] = defaultdict(int)
        for scores in hits:
            for number, score in scores.items():
                total[number] += score
                count[number] += 1
        found = [(self._replies[n], total[n]) for n in total if count[n] >= needed]
        return sorted(found, key=lambda hit: (-hit[1], fold(hit[0].title)))


def _closeness(word: str, known: str) -> float:
    if word == known:
        return _EXACT
    if known.startswith(word):
        return _BEGINS
    # German compounds: "konto" is meant to find "Kundenkonto"; shorter pieces would match everywhere.
    return _INSIDE if len(word) >= 4 and word in known else 0.0


def _near(word: str, known: str, *, allowed: int) -> bool:
    """Whether `word`, or the beginning of `known` as long as it, is within `allowed` typing errors."""
    if word[0] != known[0] and word[1] != known[1:2]:
        return False
    whole = abs(len(word) - len(known)) <= allowed and _errors(word, known) <= allowed
    return whole or (len(known) > len(word) and _errors(word, known[: len(word)]) <= allowed)


def _errors(left: str, right: str) -> int:
    """Insertions, deletions, replacements and swapped neighbours between two words."""
    before: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        row = [i]
        for j, b in enumerate(right, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
