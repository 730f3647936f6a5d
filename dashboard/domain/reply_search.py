"""Finding a reply as one types, or by a customer's message: inflections, compounds, synonyms, typing errors."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from operator import itemgetter
from typing import Final

from dashboard.domain.folding import fold
from dashboard.domain.replies import Reply
from dashboard.domain.reply_vocabulary import Vocabulary
from dashboard.domain.reply_words import compound, known_part, normal_words, stem
from dashboard.domain.thesaurus import Thesaurus

LETTERS_MAX: Final = 5_000  # of a pasted message are read
ASKED_MAX: Final = 24  # the rarest of them are looked up
LOOKED_AT_MAX: Final = 12_000  # places looked at for one word typed
_BLANK: Final = re.compile(r"\{\{.*?\}\}")
# A hit in the title counts most: titles are what agents remember.
_WEIGHTS: Final = {"title": 6.0, "tags": 5.0, "body": 1.5}
_SAME, _PART, _BEGINS, _MEANS, _INSIDE, _TYPO = 1.0, 0.75, 0.7, 0.6, 0.45, 0.7
# What reaches less of the best reply's score, and covers less of the query, was hit by a side remark. Where a reply
# covers all that was typed, each word narrows the list; otherwise the words may not be those of our texts.
_LEAST_OF_ALL, _LEAST_OF_SOME = 0.55, 0.2
_CHANGED_MAX: Final = 0.2  # above, building anew is faster

Postings = dict[str, dict[int, float]]


class ReplyIndex:
    """An index of replies by language; `updated` makes the next one from what changed, so searches never wait."""

    def __init__(self, replies: Iterable[Reply] = (), *, meanings: Mapping[str, Thesaurus] | None = None) -> None:
        self._meanings = meanings or {}
        self._shelves = {
            language: Shelf.built(found, language=language, meaning=self._meanings.get(language, Thesaurus()))
            for language, found in _by_language(replies).items()
        }

    def search(self, query: str, *, language: str | None = None) -> list[tuple[Reply, float]]:
        """Replies that cover the query about as well as the best one does, best first.

        An empty query gives all replies with score 0, in title order.
        """
        query = query[:LETTERS_MAX]
        shelves = [shelf for name, shelf in self._shelves.items() if language in (None, name)]
        found = [hit for shelf in shelves for hit in shelf.search(query)]
        # Numbers are a shelf's own, so that two of different shelves may be alike up to the reply, which has no order.
        found.sort(key=None if len(shelves) == 1 else itemgetter(0, 1, 2))
        return [(reply, -below) for below, _, _, reply in found]

    def updated(self, replies: Iterable[Reply]) -> ReplyIndex:
        """The index of other replies, sharing all that did not change."""
        other = ReplyIndex(meanings=self._meanings)
        for language, found in _by_language(replies).items():
            shelf = self._shelves.get(language)
            meaning = self._meanings.get(language, Thesaurus())
            other._shelves[language] = (
                shelf.updated(found) if shelf else Shelf.built(found, language=language, meaning=meaning)
            )
        return other


# The negative score, the title, the order in which it was shelved, and the reply: so hits sort. A plain tuple, for one
# letter finds thousands.
Hit = tuple[float, str, int, Reply]


class Shelf:
    """The replies of one language: which stem stands where, with what weight."""

    def __init__(self, language: str, meaning: Thesaurus) -> None:
        self._language = language
        self._meaning = meaning
        self._replies: dict[int, Reply] = {}
        self._titles: dict[int, str] = {}
        self._postings: Postings = {}
        self._words = Vocabulary()
        self._next = 0

    @classmethod
    def built(cls, replies: Iterable[Reply], *, language: str, meaning: Thesaurus) -> Shelf:
        """A shelf of these replies."""
        shelf = cls(language, meaning)
        words: set[str] = set()
        for reply in replies:
            for one, weight in shelf._stems(reply, words).items():
                shelf._postings.setdefault(one, {})[shelf._next] = weight
            shelf._replies[shelf._next] = reply
            shelf._titles[shelf._next] = fold(reply.title)
            shelf._next += 1
        shelf._words = Vocabulary(words)
        return shelf

    def updated(self, replies: Iterable[Reply]) -> Shelf:
        """The next state; what did not change is shared with this one, and nothing of this one is touched."""
        wanted = {reply.id: reply for reply in replies}
        gone = {n for n, reply in self._replies.items() if wanted.get(reply.id) != reply}
        kept = {reply.id for n, reply in self._replies.items() if n not in gone}
        new = [reply for reply in wanted.values() if reply.id not in kept]
        if not gone and not new:
            return self
        if len(gone) + len(new) > max(20, _CHANGED_MAX * len(wanted)):
            return Shelf.built(wanted.values(), language=self._language, meaning=self._meaning)
        return self._changed(gone, new)

    def search(self, query: str) -> list[Hit]:
        """Hits of this shelf, in no order."""
        asked = self._asked(query)
        if not asked:
            all_of_them = dict.fromkeys(self._replies, 0.0)
            return [] if normal_words(query, language=self._language) else self._found(all_of_them)
        total: dict[int, float] = defaultdict(float)
        covered: dict[int, float] = defaultdict(float)
        for hits, rarity in asked:
            for number, score in hits.items():
                total[number] += rarity * score
                covered[number] += rarity
        whole = sum(rarity for _, rarity in asked)
        scores = {n: score * (0.5 + 0.5 * covered[n] / whole) for n, score in total.items()}
        most_covered = max(covered.values())
        least = max(scores.values()) * (_LEAST_OF_ALL if most_covered >= whole - 1e-9 else _LEAST_OF_SOME)
        kept = {n: one for n, one in scores.items() if one >= least or covered[n] == most_covered}
        return self._found(kept)

    def _found(self, scores: Mapping[int, float]) -> list[Hit]:
        titles, replies = self._titles, self._replies
        return [(-score, titles[n], n, replies[n]) for n, score in scores.items()]

    def _asked(self, query: str) -> list[tuple[dict[int, float], float]]:
        """For the telling words of a query: the replies each hits, and how rare it is."""
        said = list(dict.fromkeys(normal_words(query, language=self._language)))
        said += [left + right for left, right in pairwise(said) if left + right in self._words]
        telling = [word for word in said if word not in self._meaning.stop] or said
        found = [(hits, self._rarity(hits)) for word in telling if (hits := self._hits(word)) or len(telling) <= 3]
        return sorted(found, key=lambda one: -one[1])[:ASKED_MAX] if any(hits for hits, _ in found) else []

    def _rarity(self, hits: dict[int, float]) -> float:
        sure = sum(score >= _WEIGHTS["body"] * _MEANS for score in hits.values())
        return math.log(1 + (len(self._replies) - sure + 0.5) / (sure + 0.5))

    def _hits(self, word: str) -> dict[int, float]:
        """Replies by how well they meet one word."""
        scores: dict[int, float] = {}
        looked_at = 0
        for one, closeness in sorted(self._close(word).items(), key=lambda pair: -pair[1]):
            postings = self._postings[one]
            for number, weight in postings.items():
                if (score := weight * closeness) > scores.get(number, 0.0):
                    scores[number] = score
            # One letter begins half of all words: what it meets first is as good as the rest, and there at once.
            if (looked_at := looked_at + len(postings)) > LOOKED_AT_MAX:
                break
        return scores

    def _close(self, word: str) -> dict[str, float]:
        """Stems that meet a word, with their closeness."""
        own = stem(word, language=self._language)
        close: dict[str, float] = {}
        self._take(close, [word], _SAME)
        self._take(close, self._words.beginning(word), _BEGINS)
        for other in self._meaning.synonyms.get(own, ()):
            if other in self._postings:
                close[other] = max(close.get(other, 0.0), _MEANS)
        if len(word) >= 4:
            self._take(close, self._words.around(word), _INSIDE)
        if own not in self._postings and len(word) >= 7:
            self._take(close, compound(word, self._known), _PART)
        if not close and len(word) >= 4:
            for known, like in self._words.near(word).items():
                self._take(close, [known], _TYPO * like)
        if not close:
            self._take(close, known_part(word, self._known), _PART)
        return close

    def _take(self, close: dict[str, float], words: Iterable[str], closeness: float) -> None:
        for word in words:
            one = stem(word, language=self._language)
            if one in self._postings and closeness > close.get(one, 0.0):
                close[one] = closeness

    def _known(self, word: str) -> bool:
        one = stem(word, language=self._language)
        return len(one) >= 3 and (one in self._postings or one in self._meaning.synonyms)

    def _stems(self, reply: Reply, words: set[str]) -> dict[str, float]:
        """Stems of a reply with their weight; its words are added to `words`."""
        fields = {"title": reply.title, "tags": " ".join(reply.tags), "body": _BLANK.sub(" ", reply.body)}
        stems: dict[str, float] = {}
        for field, text in fields.items():
            for word in set(normal_words(text, language=self._language)):
                words.add(word)
                one = stem(word, language=self._language)
                stems[one] = stems.get(one, 0.0) + _WEIGHTS[field]
        return stems

    def _changed(self, gone: set[int], new: list[Reply]) -> Shelf:
        other = Shelf(self._language, self._meaning)
        other._replies = {n: reply for n, reply in self._replies.items() if n not in gone}
        other._titles = {n: self._titles[n] for n in other._replies}
        other._postings, other._next = dict(self._postings), self._next + len(new)
        words: set[str] = set()
        added = {self._next + n: self._stems(reply, words) for n, reply in enumerate(new)}
        touched = {one for n in gone for one in self._stems(self._replies[n], set())}
        for one in touched.union(*added.values()):
            other._postings[one] = {n: w for n, w in self._postings.get(one, {}).items() if n not in gone}
        for (number, stems), reply in zip(added.items(), new, strict=True):
            other._replies[number] = reply
            other._titles[number] = fold(reply.title)
            for one, weight in stems.items():
                other._postings[one][number] = weight
        other._words = self._words.with_words(words)
        return other


def _by_language(replies: Iterable[Reply]) -> dict[str, list[Reply]]:
    shelves: dict[str, list[Reply]] = defaultdict(list)
    for reply in replies:
        shelves[reply.language].append(reply)
    return shelves
