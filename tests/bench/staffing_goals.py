"""The day model, the simulation and the surge plan beside their goals; `bench_staffing` prints them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecasting.simulation import simulate_centre
from forecasting.staffing.levers import solve_plan
from forecasting.staffing.overload import DayResult, solve_day
from tests.bench import bench_overload, bench_simulation
from tests.bench.staffing_peers import ask

_MARKS = {True: "met", False: "**missed**", None: "–"}


@dataclass(frozen=True)
class Goal:
    """One line of the table; `met` None: it could not be measured here."""

    name: str
    goal: str
    measured: str
    met: bool | None

    def __str__(self) -> str:
        return f"| {self.name} | {self.goal} | {self.measured} | {_MARKS[self.met]} |"


def day_model() -> Goal:
    """Measure 50 queues × 96 intervals with service level."""
    inputs = bench_overload.centre()
    solve_day(**inputs)
    _, took = bench_overload.best_ms(lambda: solve_day(**inputs))
    return Goal("day model, 50 queues × 96, with service level", "≤ 35 ms", f"{took:.1f} ms", met=took <= 35)


def _days() -> dict[str, tuple[DayResult, dict[str, np.ndarray]]]:
    found = {}
    for name, known in json.loads(bench_overload.SIMULATED.read_text())["days"].items():
        inputs = {key: np.array(value) for key, value in known["inputs"].items()}
        truth = {key: np.array(value) for key, value in known["measures"].items()}
        found[name] = (solve_day(inputs.pop("offered"), **inputs), truth)
    return found


def day_errors() -> Goal:
    """Compare the surge day with 2,000 simulated ones."""
    day, truth = _days()["surge"]
    error = np.abs(day.queue_mean - truth["queue_mean"]).mean() / truth["queue_mean"].max()
    name = "surge day's queue against 2,000 simulated days"
    return Goal(name, "≤ 0.1 % of the peak", f"{error:.3%}", met=bool(error <= 0.001))


def near_critical() -> Goal:
    """Compare six near-critical days with 2,000 simulated ones each."""
    days = [pair for name, pair in _days().items() if name.startswith("near")]
    level = [float(np.abs(day.service_level - truth["service_level"]).mean()) for day, truth in days]
    lost = [float(abs(day.unserved.sum() / truth["unserved"].sum() - 1)) for day, truth in days]
    said = f"service level {min(level):.3f}–{max(level):.3f}; unserved {min(lost):.1%}–{max(lost):.1%}"
    return Goal(
        "near-critical days, service level of an interval and unserved",
        "≤ 0.015; ≤ 5 %",
        said,
        met=max(level) <= 0.015 and max(lost) <= 0.05,
    )


def simulation(python: Path) -> list[Goal]:
    """Measure the event simulation, and beside the peers on the same queue."""
    queue = bench_simulation.QUEUE
    few = [bench_simulation.poisson(int(queue["calls"]), seed=1)]
    many = [bench_simulation.poisson(1_000_000, seed=1)]
    one = bench_simulation.one_queue()
    simulate_centre(one, few, seed=1)
    seconds, found = bench_simulation.best_s(lambda: simulate_centre(one, many, seed=1))
    rate = found.events / seconds
    goals = [Goal("simulation, one queue", "≥ 5 M events/s", f"{rate / 1e6:.1f} M", met=rate >= 5e6)]
    centre, arrivals = bench_simulation.outage_day()
    took, day = bench_simulation.best_s(lambda: simulate_centre(centre, arrivals, seed=1))
    name = f"outage day, {len(day.type):,} attempts"
    goals.append(Goal(name, "≤ 250 ms", f"{1000 * took:.0f} ms", met=took <= 0.25))
    seconds, _ = bench_simulation.best_s(lambda: simulate_centre(one, few, seed=1), repeats=20)
    return goals + _beside(python, queue["calls"] / seconds)


def _beside(python: Path, own: float) -> list[Goal]:
    least = {"simpy": 60, "ciw": 150}
    peers = ask(python, "simulators.py", json.dumps(bench_simulation.QUEUE))
    if isinstance(peers, str):
        return [Goal("simulation beside SimPy and Ciw", "≥ 60 ×, ≥ 150 ×", f"not measured: {peers}", met=None)]
    goals = []
    for peer in peers:
        times, goal = own / peer["calls_per_s"], least[peer["name"]]
        said = f"{times:.0f} × {peer['version']}"
        goals.append(Goal(f"simulation beside {peer['name']}, same queue", f"≥ {goal} ×", said, met=times >= goal))
    return goals


def surge_plan() -> Goal:
    """Measure the weighed plan of full size."""
    shortage, levers = bench_overload.plan_inputs()
    begun = time.process_time()
    plan = solve_plan(shortage, levers)
    took = time.process_time() - begun
    said = f"{took:.2f} s, gap {plan.gap:.2%}"
    return Goal("surge plan, 96 × 5 skills × 3 quantiles", "≤ 3 s, ≤ 1.2 %", said, met=took <= 3 and plan.gap <= 0.012)
