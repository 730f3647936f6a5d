"""Make tests/forecasting/staffing_overload/simulated_days.json: days simulated 2,000 times each.

Run `python -m tests.bench.make_overload_reference`; it takes some ten minutes of one core.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from dashboard.services.staffing.day_model import run_day
from dashboard.services.staffing.day_simulation import DayTable
from tests.conftest import REPO_ROOT

TARGET = REPO_ROOT / "tests" / "forecasting" / "staffing_overload" / "simulated_days.json"
RUNS = 2000
MEASURES = ("queue_mean", "queue_end", "mean_wait_s", "abandonment", "service_level", "attempts", "unserved")


def surge() -> dict[str, Any]:
    """Return a day on which ten times the usual calls arrive at 10:00, falling to the usual in three hours."""
    hour = np.arange(96) / 4 + 0.125
    times = np.where((hour >= 10) & (hour < 13), 10 - 3 * (hour - 10), 1.0)
    return day(200 * times, agents=np.full(96, 150), aht_s=360, patience_s=240, redial=0.4)


def outage() -> dict[str, Any]:
    """Return an outage in which handling takes longer, people are called in, and go home while all are busy."""
    hour = 8 + np.arange(40) / 4 + 0.125
    times = np.where((hour >= 10) & (hour < 12), 5.0, 1.0)
    aht = np.where((hour >= 10) & (hour < 13), 480.0, 300.0)
    agents = np.select([hour < 10.5, hour < 12.5, hour < 13.5], [30, 60, 45], 30)
    return day(80 * times, agents=agents, aht_s=aht, patience_s=300, redial=0.3)


def near_critical(seed: int) -> dict[str, Any]:
    """Return a day whose staff follows its load, none too well."""
    draw = np.random.default_rng(seed)
    hour = np.arange(40) / 4
    size, aht = np.exp(draw.uniform(np.log(12), np.log(80))), draw.uniform(200, 500)
    load = size * (0.7 + 0.3 * np.sin(np.pi * hour / 10)) * np.exp(0.05 * draw.standard_normal(40))
    hourly = load.reshape(10, 4).mean(axis=1).repeat(4)
    agents = np.ceil(hourly * draw.uniform(0.97, 1.08))
    redial = draw.uniform(0.1, 0.5)
    return day(load * 900 / aht, agents=agents, aht_s=aht, patience_s=draw.uniform(100, 500), redial=redial)


def day(offered: Any, *, agents: Any, aht_s: Any, patience_s: float, redial: float) -> dict[str, Any]:
    """Lay a day out by interval."""
    columns = {
        "offered": offered,
        "interval_s": 900.0,
        "agents": agents,
        "aht_s": aht_s,
        "patience_s": patience_s,
        "redial_probability": redial,
        "redial_delay_s": 300.0,
        "answer_within_s": 20.0,
    }
    return {name: np.round(np.broadcast_to(value, len(offered)).astype(float), 6) for name, value in columns.items()}


def cases() -> dict[str, dict[str, Any]]:
    """Return the days by name."""
    return {"surge": surge(), "outage": outage()} | {f"near_critical_{i}": near_critical(i) for i in range(1, 7)}


def main() -> None:
    """Simulate and write."""
    found = {}
    for name, inputs in cases().items():
        table = DayTable(**inputs, is_open=np.ones(len(inputs["offered"]), dtype=bool))
        answer = run_day(table, method="simulation", runs=RUNS, seed=20)
        measures = {key: [float(f"{x:.6g}") for x in getattr(answer, key)] for key in MEASURES}
        found[name] = {
            "inputs": {key: value.tolist() for key, value in inputs.items()},
            "measures": measures | {"clear_s": float(answer.clear_s)},
        }
        print(name, measures["queue_end"][-1], flush=True)
        TARGET.write_text(
            json.dumps({"runs": RUNS, "days": found}, separators=(",", ":")).replace("NaN", "null") + "\n"
        )


if __name__ == "__main__":
    main()
