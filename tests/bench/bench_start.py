"""From the start of the process to the first useful page: `andrang drill` in a fresh folder, several times.

Useful: the situation's snapshot carries figures and a chart with a forecast. Nothing here is compared with a peer;
the figure to hold it against is the 5 s that a newcomer is promised.

Run: python -m tests.bench.bench_start [--runs 5]
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
from pathlib import Path

import requests

from tests.e2e.drill_server import running_drill

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
GIVE_UP_S = 60.0


def first_useful_page(url: str, begun: float) -> float:
    """Seconds from `begun` until a logged-in manager's situation has figures and a forecast."""
    with requests.Session() as browser:
        token = TOKEN.search(browser.get(f"{url}/login", timeout=10).text)
        assert token, "the login page carries no token"
        browser.post(f"{url}/login", data={"csrf_token": token.group(1), "demo": "manager"}, timeout=10)
        while time.perf_counter() - begun < GIVE_UP_S:
            answer = browser.get(f"{url}/live/situation", timeout=10)
            if answer.status_code == 200 and any("fan" in key for key in answer.json()["figures"]):
                return time.perf_counter() - begun
            time.sleep(0.05)
    raise SystemExit(f"no useful page within {GIVE_UP_S:g} s")


def main() -> None:
    """Print the median and the range over the runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    addresses, pages = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            begun = time.perf_counter()
            with running_drill(Path(folder) / "data") as drill:
                addresses.append(time.perf_counter() - begun)
                pages.append(first_useful_page(drill.url.rstrip("/"), begun))
    for name, taken in (("address printed", addresses), ("first useful page", pages)):
        print(
            f"{name:<18} median {statistics.median(taken):.1f} s, {min(taken):.1f} to {max(taken):.1f} s, {runs} runs"
        )


if __name__ == "__main__":
    main()
