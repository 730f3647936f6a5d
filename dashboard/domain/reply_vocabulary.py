"""The words that occur in replies of one language, and which of them come close to a word typed."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final, Self

EXPANDED_MAX: Final = 250
_SIMILAR: Final = 0.5


class Vocabulary:
    """Sorted words with an index of their letter groups; never changed once built, `with_words` makes another."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._words = sorted(set(words))
        self._groups: dict[str, tuple[str, ...]] = _grouped(self._words)

    def with_words(self, words: Iterable[str]) -> Self:
        """The same with some words more."""
        new = [word for word in set(words) if word not in self]
        if not new:
            return self
        other = type(self)()
        other._words = list(self._words)
        other._groups = dict(self._groups)
        for word in new:
            insort(other._words, word)
        for group, found in _grouped(new).items():
            other._groups[group] = other._groups.get(group, ()) + found
        return other

    def __contains__(self, word: str) -> bool:
        at = bisect_left(self._words, word)
        return at < len(self._words) and self._words[at] == word

    def beginning(self, word: str) -> list[str]:
        """Words that begin with what was typed, without the word itself."""
        start = bisect_left(self._words, word)
        found = self._words[start : start + EXPANDED_MAX]
        return [known for known in found if known.startswith(word) and known != word]

    def around(self, word: str) -> list[str]:
        """Words that hold what was typed further inside: German compounds."""
        rarest = min((self._groups.get(group, ()) for group in _inner_groups(word)), key=len, default=())
        return [known for known in rarest if word in known and not known.startswith(word)][:EXPANDED_MAX]

    def near(self, word: str) -> dict[str, float]:
        """Words within a few typing errors, with their likeness [0, 1]; only those about as like as the best."""
        groups = _letter_groups(word)
        shared = Counter(known for group in groups for known in self._groups.get(group, ()))
        likely = {known: _likeness(word, known, shared=n, groups=len(groups)) for known, n in shared.items() if n > 1}
        best = max(likely.values(), default=0.0)
        return {known: like for known, like in likely.items() if like >= max(_SIMILAR, best - 0.15)}


def _grouped(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for word in words:
        for group in _letter_groups(word):
            groups[group].append(word)
    return {group: tuple(found) for group, found in groups.items()}


def _letter_groups(word: str) -> frozenset[str]:
    framed = f"^{word}$"
    return frozenset(framed[at : at + 3] for at in range(len(framed) - 2)) | frozenset(
        framed[at : at + 2] for at in range(len(framed) - 1)
    )


def _inner_groups(word: str) -> list[str]:
    return [word[at : at + 3] for at in range(len(word) - 2)]


def _likeness(word: str, known: str, *, shared: int, groups: int) -> float:
    """The share of letter groups in common; one typing error from four letters on is always like enough."""
    dice = 2 * shared / (groups + len(_letter_groups(known)))
    if dice < 0.3 or len(word) < 4:
        return 0.0
    # Of a word not yet typed to its end only the beginning counts; its first letter is then taken to be right.
    unfinished = len(known) > len(word) + 2 and known[0] == word[0]
    beginning = known[: len(word)] if unfinished else known
    errors = typing_errors(word, beginning)
    if errors <= (1 if len(word) < 8 else 2):
        return max(dice, 0.8 - 0.1 * errors)
    return dice if dice >= _SIMILAR and len(word) >= 7 else 0.0


def typing_errors(left: str, right: str) -> int:
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
