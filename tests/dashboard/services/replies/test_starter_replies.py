"""The starter set: complete in both languages, within its channels, honest, and never over what people wrote."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.storage.read import get_replies
from connectors.storage.rows import ReplyRow
from connectors.storage.write import upsert_replies
from dashboard.domain.incidents import Phase
from dashboard.domain.people import Role
from dashboard.domain.placeholders import INCIDENT_NAMES, names_in
from dashboard.domain.replies import CHANNELS
from dashboard.domain.reply_lint import Weight, lint
from dashboard.services.accounts import Account, ForbiddenError
from dashboard.services.replies.reply_rules import common_rules
from dashboard.services.replies.starter_replies import (
    AUTHOR,
    install_starter_replies,
    load_as_drafts,
    missing_starter,
    starter_replies,
)
from tests.dashboard.services.desk_store import NOW, store

ROWS = starter_replies(NOW, approver=None)
GERMAN = [row for row in ROWS if row.language == "de"]
ENGLISH = [row for row in ROWS if row.language == "en"]
OPEN = {"investigating", "identified", "monitoring"}
# Topics that say how the outage stands. What follows is said while it lasts, so it has to say when more is to come.
STANDING = ("login-known", "login-eta", "no-eta", "queue-first", "queue-eta", "social-first", "social-eta", "sms-first",
            "social-monitoring", "sms-identified", "sms-monitoring", "update-", "eta-missed", "next-update", "cause-",
            "scope-", "data-open", "data-loss-hold", "data-restore", "ticket-receipt")  # fmt: skip


def identity(row: ReplyRow) -> str:
    return f"{row.key}/{row.language}"


each_text = pytest.mark.parametrize("row", ROWS, ids=identity)


def test_both_languages_have_the_same_replies() -> None:
    assert [(r.key, r.channel, r.phases) for r in GERMAN] == [(r.key, r.channel, r.phases) for r in ENGLISH]
    assert len(GERMAN) >= 40
    assert max(Counter(r.key for r in GERMAN).values()) == 1
    assert max(Counter((r.title, r.channel) for r in GERMAN).values()) == 1
    assert max(Counter((r.title, r.channel) for r in ENGLISH).values()) == 1


def test_both_languages_fill_the_same_blanks() -> None:
    for german, english in zip(GERMAN, ENGLISH, strict=True):
        assert set(names_in(german.body)) == set(names_in(english.body)), german.key


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_has_texts_for_calls_and_writing(phase: Phase) -> None:
    channels = {row.channel for row in GERMAN if phase in row.phases}
    assert channels >= {"call", "email", "ticket", "social"}


def test_every_channel_has_texts() -> None:
    assert {row.channel for row in ROWS} == set(CHANNELS)


@each_text
def test_a_second_reader_warns_of_nothing(row: ReplyRow) -> None:
    found = lint(row.body, channel=row.channel, language=row.language, phases=row.phases, rules=common_rules())
    assert [one for one in found if one.weight is not Weight.NOTE] == []


@pytest.mark.parametrize("row", [r for r in ROWS if r.key.startswith(STANDING)], ids=identity)
def test_who_hears_how_things_stand_hears_when_more_is_to_come(row: ReplyRow) -> None:
    assert set(row.phases) <= OPEN
    assert "incident.next_update" in names_in(row.body)


@pytest.mark.parametrize("row", [r for r in ROWS if r.channel in ("call", "social", "sms")], ids=identity)
def test_what_is_posted_or_read_aloud_needs_few_entries(row: ReplyRow) -> None:
    assert len(set(names_in(row.body)) - set(INCIDENT_NAMES)) <= 2


@pytest.mark.parametrize("row", GERMAN, ids=identity)
def test_german_says_sie_and_sets_its_own_marks(row: ReplyRow) -> None:
    words = {word.strip(".,:;?!„“") for word in row.body.split()}
    assert not words & {"du", "dein", "deine", "deinen", "dir", "dich", "euch", "Du", "Dein", "Deine"}
    assert not set('"”') & set(row.body)


@each_text
def test_only_a_letter_opens_like_one(row: ReplyRow) -> None:
    letter = row.body.startswith(("Guten Tag {{", "Dear {{"))
    assert letter == (row.channel in ("email", "ticket"))
    assert row.body.endswith("{{ agent.name }}") == letter


@each_text
def test_a_text_is_found_by_words_its_title_does_not_hold(row: ReplyRow) -> None:
    assert len(row.tags) >= 4
    assert len({tag.casefold() for tag in row.tags}) == len(row.tags)


def test_installing_twice_adds_nothing_and_keeps_changes(tmp_path: Path) -> None:
    with store(tmp_path) as session:
        assert missing_starter(session) == len(ROWS)
        assert install_starter_replies(session, now=NOW) == len(ROWS)
        stored = {(r.key, r.language): r for r in get_replies(session)}
        mine = replace(stored["apology-call", "de"], title="Meine", author="kim")
        upsert_replies(session, [mine])
        assert install_starter_replies(session, now=NOW, approver="drill") == 0
        assert missing_starter(session) == 0
        again = {(r.key, r.language): r for r in get_replies(session)}
        assert again["apology-call", "de"].title == "Meine"
        assert {(r.author, r.status, r.approver) for r in again.values()} == {
            (AUTHOR, "draft", None),
            ("kim", "draft", None),
        }


def test_they_can_be_handed_in_at_once(tmp_path: Path) -> None:
    with store(tmp_path) as session:
        install_starter_replies(session, now=NOW, submit=True)
        assert {row.status for row in get_replies(session)} == {"in_review"}


@pytest.mark.parametrize(("role", "allowed"), [(Role.MANAGER, True), (Role.AGENT, False), (Role.PLANNER, False)])
def test_who_approves_replies_may_fetch_them(tmp_path: Path, role: Role, allowed: bool) -> None:
    with store(tmp_path) as session:
        person = Account("lou", role, "de")
        if allowed:
            assert load_as_drafts(session, by=person, now=NOW) == len(ROWS)
            assert {row.status for row in get_replies(session)} == {"draft"}
        else:
            with pytest.raises(ForbiddenError):
                load_as_drafts(session, by=person, now=NOW)
