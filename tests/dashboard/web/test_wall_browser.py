"""The wall in a real browser: it turns its sheets, and finds back from restart, cut and sleep by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.web.wall_board import TOKEN, WallBoard
from tests.e2e.browser import chromium

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("wall")]
WAITING = "[data-live-text='waiting.value']"
MINUTE_MS = 60_000


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
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    yield context.new_page()
    context.close()


def _open(page: Page, board: WallBoard, query: str = "lang=en", *, token: str = TOKEN) -> None:
    page.goto(f"{board.address}/wall?{query}#{token}")


def test_it_opens_without_a_session_and_shows_figures_age_and_countdown(page: Page, board: WallBoard) -> None:
    problems: list[str] = []
    page.on("console", lambda one: problems.append(one.text) if one.type == "error" else None)
    page.on("request", lambda one: None if one.url.startswith(board.address) else problems.append(one.url))
    _open(page, board, "lang=en&sheets=now")
    expect(page.locator("h1")).to_contain_text("Anmeldung und Bestellungen")
    expect(page.locator("[data-live-text='times_normal.value']")).to_have_text("11.4\u202f×")
    expect(page.locator("[data-data-age]")).to_have_text("Data 2 s ago")
    expect(page.locator("[data-next]")).to_contain_text("new in")
    assert (problems, page.context.cookies()) == ([], [])


def test_a_change_in_the_store_is_on_the_wall_within_two_seconds_and_a_poll(page: Page, board: WallBoard) -> None:
    _open(page, board, "lang=en&sheets=now")
    expect(page.locator("#main[data-filled]")).to_be_visible()
    board.waiting(4711)
    expect(page.locator(WAITING)).to_have_text("4,711", timeout=2500)


def test_the_sheets_turn_by_the_clock(page: Page, board: WallBoard) -> None:
    page.clock.install()
    _open(page, board, "lang=en&every=10")
    expect(page.locator("#main[data-filled]")).to_be_visible()
    seen = set()
    for _ in range(page.locator("[data-places] i").count()):
        before = page.evaluate(_SHOWN)
        seen.add(page.locator("[data-sheet]:visible").get_attribute("data-sheet"))
        board.services.now += timedelta(seconds=10)
        page.clock.run_for(2000)
        page.wait_for_function(f"before => {_SHOWN} !== before", arg=before, timeout=5000)
    assert seen == {"now", "charts", "queues"}
    assert page.locator("[data-places] i.here").count() == 1


_SHOWN = "[...document.querySelectorAll('[data-sheet]')].findIndex(sheet => !sheet.hidden)"


def test_it_goes_on_after_a_restart_of_the_server(page: Page, board: WallBoard) -> None:
    page.clock.install()
    _open(page, board, "lang=en&sheets=now")
    expect(page.locator("#main[data-filled]")).to_be_visible()
    board.stop()
    page.clock.run_for(MINUTE_MS + 20_000)
    expect(page.locator(".alarm-title")).to_have_text("No connection since 11:20")
    assert "grayscale(1)" in page.evaluate("getComputedStyle(document.querySelector('main')).filter")
    board.waiting(99)
    board.start()
    page.clock.run_for(16_000)
    expect(page.locator("[data-alarm]")).to_be_hidden()
    expect(page.locator(WAITING)).to_have_text("99")


def test_it_loads_itself_anew_when_the_server_came_back_as_another_version(page: Page, board: WallBoard) -> None:
    _open(page, board, "lang=en&sheets=now")
    expect(page.locator("#main[data-filled]")).to_be_visible()
    page.evaluate("window.old = true; document.body.dataset.build = 'earlier'")
    page.wait_for_function("() => !window.old && document.querySelector('#main[data-filled]')")


def test_it_goes_on_after_the_network_was_cut(page: Page, board: WallBoard) -> None:
    _open(page, board, "lang=en&sheets=now")
    expect(page.locator("#main[data-filled]")).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator("[data-data-age]")).to_have_text("Connection troubled")
    expect(page.locator("[data-next]")).to_contain_text("trying again in")
    board.waiting(77)
    page.context.set_offline(False)
    expect(page.locator(WAITING)).to_have_text("77")
    expect(page.locator("[data-data-age]")).to_have_text("Data 2 s ago")


def test_it_catches_up_when_the_browser_wakes(page: Page, board: WallBoard) -> None:
    page.clock.install()
    _open(page, board, "lang=en&sheets=now")
    expect(page.locator("#main[data-filled]")).to_be_visible()
    board.waiting(55)
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    page.clock.fast_forward(8 * 60 * MINUTE_MS)  # the lid was shut: timers fire at most once
    page.clock.resume()
    expect(page.locator(WAITING)).to_have_text("55")
    expect(page.locator("[data-alarm]")).to_be_hidden()


def test_a_hidden_wall_asks_nothing_and_catches_up(page: Page, board: WallBoard) -> None:
    page.clock.install()
    _open(page, board, "lang=en&sheets=now")
    expect(page.locator("#main[data-filled]")).to_be_visible()
    asked: list[str] = []
    page.evaluate(_HIDE, True)
    page.wait_for_load_state("networkidle")
    page.on("request", lambda one: asked.append(one.url))
    board.waiting(33)
    page.clock.run_for(MINUTE_MS)
    assert asked == []
    page.evaluate(_HIDE, False)
    expect(page.locator(WAITING)).to_have_text("33")


_HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_a_revoked_link_takes_the_figures_away_and_says_why(page: Page, board: WallBoard) -> None:
    _open(page, board, "lang=de&sheets=now")
    expect(page.locator("#main[data-filled]")).to_be_visible()
    board.tokens.clear()
    expect(page.locator(".alarm-title")).to_have_text("Diese Adresse gilt nicht mehr")
    expect(page.locator(WAITING)).to_be_hidden()
    expect(page.locator(".headline")).to_be_hidden()


def test_without_its_key_the_address_says_what_is_missing(page: Page, board: WallBoard) -> None:
    page.goto(f"{board.address}/wall?lang=en")
    expect(page.locator(".alarm-title")).to_have_text("This address lacks its key")


def test_a_drill_cannot_be_mistaken(page: Page) -> None:
    board = WallBoard(drill=True)
    try:
        _open(page, board, "lang=de")
        expect(page.locator(".drill strong").first).to_be_visible()
        assert page.title().startswith("[ÜBUNG]")
        frame = page.evaluate("getComputedStyle(document.body, '::after').backgroundImage")
        assert frame.startswith("repeating-linear-gradient")
    finally:
        board.stop()


def test_the_picture_wanders_against_burn_in(page: Page, board: WallBoard) -> None:
    page.clock.install()
    _open(page, board)
    expect(page.locator("#main[data-filled]")).to_be_visible()
    places = set()
    for _ in range(3):
        before = page.evaluate(_PLACE)
        places.add(before)
        board.services.now += timedelta(minutes=1)
        page.clock.run_for(2000)
        page.wait_for_function(
            "before => document.querySelector('[data-stage]').style.translate !== before", arg=before
        )
    assert len(places) == 3
    assert all(abs(float(part)) < 12 for place in places for part in re.findall(r"-?[\d.]+", place))


_PLACE = "document.querySelector('[data-stage]').style.translate"


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (3840, 2160), (1366, 768)])
def test_nothing_is_cut_off_on_any_screen(page: Page, board: WallBoard, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    long = replace(board.view.waiting, value=1_248_913.0)
    board.view = replace(board.view, waiting=long)
    _open(page, board, "lang=de&sheets=now")
    expect(page.locator("#main[data-filled]")).to_be_visible()
    assert page.evaluate(_SPILLING) == []
    assert (
        float(page.evaluate("parseFloat(getComputedStyle(document.querySelector('.value')).fontSize)")) > size[0] / 40
    )


_SPILLING = """() => [...document.querySelectorAll('.head, .foot, .fact .big, .figure .value, .now')]
  .filter(one => one.offsetParent)
  .filter(one => one.getBoundingClientRect().right > innerWidth || one.scrollWidth > one.clientWidth + 1)
  .map(one => one.className + ': ' + one.textContent)"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barrier(page: Page, board: WallBoard, theme: str) -> None:
    for sheet in ("now", "charts", "queues"):
        page.goto("about:blank")
        _open(page, board, f"lang=de&theme={theme}&sheets={sheet}")
        expect(page.locator("#main[data-filled]")).to_be_visible()
        found = [
            f"{sheet} {one['id']}: {one['nodes'][0]['html'][:120]}" for one in Axe().run(page).response["violations"]
        ]
        assert found == []
