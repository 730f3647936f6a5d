"""Figures of the staffing formulas: digits against the references, and time. `python -m tests.bench.bench_staffing`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.staffing import erlang_a, erlang_b, erlang_c, required_agents
from tests.conftest import REPO_ROOT

REPEATS = 5
SMALLEST = Decimal("1e-290")


def best_ms(work: Callable[[], object]) -> tuple[float, float]:
    """Return the quickest of a few runs by the clock and by the processor, which other programs disturb less [ms]."""
    clock, processor = [], []
    for _ in range(REPEATS):
        start, busy = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    return 1000 * min(clock), 1000 * min(processor)


def worst_errors(path: Path) -> dict[str, float]:
    """Return the worst relative error per model over the reference cases."""
    cases = json.loads(path.read_text())["cases"]
    worst: dict[str, float] = {}
    for case in cases:
        for got, exact in _pairs(case):
            reference = Decimal(exact)
            if abs(reference) > SMALLEST:
                error = float(abs(Decimal(float(got)) / reference - 1))
                worst[case["model"]] = max(worst.get(case["model"], 0.0), error)
    return worst


def _pairs(case: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    i, exact = case["inputs"], case["values"]
    if case["model"] == "B":
        yield erlang_b(i["n"], i["erlangs"]).p_blocked, exact["blocking"]
    if case["model"] == "C" and isinstance(exact, dict):
        got = erlang_c(i["n"], i["calls"], interval_s=i["interval"], aht_s=i["aht"], answer_within_s=i["T"])
        yield from ((got.p_wait, exact["p_wait"]), (got.asa_s, exact["asa"]), (got.service_level, exact["sl"]))
    if case["model"] == "A":
        yield from _erlang_a_pairs(i, exact)


def _erlang_a_pairs(i: dict[str, Any], exact: dict[str, str]) -> Iterator[tuple[Any, str]]:
    names = {"offered": "sl_offered", "excl_short": "sl_excl_short", "incl_abandoned": "sl_incl_ab"}
    for convention, name in names.items():
        got = erlang_a(
            i["n"],
            i["calls"],
            interval_s=i["interval"],
            aht_s=i["aht"],
            patience_s=i["patience"],
            answer_within_s=i["T"],
            short_abandon_s=i["short"],
            convention=convention,  # type: ignore[arg-type]
        )
        yield got.service_level, exact[name]
    yield from ((got.p_wait, exact["p_wait"]), (got.abandonment, exact["p_abandon"]))
    yield from ((got.asa_s, exact["asa_answered"]), (got.mean_wait_s, exact["mean_wait_all"]))
    yield got.occupancy, exact["occupancy"]


def centre(cells: int) -> dict[str, Any]:
    """Return a week or two of quarter-hours, each with its own AHT and patience, one in twenty in an outage."""
    draw = np.random.default_rng(7)
    offered = draw.uniform(5, 250, cells)
    offered[draw.random(cells) < 0.05] *= 30
    return {
        "offered": offered,
        "interval_s": 900.0,
        "aht_s": draw.uniform(180, 600, cells),
        "patience_s": draw.uniform(60, 600, cells),
    }


def timings() -> dict[str, tuple[float, float]]:
    """Return the times of evaluation and requirement [ms]."""
    result = {}
    for label, cells in (("6 queues × 1,344", 8064), ("50 queues × 672", 33_600)):
        inputs = centre(cells)
        load = inputs["offered"] * inputs["aht_s"] / 900
        agents = np.ceil(load + 0.4 * np.sqrt(load))
        result[f"{label}: Erlang A, all measures"] = best_ms(lambda n=agents, x=inputs: erlang_a(n, **x))
        for name, targets in (
            ("service level", {"service_level": 0.8}),
            ("service level and occupancy", {"service_level": 0.8, "max_occupancy": 0.9}),
            (
                "all four targets",
                {"service_level": 0.8, "max_occupancy": 0.9, "max_abandonment": 0.05, "max_asa_s": 30.0},
            ),
        ):
            result[f"{label}: Erlang A requirement, {name}"] = best_ms(
                lambda x=inputs, goals=targets: required_agents(**x, **goals)
            )
        result[f"{label}: Erlang C requirement, service level"] = best_ms(
            lambda x=inputs: required_agents(**x, model="erlang_c", service_level=0.8)
        )
    return result


def main() -> None:
    """Print the figures."""
    reference = REPO_ROOT.parent / "shared" / "reference" / "erlang.json"
    if reference.exists():
        for model, error in worst_errors(reference).items():
            print(f"Erlang {model}: worst relative error {error:.1e}")
    for label, (clock, processor) in timings().items():
        print(f"{label}: {clock:.0f} ms, {processor:.0f} ms of processor time")


if __name__ == "__main__":
    main()
