"""The outlook of a surge in words: peak, total and end as ranges, and on what they rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.components import surge_text
from dashboard.components.words import Words
from dashboard.domain.board import Range, SurgeBasis
from tests.dashboard import board_samples as samples

DE, EN = (Words(language, timezone="Europe/Berlin") for language in ("de", "en"))


def basis() -> SurgeBasis:
    found = samples.strip().basis
    assert found is not None
    return found


def test_a_manager_reads_peak_total_and_end_with_their_ranges() -> None:
    said = surge_text.answers(basis(), DE, now=samples.NOW)
    assert said["peak"] == "14 Tsd."
    assert said["peak_range"] == "9,4–22 Tsd. · gegen 12:05"
    assert said["total"] == "150 Tsd."
    assert said["total_range"] == "96–230 Tsd. · bisher 14.820 · 81–200 Tsd. Kunden"
    assert said["clear"] == "16:30 – Mi. 07:20"


def test_grounds_open_with_prior_and_data_then_past_surges_and_score() -> None:
    said = surge_text.grounds(basis(), EN)
    assert list(said) == ["shares", "method", "levers", "nearest", "score", "notes"]
    assert said["shares"] == "37\u202f% prior, 63\u202f% data: this incident and past ones."
    assert said["method"].startswith("After 1 h 15 of counts: 60 past surges, 1 of them your own")
    assert said["nearest"].endswith("peak 5,200, over after 5 h 30 (your own incident).")
    assert "31\u202f% below plain scaling" in said["score"]
    assert said["notes"].startswith("The announced end has passed")


def test_before_any_count_and_for_small_surges_it_says_so() -> None:
    bare = replace(basis(), nearest=(), score=None, notes=())
    facts = surge_text.grounds(replace(bare, model="facts"), DE)
    assert facts["method"].startswith("Noch keine volle Viertelstunde")
    assert (facts["nearest"], facts["score"], facts["notes"]) == ("", "", "")
    assert surge_text.grounds(replace(bare, model="scaling"), DE)["method"].startswith("Zu klein für das Ansturmmodell")


def test_a_peak_that_is_over_and_an_end_out_of_sight() -> None:
    over = replace(basis(), peak=Range(500, 500, 500), clear=(None, None))
    said = surge_text.answers(over, EN, now=samples.NOW)
    assert said["peak_range"].startswith("already past")
    assert said["clear"] == "not in sight"
    half = surge_text.answers(replace(basis(), clear=(samples.NOW, None)), EN, now=samples.NOW)
    assert half["clear_range"] == "latest end not in sight"
    unknown = surge_text.answers(replace(basis(), peak=None), EN, now=samples.NOW)
    assert unknown["peak"] == "–"


@pytest.mark.parametrize(
    "note",
    [
        "nobody_affected",
        "affected_unknown",
        "eta_passed",
        "onset_ahead",
        "onset_closed",
        "no_open_queue",
        "unknown_queues",
        "gaps_filled",
        "busy_lines",
    ],
)
def test_every_note_of_the_model_has_words(note: str) -> None:
    for words in (DE, EN):
        assert surge_text.grounds(replace(basis(), notes=(note,)), words)["notes"]
