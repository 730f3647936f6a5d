"""Five hundred queues with the worst of names: the pages stay within their width, and their tables sort."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.dashboard import board_samples as samples
from tests.dashboard.sample_board import board_of
from tests.dashboard.web.test_browser import CHROMIUM, FLAGS

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)
N_QUEUES = 500
SIZES = ((390, 844), (1440, 900), (3840, 2160))
NAMES = {
    0: "Kundendienst " * 15 + "Ende!",  # 200 characters
    1: "ohneLeerzeichen" * 13 + "Ende!",
    2: "<img src=x onerror=\"document.title='broken'\"><b>fett</b>",
    3: "🔥 Störung ☎️ 👩‍💻",
    4: "\u202eeuqeuQ",  # written from right to left
}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    view = samples.situation()
    named = [
        replace(view.queues[n % len(view.queues)], key=f"q{n}", label=NAMES.get(n, f"Queue {n:03}"))
        for n in range(N_QUEUES)
    ]
    counted = [replace(q, waiting=replace(q.waiting, value=float(1000 - n))) for n, q in enumerate(named)]
    with board_of(replace(view, queues=tuple(counted))) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.goto(f"{address}/login?next=/queues")
    opened.click(".demo button[value=manager]")
    opened.wait_for_selector("[data-filled]")
    yield opened
    context.close()


@pytest.mark.parametrize("path", ["/", "/queues"])
def test_nothing_is_wider_than_its_page(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    expect(page.locator("[data-live-rows=queues] tr[data-key]")).to_have_count(N_QUEUES)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        # Charts are drawn anew a moment after the width has changed.
        page.wait_for_function("width => document.documentElement.scrollWidth === width", arg=width)
        highest = page.evaluate(
            "Math.max(...[...document.querySelectorAll('[data-live-rows=queues] tr')].map(r => r.offsetHeight))"
        )
        assert highest < 60, "a long name must not stretch its row"


def test_a_name_is_a_text_whatever_it_says(page: Page, address: str) -> None:
    page.goto(f"{address}/queues")
    for n, name in NAMES.items():
        expect(page.locator(f"tr[data-key=q{n}] a.row-link")).to_have_text(name)
    assert page.locator("main img").count() == 0
    assert "broken" not in page.title()


def test_the_table_sorts_all_of_them(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{address}/queues")
    expect(page.locator("main tbody tr[data-key]")).to_have_count(N_QUEUES)
    head = page.locator("th[data-column=waiting]")
    head.locator("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    values = page.locator("main tbody tr").evaluate_all("rows => rows.map(row => row.dataset.key)")
    assert values == [f"q{n}" for n in range(N_QUEUES)]
    head.locator("button").click()
    values = page.locator("main tbody tr").evaluate_all("rows => rows.map(row => row.dataset.key)")
    assert values == [f"q{n}" for n in reversed(range(N_QUEUES))]
