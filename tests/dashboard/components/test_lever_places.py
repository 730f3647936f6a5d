"""The levers on the board: what their lines say, which buttons they have, and what a chart marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.components import lever_text, levers
from dashboard.components.live import HIDDEN, Snapshot
from dashboard.components.words import Words
from dashboard.domain.levers import LeverBoard, Mark, Measured, Spread
from dashboard.services.levers import lever_choice
from tests.dashboard import board_samples as samples

EN, DE = Words("en", timezone="Europe/Berlin"), Words("de", timezone="Europe/Berlin")
BOARD = samples.lever_board()


def put(board: LeverBoard | None = BOARD, *, words: Words = EN, minutes: int = 0) -> Snapshot:
    made = Snapshot(samples.NOW + timedelta(minutes=minutes))
    levers.put(made, board, words=words)
    return made


def said(made: Snapshot, key: str) -> list[str]:
    columns = ("name", "brings", "brings_sub", "cost", "cost_sub", "delay", "delay_sub")
    return [made.texts[f"{key}.{column}"] for column in columns]


def test_each_kind_says_what_it_brings_costs_and_how_long_it_takes() -> None:
    made = put()
    assert said(made, "lever.0") == [
        "Text message to those affected",
        "5,800 contacts fewer",
        "3,100–9,700",
        "4,000\u202f€",
        "",
        "45\u202fmin",
        "",
    ]
    assert said(made, "lever.1")[1:5] == ["2,200 contacts put off", "1,100–3,900", "90\u202f€", "for 2 h"]
    assert said(made, "lever.2")[1:3] == ["+15 people", "handle 1–190 contacts"]
    assert said(made, "lever.3")[1:3] == ["+51 people", "not there within 2 h"]
    assert made.states["lever.5"] == HIDDEN


def test_what_is_on_says_since_when_what_is_assumed_and_what_was_measured() -> None:
    assert said(put(), "lever.4") == [
        "Announcement and note on the site",
        "5\u202f% – 30\u202f% fewer, assumed",
        "not measurable yet",
        "nothing",
        "",
        "since 11:00, manager",
        "works until Wed 07:20",
    ]


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Measured(Spread(-0.2, 0.25, 0.5)), "measured 25\u202f% fewer (20\u202f% more to 50\u202f% fewer)"),
        (
            Measured(Spread(0.1, 0.25, 0.5), others=2),
            "measured 25\u202f% fewer (10\u202f% fewer to 50\u202f% fewer), together with 2 more",
        ),
        (Measured(why="no_outlook"), "not measurable: no forecast before it"),
        (Measured(why="too_few"), "not measurable: too few contacts"),
        (None, "not measurable yet"),
    ],
)
def test_what_was_measured_is_said_with_its_range(found: Measured | None, text: str) -> None:
    assert lever_text.measured(found, EN) == text


def test_buttons_follow_the_state_and_the_five_minutes() -> None:
    acts = ("do", "undo", "end")
    late = put()
    assert [late.states[f"lever.0.{act}"] for act in acts] == ["ok", HIDDEN, HIDDEN]
    assert [late.states[f"lever.4.{act}"] for act in acts] == [HIDDEN, HIDDEN, "ok"]
    early = put(minutes=-15)
    assert [early.states[f"lever.4.{act}"] for act in acts] == [HIDDEN, "ok", HIDDEN]
    assert (late.texts["lever.0.about"], late.texts["lever.4.about"]) == ("1|sms|", "1|message|7")


def test_one_that_another_excludes_cannot_be_pulled() -> None:
    line = replace(BOARD.lines[0], blocked_by="message")
    made = put(replace(BOARD, lines=(line,)))
    assert (made.states["lever.0"], made.states["lever.0.do"]) == ("blocked", HIDDEN)
    assert made.texts["lever.0.delay_sub"] == "not together with: Announcement and note on the site"


def test_without_an_incident_there_is_no_block_and_without_a_catalogue_it_says_so() -> None:
    assert put(None).states == {"levers": HIDDEN}
    nothing = replace(BOARD, configured=False, lines=())
    made = put(nothing, words=DE)
    assert made.states["levers.table"] == HIDDEN
    assert made.texts["levers.note"].startswith("Keine Maßnahmen hinterlegt.")
    faulty = replace(nothing, problem="levers.toml: sms: lacks kind")
    assert put(faulty).texts["levers.note"] == "The catalogue of levers cannot be read: levers.toml: sms: lacks kind"


def test_more_than_there_are_places_are_counted() -> None:
    many = replace(BOARD, lines=BOARD.lines[:1] * 14)
    assert put(many).texts["levers.note"].endswith("2 more are not shown.")


def test_what_was_done_so_far_is_listed() -> None:
    update = replace(BOARD.done[0], kind="update", lever="status_update", text="Wir arbeiten daran")
    over = replace(BOARD.done[0], ended=True, ends_at=samples.NOW)
    made = put(replace(BOARD, done=(update, over)), words=DE)
    shown = "Bisher: 11:00 Wir arbeiten daran · 11:00 Ansage und Hinweis auf der Website (bis 11:20)"
    assert made.texts["levers.log"] == shown
    assert put(replace(BOARD, done=())).texts["levers.log"] == ""


@pytest.mark.parametrize("words", [DE, EN], ids=["de", "en"])
def test_every_shipped_lever_has_a_name_and_a_source_in_both_languages(words: Words) -> None:
    for lever in lever_choice.shipped().levers:
        assert lever_text.name(lever.key, words) != lever.key
        assert words.knows(f"levers.source.{lever.key}")


def test_a_centres_own_lever_is_called_by_its_key_and_keeps_its_source() -> None:
    made = put(replace(BOARD, lines=(replace(BOARD.lines[0], key="hotline-b", source="last year"),)))
    assert (made.texts["lever.0.name"], made.texts["lever.0.source"]) == ("hotline-b", "last year")
    assert lever_text.mark(Mark(samples.NOW, "note", "", "x" * 80), EN) == "x" * 59 + "…"


def test_only_who_may_gets_buttons_and_the_question() -> None:
    for editable in (True, False):
        text = str(levers.levers(EN, editable=editable))
        assert ("Record as done" in text) is editable
        assert ("Take back" in text) is editable
