"""The goals of staffing, each measured, beside the peers in one run. `python -m tests.bench.bench_staffing`.

Times are of the processor, the quickest of a few runs: other programs disturb them less than the clock's.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.staffing import erlang_a, erlang_b, erlang_c, required_agents
from tests.bench import staffing_goals
from tests.bench.staffing_goals import Goal
from tests.bench.staffing_peers import ask
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


def against_pyworkforce(python: Path) -> Goal:
    """Compare the pace of Erlang C requirements, and that both find the same agents."""
    inputs = centre(300)
    cells = [
        {
            "offered": float(offered),
            "aht_s": float(aht),
            "interval_s": 900.0,
            "answer_within_s": 20.0,
            "service_level": 0.8,
        }
        for offered, aht in zip(inputs["offered"], inputs["aht_s"], strict=True)
    ]
    peer = ask(python, "positions.py", given=cells)
    name = "Erlang C requirement beside pyworkforce"
    if isinstance(peer, str):
        return Goal(name, "≥ 250 ×, same n", f"not measured: {peer}", met=None)
    many = centre(33_600)
    _, ours = best_ms(lambda: required_agents(**many, model="erlang_c", service_level=0.8))
    same = required_agents(**inputs, model="erlang_c", service_level=0.8).agents.tolist()
    equal = sum(one == other for one, other in zip(same, peer[0]["agents"], strict=True))
    times = peer[0]["s_per_cell"] / (ours / 1000 / 33_600)
    said = f"{times:,.0f} × {peer[0]['version']}, same n in {equal} of {len(cells)} cells"
    return Goal(name, "≥ 250 ×, same n", said, met=times >= 250 and equal == len(cells))


def digits() -> Goal:
    """Compare with the 50-digit references."""
    reference = REPO_ROOT.parent / "shared" / "reference" / "erlang.json"
    if not reference.exists():
        return Goal("Erlang B/C/A against 50 digits", "≤ 1e-12", "not measured: no references here", met=None)
    worst = worst_errors(reference)
    said = ", ".join(f"{model} {error:.1e}" for model, error in worst.items())
    return Goal("Erlang B/C/A against 50 digits", "≤ 1e-12", said, met=max(worst.values()) <= 1e-12)


def requirement() -> Goal:
    """Measure 33,600 Erlang A requirements."""
    many = centre(33_600)
    required_agents(**many, service_level=0.8)
    _, took = best_ms(lambda: required_agents(**many, service_level=0.8))
    return Goal("33,600 Erlang A requirements", "≤ 300 ms", f"{took:.0f} ms", met=took <= 300)


def main() -> None:
    """Print the goals' table, and with `--all` every timing."""
    usual = REPO_ROOT / ".venv" / "peers" / "bin" / "python"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, default=usual if usual.exists() else Path(sys.executable))
    parser.add_argument("--all", action="store_true")
    chosen = parser.parse_args()
    parts = [digits, requirement, lambda: against_pyworkforce(chosen.peers)]
    parts += [staffing_goals.day_model, staffing_goals.day_errors, staffing_goals.near_critical]
    print("| | goal | measured | |\n|---|---|---|---|")
    for part in parts:
        print(part(), flush=True)
    for goal in (*staffing_goals.simulation(chosen.peers), staffing_goals.surge_plan()):
        print(goal, flush=True)
    if chosen.all:
        for label, (clock, processor) in timings().items():
            print(f"{label}: {clock:.0f} ms, {processor:.0f} ms of processor time")


if __name__ == "__main__":
    main()
