"""The search of replies beside SQL LIKE, SQLite FTS5 and TF-IDF on letter groups: what it finds, and how fast.

python -m tests.bench.bench_reply_search
"""

from __future__ import annotations

import random
import re
import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from sklearn.feature_extraction.text import TfidfVectorizer

from dashboard.domain.folding import fold
from dashboard.domain.replies import Reply
from dashboard.domain.reply_search import ReplyIndex
from dashboard.services.replies.reply_thesaurus import meanings
from tests.dashboard.domain.reply_quality import Search, messages, quality, queries, starter_library

MANY = 10_000
MAKE = Callable[[Sequence[Reply]], Search]


def ours(replies: Sequence[Reply]) -> Search:
    """The product's index."""
    index = ReplyIndex(replies, meanings=meanings())
    return lambda query, language: [hit.key for hit, _ in index.search(query, language=language)]


def sql_like(replies: Sequence[Reply]) -> Search:
    """Rows in which every word occurs, those with the words in the title first; where none holds all, any word."""
    base = _table(replies, "CREATE TABLE reply (key, language, title, tags, body)")

    def search(query: str, language: str) -> list[str]:
        words = [f"%{word}%" for word in query.split()]
        any_field = "(title LIKE ? OR tags LIKE ? OR body LIKE ?)"
        for glue in (" AND ", " OR "):
            order = " + ".join(["(title LIKE ?)"] * len(words))
            text = f"SELECT key FROM reply WHERE language = ? AND ({glue.join([any_field] * len(words))}) ORDER BY {order} DESC"  # noqa: E501
            found = base.execute(text, [language, *(w for word in words for w in [word] * 3), *words]).fetchall()
            if found:
                return [key for (key,) in found]
        return []

    return search


def fts5(tokenizer: str, *, prefix: bool) -> MAKE:
    """SQLite's full-text search, any of the words, ranked by BM25 with the weights of our fields."""

    def make(replies: Sequence[Reply]) -> Search:
        base = _table(
            replies,
            f"CREATE VIRTUAL TABLE reply USING fts5(key UNINDEXED, language UNINDEXED, title, tags, body, tokenize='{tokenizer}')",  # noqa: E501
        )

        def search(query: str, language: str) -> list[str]:
            asked = " OR ".join(f'"{word}"{"*" if prefix else ""}' for word in re.findall(r"\w+", query))
            text = "SELECT key FROM reply WHERE reply MATCH ? AND language = ? ORDER BY bm25(reply, 0, 0, 6, 5, 1.5)"
            return [key for (key,) in base.execute(text, [asked, language])] if asked else []

        return search

    return make


def tf_idf(replies: Sequence[Reply]) -> Search:
    """Cosine of TF-IDF vectors of letter groups within words."""
    model = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, preprocessor=fold)
    texts = [f"{r.title} {r.title} {' '.join(r.tags)} {' '.join(r.tags)} {r.body}" for r in replies]
    rows = model.fit_transform(texts)

    def search(query: str, language: str) -> list[str]:
        scores = (rows @ model.transform([query]).T).toarray().ravel()
        best = scores.argsort()[::-1][:200]
        return [replies[n].key for n in best if replies[n].language == language and scores[n] > 0]

    return search


def many_replies(count: int = MANY) -> list[Reply]:
    """A library of so many texts, each a starter reply with other words in it."""
    chance, library = random.Random(7), starter_library()
    words = [word for reply in library for word in f"{reply.title} {reply.body}".split() if word.isalpha()]

    def another(number: int) -> Reply:
        reply = library[number % len(library)]
        more = " ".join(chance.choices(words, k=30))
        title = f"{reply.title} {chance.choice(words)} {chance.randrange(9000)}"
        return replace(reply, key=f"{reply.key}-{number}", title=title, body=f"{reply.body} {more}")

    return [another(number) for number in range(count)]


def main() -> None:
    """Print both tables."""
    kinds: dict[str, MAKE] = {
        "SQL LIKE": sql_like,
        "FTS5 words, prefixes": fts5("unicode61 remove_diacritics 2", prefix=True),
        "FTS5 trigrams": fts5("trigram", prefix=False),
        "TF-IDF letter groups": tf_idf,
        "ours": ours,
    }
    library, many = starter_library(), many_replies()
    print(f"{len(library)} starter replies; recall@3 and MRR on the half it was tuned on | on the half held out")
    for name, make in kinds.items():
        search = make(library)
        row = [
            f"{kind} {one.queries}: {one.recall:.3f} {one.mrr:.3f}"
            for kind, asked in (("queries", queries), ("messages", messages))
            for one in (quality(search, asked("tuned")), quality(search, asked("held_out")))
        ]
        print(f"{name:<22} {' | '.join(row)}")
    print(f"\n{MANY} replies: seconds to build; ms a search, typed letter by letter: median, p95, slowest")
    for name, make in kinds.items():
        _print_speed(name, make, many)
    _print_update(many)


def _print_speed(name: str, make: MAKE, many: Sequence[Reply]) -> None:
    start = time.perf_counter()
    search = make(many)
    built = time.perf_counter() - start
    took = []
    for one in queries("tuned")[::3] + queries("held_out")[::3]:
        for length in range(1, len(one.text) + 1, 3):
            start = time.perf_counter()
            search(one.text[:length], one.language)
            took.append(1000 * (time.perf_counter() - start))
    took.sort()
    print(
        f"{name:<22} {built:5.2f} s   {statistics.median(took):6.1f} {took[int(0.95 * len(took))]:6.1f} {took[-1]:6.1f}"
    )


def _print_update(many: list[Reply]) -> None:
    index = ReplyIndex(many, meanings=meanings())
    changed = [replace(many[0], version=2, body="Ein neuer Text."), *many[1:]]
    start = time.perf_counter()
    index.updated(changed)
    print(f"\none reply changed among {len(many)}: index renewed in {1000 * (time.perf_counter() - start):.0f} ms")


def _table(replies: Sequence[Reply], create: str) -> sqlite3.Connection:
    base = sqlite3.connect(":memory:")
    base.execute(create)
    rows = [(r.key, r.language, r.title, " ".join(r.tags), r.body) for r in replies]
    base.executemany("INSERT INTO reply VALUES (?, ?, ?, ?, ?)", rows)
    return base


if __name__ == "__main__":
    main()
