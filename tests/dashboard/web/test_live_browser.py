"""The live figures in a real browser: how soon a change shows, and what a hidden tab and a silent source do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.web.wall_board import WallBoard
from tests.e2e.browser import chromium

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("wall")]
WAITING = "[data-live-text='waiting.value']"
POLL_AND_TWO_S = 2500
HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def board() -> Iterator[WallBoard]:
    running = WallBoard()
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser, board: WallBoard) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{board.address}/login")
    page.get_by_label("Name").fill("manager")
    page.locator("input[type=password]").fill("right-password")
    page.locator("button.primary").click()
    page.locator("[data-filled]").wait_for()
    yield page
    context.close()


def test_a_change_in_the_store_is_on_the_screen_within_two_seconds_and_a_poll(page: Page, board: WallBoard) -> None:
    board.waiting(4711)
    expect(page.locator(WAITING)).to_have_text("4,711", timeout=POLL_AND_TWO_S)


def test_two_windows_show_the_same(page: Page, board: WallBoard) -> None:
    other = page.context.new_page()
    other.goto(board.address)
    board.waiting(812)
    for one in (page, other):
        expect(one.locator(WAITING)).to_have_text("812")


def test_a_hidden_tab_asks_nothing_and_catches_up_at_once(page: Page, board: WallBoard) -> None:
    page.clock.install()
    page.reload()
    page.locator("[data-filled]").wait_for()
    page.evaluate(HIDE, True)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    board.waiting(33)
    page.clock.run_for(60_000)
    assert [url for url in asked if "/live/" in url] == []
    page.evaluate(HIDE, False)
    expect(page.locator(WAITING)).to_have_text("33")


def test_figures_of_a_silent_source_turn_grey_with_the_next_answer(page: Page, board: WallBoard) -> None:
    tile = page.locator("[data-live-state='waiting'].tile")
    expect(tile).not_to_have_attribute("data-state", "stale")
    board.view = replace(board.view, waiting=replace(board.view.waiting, stale=True))
    expect(tile).to_have_attribute("data-state", "stale", timeout=POLL_AND_TWO_S)


def test_the_page_goes_on_after_a_restart_of_the_server(page: Page, board: WallBoard) -> None:
    board.stop()
    expect(page.locator("[data-data-age]")).to_have_text("Connection troubled")
    board.waiting(55)
    board.start()
    expect(page.locator(WAITING)).to_have_text("55")
    expect(page.locator("[data-data-age]")).to_have_text("Data 2 s ago")
