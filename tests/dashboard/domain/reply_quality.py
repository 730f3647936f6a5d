"""Queries with the replies they should find, and how well a search finds them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.domain.replies import Reply, Status
from dashboard.services.replies.starter_replies import starter_replies
from tests.dashboard.domain.reply_samples import SAMPLE

FOLDER = Path(__file__).with_name("reply_queries")
Search = Callable[[str, str], Sequence[str]]  # query, language → keys, best first


@dataclass(frozen=True, slots=True)
class Query:
    """What an agent types or pastes, and the keys of the replies that help."""

    language: str
    text: str
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Quality:
    """The share of queries with a good reply among the first three, and the mean of 1/rank of the first good one."""

    queries: int
    recall: float
    mrr: float
    missed: tuple[str, ...]


def queries(half: str) -> list[Query]:
    """The written queries: `tuned` or `held_out`."""
    return _queries(tomllib.loads((FOLDER / f"{half}.toml").read_text(encoding="utf-8")))


def messages(half: str) -> list[Query]:
    """The pasted messages of a half."""
    return _queries(tomllib.loads((FOLDER / "messages.toml").read_text(encoding="utf-8"))[half])


def starter_library() -> list[Reply]:
    """The starter replies as approved texts."""
    rows = starter_replies(SAMPLE.changed_at, approver="lou")
    return [
        Reply(
            row.key, row.version, row.language, row.channel, row.phases, row.title, row.body, row.tags,
            Status.APPROVED, row.author, row.approver, row.changed_at,
        )
        for row in rows
    ]  # fmt: skip


def quality(search: Search, asked: Iterable[Query]) -> Quality:
    """Ask all queries and judge the answers."""
    ranks = {one: _rank(search(one.text, one.language), one.keys) for one in asked}
    missed = tuple(one.text for one, rank in ranks.items() if not 0 < rank <= 3)
    return Quality(
        len(ranks),
        recall=1 - len(missed) / len(ranks),
        mrr=sum(1 / rank for rank in ranks.values() if rank) / len(ranks),
        missed=missed,
    )


def _queries(tables: dict[str, list[tuple[str, list[str]]]]) -> list[Query]:
    return [Query(lang, text, frozenset(keys)) for lang, rows in tables.items() for text, keys in rows]


def _rank(found: Sequence[str], wanted: frozenset[str]) -> int:
    return next((rank for rank, key in enumerate(found, start=1) if key in wanted), 0)
