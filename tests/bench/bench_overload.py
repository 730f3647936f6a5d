"""Day model and surge plan: speed and errors. Run `python -m tests.bench.bench_overload`.

Errors are those against exact probabilities on random near-critical days without redials, and against the days of
simulated_days.json, simulated 2,000 times each.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.staffing.levers import Lever, Shortage, solve_plan
from forecasting.staffing.overload import METHODS, solve_day
from tests.conftest import REPO_ROOT
from tests.forecasting.staffing_overload.exact_day import ExactDay, exact_day, random_days

SIMULATED = REPO_ROOT / "tests" / "forecasting" / "staffing_overload" / "simulated_days.json"
SIZES = ((5, 12), (12, 30), (30, 80), (80, 200))
DAYS = 50
INTERVALS = 20
PATIENCE_IN_AHT = (0.02, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)


def best_ms(work: Callable[[], object], *, repeats: int = 10) -> tuple[float, float]:
    """Return the quickest run by the clock and by the processor [ms]."""
    clock, processor = [], []
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    return 1000 * min(clock), 1000 * min(processor)


def centre(queues: int = 50) -> dict[str, Any]:
    """Return a day of quarter-hours, three queues in ten hit by an outage at 10:00."""
    draw = np.random.default_rng(1)
    hour = np.arange(96) / 4
    usual = draw.uniform(20, 200, (queues, 1)) * (0.15 + np.exp(-(((hour - 12) / 4) ** 2)))
    hit = draw.random((queues, 1)) < 0.3
    aht = draw.uniform(180, 600, (queues, 1))
    load = usual * aht / 900
    return {
        "offered": usual * np.where(hit & (hour >= 10) & (hour < 13), 10 - 3 * (hour - 10), 1.0),
        "agents": np.ceil(load + 0.4 * np.sqrt(load)),
        "aht_s": aht,
        "patience_s": 240.0,
        "redial_probability": 0.4,
        "interval_s": 900.0,
    }


def exact(days: dict[str, Any], most: int) -> ExactDay:
    """Return the exact days, with as many states and as short steps as they need."""
    states = int(1.05 * most + 8 * np.sqrt(most) + 60)
    quickest = (days["offered"] / 900 + days["agents"] / days["aht_s"][:, None]).max() + states / days[
        "patience_s"
    ].min()
    columns = {name: days[name] for name in ("agents", "aht_s", "patience_s")}
    fixed: dict[str, Any] = {"interval_s": 900.0, "answer_within_s": 20.0, "states": states}
    return exact_day(days["offered"], **columns, **fixed, step_s=1.7 / quickest)


def against_exact() -> None:
    """Print the errors on random near-critical days."""
    for least, most in SIZES:
        days = random_days(3, days=DAYS, intervals=INTERVALS, least=least, most=most)
        truth, calls = exact(days, most), days["offered"]
        lost = (truth.abandonment * calls).sum(axis=1)
        for method in METHODS:
            columns = {name: days[name][:, None] for name in ("aht_s", "patience_s")}
            day = solve_day(calls, agents=days["agents"], interval_s=900, method=method, **columns)
            level = np.abs(day.service_level - truth.service_level)
            error = np.abs((day.abandonment * calls).sum(axis=1) / lost - 1)
            print(
                f"{DAYS} days, {least}-{most} agents, {method}: abandons off by {quantiles(error, '.1%')}; "
                f"service level by {level.mean():.4f}, whole day {quantiles(daily(level, calls), '.4f')}"
            )


def against_patience() -> None:
    """Print the closure's errors as patience departs from the handling time."""
    for ratio in PATIENCE_IN_AHT:
        days = random_days(3, days=20, intervals=10, least=15, most=40)
        days["patience_s"] = ratio * days["aht_s"]
        truth, calls = exact(days, 80 if ratio > 1 else 40), days["offered"]
        columns = {name: days[name][:, None] for name in ("aht_s", "patience_s")}
        day = solve_day(calls, agents=days["agents"], interval_s=900, **columns)
        lost = (day.abandonment * calls).sum(axis=1) / (truth.abandonment * calls).sum(axis=1) - 1
        level = np.abs(daily(day.service_level - truth.service_level, calls))
        print(
            f"patience {ratio:g} × AHT: abandons off by {np.median(lost):+.1%} (median); "
            f"service level of a day {np.median(level):.4f}, at worst {level.max():.4f}"
        )


def daily(error: Any, calls: Any) -> Any:
    """Return the mean error of each day, weighted by its calls."""
    return (error * calls).sum(axis=1) / calls.sum(axis=1)


def quantiles(error: Any, form: str) -> str:
    """Return median, 90 % quantile and worst."""
    return " / ".join(format(value, form) for value in np.quantile(error, [0.5, 0.9, 1.0]))


