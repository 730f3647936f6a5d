"""What the search finds in the starter library, on written queries: the half it was tuned on, and the half held out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dashboard.domain.reply_search import ReplyIndex
from dashboard.services.replies.reply_thesaurus import meanings
from tests.dashboard.domain.reply_quality import messages, quality, queries, starter_library

INDEX = ReplyIndex(starter_library(), meanings=meanings())


def search(query: str, language: str) -> Sequence[str]:
    return [reply.key for reply, _ in INDEX.search(query, language=language)]


def test_the_queries_are_many_and_ask_for_what_there_is() -> None:
    asked = [*queries("tuned"), *queries("held_out")]
    assert len({(one.language, one.text) for one in asked}) == len(asked) >= 100
    assert min(sum(one.language == language for one in asked) for language in ("de", "en")) >= 50
    known = {reply.key for reply in starter_library()}
    for one in [*asked, *messages("tuned"), *messages("held_out")]:
        assert one.keys, one.text
        assert one.keys <= known, one.text


@pytest.mark.parametrize("half", ["tuned", "held_out"])
def test_a_good_reply_is_among_the_first_three(half: str) -> None:
    found = quality(search, queries(half))
    assert found.recall >= 0.95, found.missed
    assert found.mrr >= 0.88


@pytest.mark.parametrize("half", ["tuned", "held_out"])
def test_a_pasted_message_finds_its_answer(half: str) -> None:
    found = quality(search, messages(half))
    assert found.recall >= 0.9, found.missed


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_reply_is_found_first_by_its_own_title(language: str) -> None:
    missed = [
        reply.title
        for reply in starter_library()
        if reply.language == language
        and reply.title not in [hit.title for hit, _ in INDEX.search(reply.title, language=language)[:3]]
    ]
    assert missed == []
