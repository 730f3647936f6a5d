"""The formulas against 50-digit values made elsewhere with mpmath."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from forecasting.staffing import erlang_a, erlang_b, erlang_c, required_agents

pytestmark = pytest.mark.shared
TOLERANCE = 1e-12
SMALLEST = Decimal("1e-290")  # below it a double has too few digits left to carry twelve
CONVENTION_KEYS = {"offered": "sl_offered", "excl_short": "sl_excl_short", "incl_abandoned": "sl_incl_ab"}
ERLANG_A_KEYS = {
    "p_wait": "p_wait",
    "abandonment": "p_abandon",
    "asa_s": "asa_answered",
    "mean_wait_s": "mean_wait_all",
    "occupancy": "occupancy",
}


@pytest.fixture(scope="module")
def cases(shared: Path) -> dict[str, list[dict[str, Any]]]:
    everything = json.loads((shared / "reference" / "erlang.json").read_text())["cases"]
    return {model: [case for case in everything if case["model"] == model] for model in ("B", "C", "A", "A_required")}


def error(got: float, reference: str) -> float:
    exact = Decimal(reference)
    if abs(exact) < SMALLEST:
        return 0.0 if abs(got) < SMALLEST else 1.0
    return float(abs(Decimal(float(got)) - exact) / abs(exact))


def test_blocking(cases: dict[str, list[dict[str, Any]]]) -> None:
    for case in cases["B"]:
        inputs = case["inputs"]
        got = erlang_b(inputs["n"], inputs["erlangs"]).p_blocked
        assert error(got, case["values"]["blocking"]) <= TOLERANCE, case


def test_erlang_c(cases: dict[str, list[dict[str, Any]]]) -> None:
    for case in cases["C"]:
        i, values = case["inputs"], case["values"]
        got = erlang_c(i["n"], i["calls"], interval_s=i["interval"], aht_s=i["aht"], answer_within_s=i["T"])
        if isinstance(values, str):
            assert (got.p_wait, got.service_level, got.asa_s, got.status) == (1, 0, float("inf"), "overload")
            continue
        assert error(got.p_wait, values["p_wait"]) <= TOLERANCE, case
        assert error(got.asa_s, values["asa"]) <= TOLERANCE, case
        assert error(got.service_level, values["sl"]) <= TOLERANCE, case


@pytest.mark.parametrize("convention", ["offered", "excl_short", "incl_abandoned"])
def test_erlang_a(cases: dict[str, list[dict[str, Any]]], convention: Any) -> None:
    for case in cases["A"]:
        i, values = case["inputs"], case["values"]
        got = erlang_a(
            i["n"],
            i["calls"],
            interval_s=i["interval"],
            aht_s=i["aht"],
            patience_s=i["patience"],
            answer_within_s=i["T"],
            short_abandon_s=i["short"],
            convention=convention,
        )
        assert error(got.service_level, values[CONVENTION_KEYS[convention]]) <= TOLERANCE, case
        for ours, theirs in ERLANG_A_KEYS.items():
            assert error(getattr(got, ours), values[theirs]) <= TOLERANCE, (ours, case)


def test_required_agents(cases: dict[str, list[dict[str, Any]]]) -> None:
    for case in cases["A_required"]:
        i = case["inputs"]
        need = required_agents(
            i["calls"],
            interval_s=i["interval"],
            aht_s=i["aht"],
            patience_s=i["patience"],
            answer_within_s=i["T"],
            service_level=i["sl_target"],
            max_abandonment=i["max_abandon"],
        )
        assert need.agents == case["values"]["n"], case
        assert error(need.measures.service_level, case["values"]["sl_offered"]) <= TOLERANCE
