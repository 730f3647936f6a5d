"""Ranking by match, phase, use and what a message asks for; and the facts it asks for, on written messages."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dashboard.domain.incidents import IncidentFacts, Phase
from dashboard.domain.reply_asks import asks_in
from dashboard.domain.reply_search import ReplyIndex
from dashboard.services.replies.reply_suggest import Asked, ask_phrases, asked_facts, ranked
from dashboard.services.replies.reply_thesaurus import meanings
from tests.dashboard.domain.reply_quality import FOLDER, messages, quality, queries, starter_library
from tests.dashboard.domain.reply_samples import reply

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
LIBRARY = starter_library()
INDEX = ReplyIndex(LIBRARY, meanings=meanings())
BERLIN = ZoneInfo("Europe/Berlin")


def facts(**more: Any) -> IncidentFacts:
    given = {"title": "Anmeldung gestört", "started_at": NOW, "affected_low": 1, "affected_high": 2} | more
    return IncidentFacts(**given)


def asked_in(half: str) -> list[tuple[str, str, set[str]]]:
    tables = tomllib.loads((FOLDER / "asked.toml").read_text(encoding="utf-8"))[half]
    return [(language, text, set(asks)) for language, rows in tables.items() for text, asks in rows]


@pytest.mark.parametrize("half", ["tuned", "held_out"])
def test_what_messages_ask_for(half: str) -> None:
    right = wrong = missed = 0
    for language, text, wanted in asked_in(half):
        found = {ask.value for ask in asks_in(text, ask_phrases()[language])}
        right, wrong, missed = right + len(found & wanted), wrong + len(found - wanted), missed + len(wanted - found)
    assert right / (right + wrong) >= 0.95
    assert right / (right + missed) >= 0.95


@pytest.mark.parametrize("phase", [None, Phase.INVESTIGATING, Phase.RESOLVED])
def test_ranking_keeps_what_the_search_finds(phase: Phase | None) -> None:
    incident = facts(phase=phase) if phase else None

    def search(query: str, language: str) -> list[str]:
        hits = INDEX.search(query, language=language)
        return [one.key for one, _ in ranked(hits, facts=incident, message=query)]

    typed = quality(search, [*queries("tuned"), *queries("held_out")])
    assert typed.queries >= 100
    assert typed.recall >= 0.95, typed.missed
    assert typed.mrr >= 0.89
    pasted = quality(search, [*messages("tuned"), *messages("held_out")])
    assert pasted.queries >= 40
    assert pasted.recall >= 0.88, pasted.missed


def test_use_and_phase_decide_between_equals_only() -> None:
    one, two, best = reply(key="a"), reply(key="b", phases=("resolved",)), reply(key="c", phases=("resolved",))
    hits = [(best, 20.0), (one, 10.0), (two, 10.0)]
    assert [r.key for r, _ in ranked(hits)] == ["c", "a", "b"]
    assert [r.key for r, _ in ranked(hits, shares={("b", "de"): 1.0})] == ["c", "b", "a"]
    assert [r.key for r, _ in ranked(hits, facts=facts(phase=Phase.RESOLVED))] == ["c", "b", "a"]
    assert [r.key for r, _ in ranked(hits, facts=facts())] == ["c", "a", "b"]


def test_without_a_search_the_phase_and_the_most_used_come_first() -> None:
    shelf = [(reply(key=key), 0.0) for key in "abc"]
    assert [r.key for r, _ in ranked(shelf, shares={("c", "de"): 1.0, ("b", "de"): 0.1})] == ["c", "b", "a"]
    assert [r.key for r, _ in ranked(shelf)] == ["a", "b", "c"]
    assert ranked([]) == []


def test_the_facts_a_message_asks_for_stand_beside_it() -> None:
    message = (
        "Wann funktioniert das wieder, was war die Ursache, bekomme ich eine Entschädigung? Sind meine Daten sicher?"
    )
    known = facts(eta=NOW + timedelta(hours=2), compensation="10 Euro Gutschrift")
    told = asked_facts(message, language="de", facts=known, zone=BERLIN, now=NOW)
    assert told == (
        Asked("eta", "heute um 12:40 Uhr"),
        Asked("cause", None),
        Asked("compensation", "10 Euro Gutschrift"),
        Asked("data", None),
    )
    late = asked_facts(message, language="de", facts=known, zone=BERLIN, now=NOW + timedelta(hours=3))
    assert late[0] == Asked("eta", None, past=True)
    calm = asked_facts(message, language="de", facts=None, zone=BERLIN, now=NOW)
    assert {one.value for one in calm} == {None}
    assert asked_facts("wann wieder", language="de", facts=known, zone=BERLIN, now=NOW) == ()  # a search
