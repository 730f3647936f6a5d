"""The same queue in SimPy and in Ciw: calls that find one of n agents or hang up. Prints a line of JSON for each."""

from __future__ import annotations

import json
import random
import sys
import time
from importlib.metadata import version
from typing import Any

import ciw
import simpy


def with_simpy(queue: dict[str, float]) -> tuple[float, float]:
    """Return abandonment and mean wait of all [s]."""
    env = simpy.Environment()
    agents = simpy.Resource(env, capacity=int(queue["agents"]))
    draw, waits, lost = random.Random(1), [], [0]

    def call() -> Any:
        arrived = env.now
        with agents.request() as request:
            patience = env.timeout(draw.expovariate(1 / queue["patience_s"]))
            yield request | patience
            waits.append(env.now - arrived)
            if not request.triggered:
                lost[0] += 1
                return
            yield env.timeout(draw.expovariate(1 / queue["aht_s"]))

    def source() -> Any:
        for _ in range(int(queue["calls"])):
            yield env.timeout(draw.expovariate(queue["per_s"]))
            env.process(call())

    env.process(source())
    env.run()
    return lost[0] / len(waits), sum(waits) / len(waits)


def with_ciw(queue: dict[str, float]) -> tuple[float, float]:
    """Return abandonment and mean wait of all [s]."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=queue["per_s"])],
        service_distributions=[ciw.dists.Exponential(rate=1 / queue["aht_s"])],
        reneging_time_distributions=[ciw.dists.Exponential(rate=1 / queue["patience_s"])],
        number_of_servers=[int(queue["agents"])],
    )
    ciw.seed(1)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(int(queue["calls"]), method="Complete")
    records = simulation.get_all_records()
    lost = sum(record.record_type == "renege" for record in records)
    waits = [
        record.exit_date - record.arrival_date if record.record_type == "renege" else record.waiting_time
        for record in records
    ]
    return lost / len(records), sum(waits) / len(waits)


def main() -> None:
    """Run both."""
    queue = json.loads(sys.argv[1])
    for name, run in (("simpy", with_simpy), ("ciw", with_ciw)):
        begun = time.process_time()
        abandonment, mean_wait_s = run(queue)
        said = {"name": name, "version": version(name), "calls_per_s": queue["calls"] / (time.process_time() - begun)}
        print(json.dumps(said | {"abandonment": abandonment, "mean_wait_s": mean_wait_s}), flush=True)


if __name__ == "__main__":
    main()
