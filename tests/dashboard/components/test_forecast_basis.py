"""What a forecast rests on, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.components.forecast_basis import forecast_basis
from dashboard.components.words import Words
from forecasting.evaluation.backtest import Reason

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
BASIS: dict[str, Any] = {
    "reason": "near_lowest",
    "chosen_at": "2026-11-24T02:10:00+00:00",
    "n_intervals": 2016,
    "n_origins": 6,
    "scores": {"two_way": 3.2, "two_way_svd": 3.25},
    "history_from": "2026-05-26T06:00:00+00:00",
    "history_until": "2026-11-23T19:45:00+00:00",
    "usable_days": 130,
    "band": "past_errors",
    "masked_intervals": 40,
    "like": [],
    "own_share": 1.0,
    "special": [{"name": "campaign: sale", "factor": 1.3, "learned": False, "n_seen": 0}],
}


def text(basis: dict[str, Any], language: str = "en", model: str = "two_way_svd") -> str:
    return str(forecast_basis(basis, Words(language, timezone="Europe/Berlin"), model=model, now=NOW))


def test_model_reason_days_band_and_effects_are_said() -> None:
    said = text(BASIS)
    assert "Method: day by time of day with patterns." in said
    assert "Chosen 03:10: at most 3% above the lowest error, over 2,016 intervals of 6 trial forecasts." in said
    assert "Learned from 130 days (Tue 26 May to Mon 23 Nov)." in said
    assert "40 intervals lay in incidents" in said
    assert "campaign: sale: +30" in said
    assert "assumed; 0 such days known." in said
    unsaid = {"name": "billing", "factor": 1.0, "learned": False, "n_seen": 1}
    assert "billing: no effect yet" in text(BASIS | {"special": [unsaid]})


def test_a_new_queue_says_whom_it_borrows_from() -> None:
    said = text(
        BASIS | {"reason": "pooled", "usable_days": 3, "like": ["hotline"], "own_share": 0.5, "band": "assumed"},
        model="pooled",
    )
    assert "Method: as like queues." in said
    assert (
        "Only 3 days known: shape and calendar of hotline, level from its own counts; its own shape counts 50" in said
    )
    assert "The range is assumed" in said


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("reason", [*Reason, "pooled", "first", ""])
def test_every_reason_has_its_words(language: str, reason: str) -> None:
    assert Words(language).knows(f"forecast_basis.{reason}") or not reason
    assert text(BASIS | {"reason": str(reason)}, language)


def test_a_basis_of_an_earlier_version_and_none_at_all_are_taken() -> None:
    old = {key: BASIS[key] for key in ("chosen_at", "scores", "history_from", "history_until")}
    assert "Method" in text(old)
    assert text({}) == "[]"
