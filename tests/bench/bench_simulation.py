"""The event simulation: speed, beside SimPy and Ciw on the same queue, and truth.

Run `python -m tests.bench.bench_simulation`. SimPy and Ciw are looked for in the environment of `make bench-forecast`,
then in this one; `--peers PYTHON` names another.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.simulation import (
    AgentGroup,
    Centre,
    Contacts,
    ContactType,
    empirical,
    lognormal,
    replicate,
    simulate_centre,
    weibull,
)
from forecasting.simulation.compiled.layout import ABANDONED
from forecasting.staffing import erlang_a
from tests.conftest import REPO_ROOT

PEERS = Path(__file__).parent / "peers" / "simulators.py"
QUEUE: dict[str, float] = {"calls": 50_000, "per_s": 0.34, "agents": 100, "aht_s": 300.0, "patience_s": 240.0}
CALLS = 6_000_000
Floats = np.ndarray[Any, np.dtype[np.float64]]


def best_s(work: Callable[[], Any], *, repeats: int = 5) -> tuple[float, Any]:
    """Return the quickest run by the processor's time [s], which other programs disturb less, and its answer."""
    best, answer = np.inf, None
    for _ in range(repeats):
        start = time.process_time()
        answer = work()
        best = min(best, time.process_time() - start)
    return best, answer


def one_queue() -> Centre:
    """Return calls that find agents or hang up."""
    calls = ContactType(name="call", aht_s=QUEUE["aht_s"], patience_s=QUEUE["patience_s"])
    team = AgentGroup(name="team", people=[(0.0, int(QUEUE["agents"]))], serves={"call": 0.0})
    return Centre(types=[calls], groups=[team])


def poisson(n: int, *, seed: int) -> Floats:
    """Return the arrivals of that queue."""
    return np.cumsum(np.random.default_rng(seed).exponential(1 / QUEUE["per_s"], n))


def outage_day(*, seed: int = 1) -> tuple[Centre, list[Floats]]:
    """Return a day of five skills in an outage: 390,000 calls, 150,000 tickets and chats, with everything there is."""
    rng = np.random.default_rng(seed)
    skills = ["orders", "accounts", "billing", "technical", "other"]
    share = np.array([0.35, 0.3, 0.15, 0.15, 0.05])
    habits: dict[str, Any] = {"patience_s": 240.0, "patience": weibull(0.8), "redial": 0.4, "redial_busy": 0.6}
    calls = [
        ContactType(
            name=skill,
            aht_s=330.0,
            handling=lognormal(1.2),
            priority=2,
            trunk="lines",
            callback="call-back",
            callback_after_s=60.0,
            callback_share=0.1,
            reconnect=0.05,
            **habits,
        )
        for skill in skills
    ]
    chat = ContactType(name="chat", aht_s=600.0, concurrency=3, patience_s=180.0, priority=1)
    back = ContactType(name="call-back", aht_s=300.0)
    ticket = ContactType(name="ticket", aht_s=240.0, handling=empirical([60, 120, 200, 400, 900]))
    day = [(0.0, 40), (6 * 3600.0, 90), (9 * 3600.0, 260), (12 * 3600.0, 230), (13 * 3600.0, 260), (20 * 3600.0, 60)]
    groups = [
        AgentGroup(
            name=skill, people=day, serves={skill: 0.0, "ticket": 0.0, "call-back": 0.0, skills[(i + 1) % 5]: 30.0}
        )
        for i, skill in enumerate(skills)
    ]
    groups.append(AgentGroup(name="chats", people=day, serves={"chat": 0.0, "ticket": 0.0}))
    centre = Centre(types=[*calls, chat, back, ticket], groups=groups, trunks={"lines": 3000})
    hour = np.minimum(rng.gamma(2.2, 2.6, 270_000) + 8.0, 23.9) * 3600
    kind = rng.choice(5, len(hour), p=share)
    given = [np.sort(hour[kind == q]) for q in range(5)]
    return centre, [*given, np.sort(hour[:68_000] + 5), np.zeros(0), np.sort(hour[:110_000] + 9)]


