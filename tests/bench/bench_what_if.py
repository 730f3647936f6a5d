"""The what-if on the two-million drill: from a slider's move to the figures on the screen, in Chromium.

Run `python -m tests.bench.bench_what_if [--moves 30]`. It starts a drill of its own.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from tests.e2e.browser import chromium
from tests.e2e.drill_server import running_drill

GOAL_MS = 200
WARM_UP = 3
# From the input event until the frame after the figures' change; and the request alone.
WATCH = """() => {
  window.moves = []; window.requests = [];
  let moved = 0, known = document.querySelector("[data-address]").dataset.address;
  document.addEventListener("input", () => { moved = performance.now(); }, true);
  new MutationObserver(() => {
    const now = document.querySelector("[data-address]").dataset.address;
    if (now === known) return;
    known = now;
    const since = moved;
    requestAnimationFrame(() => setTimeout(() => window.moves.push(performance.now() - since)));
  }).observe(document.getElementById("main"), { childList: true, subtree: true, attributes: true });
  const ask = window.fetch;
  window.fetch = async (...what) => {
    const begun = performance.now(), answer = await ask(...what);
    if (String(what[0].url ?? what[0]).includes("_dash-update")) window.requests.push(performance.now() - begun);
    return answer;
  };
}"""


def moves(page: Page, count: int) -> tuple[list[float], list[float]]:
    """Return the times of as many moves of one slider, and of their requests [ms]."""
    slider = page.locator(".whatif-field[data-field=aht] input[type=range]")
    page.wait_for_function("() => document.querySelectorAll('main .main-svg').length >= 1")
    page.evaluate(WATCH)
    for i in range(count + WARM_UP):
        slider.press("ArrowRight" if i % 30 < 15 else "ArrowLeft")
        page.wait_for_function(f"() => window.moves.length > {i}")
    return page.evaluate("() => window.moves")[WARM_UP:], page.evaluate("() => window.requests")[WARM_UP:]


def main() -> None:
    """Print median and 95 % quantile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=30)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_drill(Path(folder) / "drill") as drill, chromium() as browser:
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.goto(f"{drill.url}/login")
        page.locator("button[name=demo][value=planner]").click()
        page.locator("form[action='/logout']").wait_for()
        page.goto(f"{drill.url}/staffing?view=whatif")
        seen, asked = moves(page, chosen.moves)
    for name, values in (("slider to figures", seen), ("of it the request", asked)):
        median, most = np.quantile(values, [0.5, 0.95])
        print(f"{name}, {len(values)} moves: median {median:.0f} ms, 95 % within {most:.0f} ms (goal {GOAL_MS} ms)")


if __name__ == "__main__":
    main()