def against_simulation(path: Path) -> None:
    """Print the errors on the simulated days."""
    content = json.loads(path.read_text())
    for name, known in content["days"].items():
        inputs = {key: np.array(value) for key, value in known["inputs"].items()}
        truth = {key: np.array(value) for key, value in known["measures"].items()}
        offered, calls = inputs.pop("offered"), truth["attempts"]
        for method in METHODS:
            day = solve_day(offered, method=method, **inputs)
            queue = np.abs(day.queue_mean - truth["queue_mean"])
            level = np.abs(day.service_level - truth["service_level"])
            waits = (day.mean_wait_s * day.attempts).sum() / (truth["mean_wait_s"] * calls).sum() - 1
            print(
                f"{name}, {method}: queue off by {queue.mean():.3f} in the mean, {queue.max():.2f} at worst "
                f"(peak {truth['queue_mean'].max():.1f}, found {day.queue_mean.max():.1f}); "
                f"unserved {day.unserved.sum() / truth['unserved'].sum() - 1:+.2%}; waits {waits:+.2%}; "
                f"service level {level.mean():.4f}"
            )


def plan_inputs() -> tuple[Shortage, list[Lever]]:
    """Return 96 intervals, 5 skills, 3 levels, 8 groups with about 200 shift options each, and three levers."""
    hour = (np.arange(96) + 0.5) / 4
    usual = np.array([60, 45, 30, 25, 20])[:, None] * (0.4 + 0.6 * np.exp(-(((hour - 13) / 4) ** 2)))
    hit = np.array([1, 0.8, 0.9, 0.5, 0.3])[:, None] * np.where(hour >= 9, 2.5 * np.exp(-(hour - 9) / 4), 0)
    required = np.stack([usual * (1 + hit) * factor for factor in (1, 1.15, 1.35)])
    skills = ("a", "b", "c", "d", "e")
    shortage = Shortage.of(
        required, scheduled=np.ceil(1.02 * usual), interval_s=900, levels=(0.5, 0.8, 0.95), skills=skills
    )
    return shortage, [
        _group("on-call", 20, 9.5, hours=(4, 8), cost=(38, 30)),
        _group("overtime 1", 15, 9.25, hours=(1, 6), cost=(45, 0), skills=("a", "b")),
        _group("overtime 2", 15, 9.25, hours=(1, 6), cost=(45, 0), skills=("c", "d", "e")),
        _group("back office", 25, 9.5, hours=(2, 6), cost=(30, 0), skills=("a", "c"), effect=0.7),
        _group("outsourcer", 60, 12, hours=(4, 8), cost=(42, 0), skills=("a", "b"), effect=0.85, least_people=10),
        _group("students", 12, 11, hours=(3, 6), cost=(24, 10), skills=("d", "e"), effect=0.8),
        _group("neighbour", 18, 10, hours=(2, 8), cost=(40, 15), skills=("b", "c", "d")),
        _group("team leads", 6, 9, hours=(1, 3), cost=(60, 0)),
        Lever(key="voice menu", kind="demand", effect=(0.05, 0.1, 0.2), lead_s=33_300, most_s=43_200, cost_once=50),
        Lever(key="sms", kind="demand", effect=(0.1, 0.2, 0.4), lead_s=34_200, least_s=21_600, most_s=21_600,
              cost_once=2500),
        Lever(key="call-back", kind="defer", effect=(0.1, 0.2, 0.3), lead_s=33_300, most_s=14_400, cost_per_hour=1),
    ]  # fmt: skip


def _group(
    key: str, capacity: float, lead_h: float, *, hours: tuple[float, float], cost: tuple[float, float],
    skills: tuple[str, ...] = (), effect: float = 1.0, least_people: float = 0.0,
) -> Lever:  # fmt: skip
    return Lever(
        key=key,
        kind="people",
        capacity=capacity,
        lead_s=3600 * lead_h,
        least_s=3600 * hours[0],
        most_s=3600 * hours[1],
        step_s=1800,
        cost_per_hour=cost[0],
        cost_once=cost[1],
        skills=skills,
        effect=(effect, effect, effect),
        least_people=least_people,
    )


def plans() -> None:
    """Print time and gap of surge plans."""
    shortage, levers = plan_inputs()
    aims: tuple[dict[str, Any], ...] = ({}, {"budget": 8000.0}, {"goal": 0.95}, {"goal": 0.999, "goal_level": 0.95})
    for aim in aims:
        start, busy = time.perf_counter(), time.process_time()
        plan = solve_plan(shortage, levers, **aim)
        clock, processor = time.perf_counter() - start, time.process_time() - busy
        print(
            f"surge plan {aim or 'weighed'}: {clock:.2f} s, {processor:.2f} s of processor time, {plan.status}, "
            f"cost {plan.cost:.0f}, gap {plan.gap:.2%}, P50 covered {plan.covered[0]:.1%}"
        )


def main() -> None:
    """Print the figures."""
    inputs = centre()
    for method in METHODS:
        clock, processor = best_ms(lambda chosen=method: solve_day(**inputs, method=chosen))
        print(f"50 queues × 96, {method}: {clock:.1f} ms, {processor:.1f} ms of processor time")
    plans()
    against_simulation(SIMULATED)
    against_exact()
    against_patience()


if __name__ == "__main__":
    main()