def speed() -> float:
    """Print events per second; return calls per second of the plain queue."""
    begun = time.perf_counter()
    simulate_centre(one_queue(), [poisson(100, seed=1)], seed=1)
    print(f"first call, compiled or loaded from disk: {time.perf_counter() - begun:.1f} s")
    given = [poisson(1_000_000, seed=1)]
    seconds, found = best_s(lambda: simulate_centre(one_queue(), given, seed=1))
    rates = f"{found.events / seconds / 1e6:.1f} M events/s, {1 / seconds:.2f} M calls/s"
    print(f"one queue, 1,000,000 calls: {rates}")
    few = [poisson(int(QUEUE["calls"]), seed=1)]
    seconds, _ = best_s(lambda: simulate_centre(one_queue(), few, seed=1), repeats=20)
    centre, arrivals = outage_day()
    took, day = best_s(lambda: simulate_centre(centre, arrivals, seed=1))
    print(
        f"outage day, {len(day.type):,} attempts of 8 kinds, {len(centre.groups)} groups: {1000 * took:.0f} ms, "
        f"{day.events / took / 1e6:.1f} M events/s"
    )
    return QUEUE["calls"] / seconds


def days() -> None:
    """Print the time of many runs on one thread and on two."""
    offered = np.full((1, 40), 200.0)
    edges = np.arange(41) * 900.0
    for workers in (1, 2):
        begun = time.perf_counter()
        counts = replicate(one_queue(), offered, edges=edges, runs=500, seed=1, workers=workers)
        took = time.perf_counter() - begun
        done = f"{workers} threads: {took:.2f} s ({counts.events:,} events)"
        print(f"500 days of 8,000 calls, drawn, simulated and counted, {done}")


def truth() -> None:
    """Print the differences from exact Erlang A."""
    parts = [simulate_centre(one_queue(), [poisson(CALLS // 4, seed=seed)], seed=seed) for seed in range(4)]
    fate, arrived, answered, ended = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("fate", "arrived", "answered", "ended")
    )
    waits = np.minimum(answered, ended) - arrived
    exact = erlang_a(
        int(QUEUE["agents"]), QUEUE["per_s"] * 900, interval_s=900, aht_s=300, patience_s=240, answer_within_s=20
    )
    print(f"against exact Erlang A, {CALLS:,} calls:")
    for name, values, value in (
        ("abandonment", fate == ABANDONED, exact.abandonment),
        ("mean wait [s]", waits, exact.mean_wait_s),
        ("service level", answered - arrived <= 20, exact.service_level),
        ("must wait", waits > 0, exact.p_wait),
    ):
        _print_difference(name, values, float(value))


def _print_difference(name: str, values: Any, exact: float) -> None:
    batches = values[: len(values) // 6000 * 6000].reshape(-1, 6000).mean(axis=1)
    error = batches.std(ddof=1) / np.sqrt(len(batches))
    off = abs(batches.mean() - exact) / error
    print(f"  {name}: {batches.mean():.5f}, exact {exact:.5f}, {off:.1f} standard errors off")


def beside_peers(python: Path, own: float) -> None:
    """Print how many times faster the plain queue is than other simulators, and whether they find the same."""
    found = summary(simulate_centre(one_queue(), [poisson(1_000_000, seed=3)], seed=3))
    print(f"50,000 calls M/M/100+M: {own:,.0f} calls/s; abandonment {found[0]:.4f}, mean wait {found[1]:.2f} s")
    done = subprocess.run([str(python), str(PEERS), json.dumps(QUEUE)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"no peers: {done.stderr.strip().splitlines()[-1]}; install simpy and ciw, or give --peers PYTHON")
        return
    for line in done.stdout.splitlines():
        peer = json.loads(line)
        pace = peer["calls_per_s"]
        print(f"  {peer['name']} {peer['version']}: {pace:,.0f} calls/s, ours is {own / pace:.0f} × as fast;", end=" ")
        print(f"abandonment {peer['abandonment']:.4f}, mean wait {peer['mean_wait_s']:.2f} s")


def summary(found: Contacts) -> tuple[float, float]:
    """Return abandonment and mean wait of all [s]."""
    waits = np.minimum(found.answered, found.ended) - found.arrived
    return float((found.fate == ABANDONED).mean()), float(waits.mean())


def main() -> None:
    """Print the figures."""
    usual = REPO_ROOT / ".venv" / "peers" / "bin" / "python"
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", type=Path, default=usual if usual.exists() else Path(sys.executable))
    own = speed()
    days()
    truth()
    beside_peers(parser.parse_args().peers, own)


if __name__ == "__main__":
    main()
