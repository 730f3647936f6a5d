"""Erlang C requirements by another library. Reads cells as JSON, prints one line of JSON with its answers and pace."""

from __future__ import annotations

import json
import sys
import time
from importlib.metadata import version
from typing import Any

from pyworkforce.queuing import ErlangC

MINUTE_S = 60


def positions(cell: dict[str, float]) -> int:
    """Return the agents for 80 % within the threshold."""
    queue: Any = ErlangC(
        transactions=cell["offered"],
        aht=cell["aht_s"] / MINUTE_S,
        interval=cell["interval_s"] / MINUTE_S,
        asa=cell["answer_within_s"] / MINUTE_S,
        shrinkage=0.0,
    )
    return int(queue.required_positions(service_level=cell["service_level"], max_occupancy=1.0)["raw_positions"])


def main() -> None:
    """Answer all cells."""
    cells = json.load(sys.stdin)
    begun = time.process_time()
    agents = [positions(cell) for cell in cells]
    seconds = time.process_time() - begun
    print(json.dumps({"version": version("pyworkforce"), "agents": agents, "s_per_cell": seconds / len(cells)}))


if __name__ == "__main__":
    main()
