"""The index as it grows: an update gives what building anew gives, and leaves the former index as it was."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from dashboard.domain.replies import Reply
from dashboard.domain.reply_search import LETTERS_MAX, ReplyIndex
from dashboard.domain.reply_vocabulary import Vocabulary, typing_errors
from dashboard.domain.reply_words import compound, stem
from dashboard.domain.thesaurus import thesaurus
from tests.dashboard.domain.reply_samples import reply

WORDS = [
    "konto",
    "sperre",
    "anmeldung",
    "passwort",
    "bestellung",
    "paket",
    "rückruf",
    "termin",
    "zahlung",
    "mahnung",
    "störung",
    "ursache",
]
ASKED = ["konto", "kontosperre", "bestelung", "paket rückruf", "mahnungen", "zahl", "", "zebra"]


def library(seed: int, count: int = 60) -> list[Reply]:
    chance = random.Random(seed)
    return [
        reply(
            key=f"r{n}",
            language=chance.choice(["de", "en"]),
            title=" ".join(chance.choices(WORDS, k=2)),
            body=" ".join(chance.choices(WORDS, k=4)),
        )
        for n in range(count)
    ]


def answers(index: ReplyIndex) -> list[list[tuple[str, float]]]:
    return [sorted((hit.id, round(score, 9)) for hit, score in index.search(query)) for query in ASKED]


@pytest.mark.parametrize("seed", range(5))
def test_an_update_equals_a_new_index(seed: int) -> None:
    before = library(seed)
    index = ReplyIndex(before)
    asked_before = answers(index)
    after = [replace(before[0], title="Datenpanne erklärt"), *before[3:], reply(key="new", title="Konto neu")]
    assert answers(index.updated(after)) == answers(ReplyIndex(after))
    assert answers(index) == asked_before
    assert [hit.key for hit, _ in index.updated(after).search("datenpanne")] == ["r0"]


def test_an_update_without_change_shares_everything() -> None:
    index = ReplyIndex(library(1))
    assert index.updated(library(1))._shelves == index._shelves


def test_languages_do_not_mix() -> None:
    index = ReplyIndex([reply(key="a", title="Login"), reply(key="b", title="Login", language="en")])
    assert [hit.key for hit, _ in index.search("login", language="en")] == ["b"]
    assert index.search("login", language="fr") == []


@pytest.mark.parametrize(
    ("forms", "language"),
    [
        ("anmelden anmeldung anmeldungen angemeldet", "de"),
        ("abbuchen abbuchung abgebucht", "de"),
        ("storung storungen gestort", "de"),
        ("order orders ordered ordering", "en"),
        ("cancel cancelled cancellation", "en"),
    ],
)
def test_forms_of_a_word_meet(forms: str, language: str) -> None:
    assert len({stem(word, language=language) for word in forms.split()}) == 1


def test_compounds_fall_into_what_is_known() -> None:
    known = {"konto", "sperre", "kunde", "daten"}.__contains__
    assert compound("kontosperre", known) == ("konto", "sperre")
    assert compound("kundenkonto", known) == ("kunde", "konto")
    assert compound("datensperre", known) == ("daten", "sperre")
    assert compound("waschmaschine", known) == ()


def test_synonyms_are_found_but_rank_below_the_word_itself() -> None:
    same = {"de": thesaurus([["Kennwort", "Passwort"]], ["bitte"], language="de")}
    index = ReplyIndex([reply(key="a", title="Passwort neu"), reply(key="b", title="Kennwort neu")], meanings=same)
    assert [hit.key for hit, _ in index.search("kennwort")] == ["b", "a"]
    assert [hit.key for hit, _ in index.search("bitte kennwort")] == ["b", "a"]


@pytest.mark.parametrize(
    ("left", "right", "errors"), [("abc", "acb", 1), ("abc", "abcd", 1), ("", "ab", 2), ("x", "x", 0)]
)
def test_typing_errors(left: str, right: str, errors: int) -> None:
    assert typing_errors(left, right) == errors


def test_a_grown_vocabulary_knows_what_a_new_one_knows() -> None:
    small, whole = Vocabulary(["konto", "kontosperre"]), Vocabulary(["konto", "kontosperre", "kundenkonto"])
    grown = small.with_words(["kundenkonto", "konto"])
    assert "kundenkonto" not in small
    for index in (grown, whole):
        assert index.beginning("konto") == ["kontosperre"]
        assert index.around("konto") == ["kundenkonto"]
        assert set(index.near("kundenkont")) == {"kundenkonto"}


def test_a_huge_paste_is_read_in_part() -> None:
    index = ReplyIndex([reply(key="a", title="Rückruf")])
    assert index.search("x" * LETTERS_MAX + " rückruf") == []
    assert [hit.key for hit, _ in index.search("rückruf " + "zebra " * 200_000)] == ["a"]
