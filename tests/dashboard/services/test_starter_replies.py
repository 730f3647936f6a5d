"""The starter set: complete in both languages, readable, and never over what people wrote."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.storage.read import get_replies
from connectors.storage.write import upsert_replies
from dashboard.domain.incidents import Phase
from dashboard.domain.placeholders import names_in
from dashboard.domain.replies import CHANNELS
from dashboard.services.starter_replies import AUTHOR, install_starter_replies, starter_replies
from tests.dashboard.services.desk_store import NOW, store

ROWS = starter_replies(NOW, approver=None)
GERMAN = [row for row in ROWS if row.language == "de"]
ENGLISH = [row for row in ROWS if row.language == "en"]


def test_both_languages_have_the_same_replies() -> None:
    assert [(r.key, r.channel, r.phases) for r in GERMAN] == [(r.key, r.channel, r.phases) for r in ENGLISH]
    assert len(GERMAN) >= 40
    assert max(Counter(r.key for r in GERMAN).values()) == 1


def test_both_languages_fill_the_same_blanks() -> None:
    for german, english in zip(GERMAN, ENGLISH, strict=True):
        assert set(names_in(german.body)) == set(names_in(english.body)), german.key


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_has_texts_for_calls_and_writing(phase: Phase) -> None:
    channels = {row.channel for row in GERMAN if phase in row.phases}
    assert channels & {"call"}
    assert channels & {"email", "ticket"}


def test_every_channel_has_texts() -> None:
    assert {row.channel for row in ROWS} == set(CHANNELS)


def test_what_is_said_aloud_or_posted_is_short() -> None:
    assert max(len(r.body) for r in ROWS if r.channel == "social") <= 240  # room for the times
    assert max(len(r.body.split()) for r in ROWS if r.channel in ("call", "chat")) <= 90


def test_german_says_sie() -> None:
    words = {word.strip(".,:;?!„“") for row in GERMAN for word in row.body.split()}
    assert not words & {"du", "dein", "deine", "deinen", "dir", "dich", "euch", "Du", "Dein", "Deine"}


def test_a_phone_text_opens_no_letter() -> None:
    for row in ROWS:
        letter = row.body.startswith(("Guten Tag {{", "Dear {{"))
        assert letter == (row.channel in ("email", "ticket")), row.key


def test_installing_twice_adds_nothing_and_keeps_changes(tmp_path: Path) -> None:
    with store(tmp_path) as session:
        assert install_starter_replies(session, now=NOW) == len(ROWS)
        stored = {(r.key, r.language): r for r in get_replies(session)}
        mine = replace(stored["apology-call", "de"], title="Meine", author="kim")
        upsert_replies(session, [mine])
        assert install_starter_replies(session, now=NOW, approver="drill") == 0
        again = {(r.key, r.language): r for r in get_replies(session)}
        assert again["apology-call", "de"].title == "Meine"
        assert {(r.author, r.status, r.approver) for r in again.values()} == {
            (AUTHOR, "in_review", None),
            ("kim", "in_review", None),
        }
