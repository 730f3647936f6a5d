"""The frame in a real browser: nothing blocked, nothing fetched from outside, and what happens without the server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from werkzeug.serving import make_server

from connectors.storage.rows import SnapshotRow
from dashboard.app import live_pages
from dashboard.components.words import Words
from dashboard.services.board import live_snapshot, queue_day
from dashboard.services.board.queue_day import QueueDay
from dashboard.settings import Settings
from tests.dashboard import board_samples as samples
from tests.dashboard.board_client import server_of
from tests.dashboard.board_fakes import NOW, FakeServices

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LIVE = Settings.model_validate({"drill": True, "web": {"secure_cookies": False}, "board": {"poll_s": 0.5}})


@dataclass
class Board:
    """A running board; `view` is what its worker would have drawn last."""

    address: str
    services: FakeServices
    problems: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def board() -> Iterator[Board]:
    services = FakeServices(settings=LIVE)
    services.answers[live_snapshot.current] = _drawn
    services.answers[live_snapshot.last_beat] = lambda: services.now - timedelta(seconds=2)
    services.answers[queue_day.view] = lambda key, **_: QueueDay(NOW, key, key, samples.situation().fans[0])
    server = make_server("127.0.0.1", 0, server_of(services), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Board(f"http://127.0.0.1:{server.server_port}", services)
    server.shutdown()
    thread.join()
    server.server_close()


def _drawn(page: str, language: str) -> SnapshotRow:
    words = Words(language, timezone="Europe/Berlin")
    content = live_pages()[page].snapshot(samples.situation(), words)
    return live_snapshot.encode(f"{page}.{language}", content, now=NOW)


@pytest.fixture
def page(browser: Browser, board: Board) -> Iterator[Page]:
    """A page on which every complaint of the browser and every foreign request is kept."""
    board.problems.clear()
    board.services.now = NOW
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.on("console", lambda one: board.problems.append(one.text) if one.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: board.problems.append(str(error)))
    opened.on("request", lambda one: _note_foreign(one.url, board))
    yield opened
    context.close()


def _note_foreign(url: str, board: Board) -> None:
    if not url.startswith((board.address, "data:", "blob:")):
        board.problems.append(f"fetched {url}")


def _enter(page: Page, board: Board, path: str = "/", *, role: str = "manager") -> None:
    page.goto(f"{board.address}/login?next={path}")
    page.click(f".demo button[value={role}]")
    page.wait_for_selector("[data-filled]")


def _axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in ("serious", "critical")
    ]


def test_the_situation_is_drawn_and_nothing_is_blocked_or_fetched_from_outside(page: Page, board: Board) -> None:
    _enter(page, board)
    expect(page.locator("h1:visible")).to_contain_text("Anmeldung und Bestellungen")
    expect(page.locator(".tile-value").first).to_have_text("11.4\u202f×")
    expect(page.locator(".plot .main-svg").first).to_be_visible()
    assert board.problems == []


def test_the_main_answer_fits_1440_by_900(page: Page, board: Board) -> None:
    _enter(page, board)
    expect(page.locator(".plot .main-svg").first).to_be_visible()
    bottom = page.evaluate("document.querySelector('.fans').getBoundingClientRect().bottom")
    assert bottom < 900


def test_nothing_is_wider_than_a_phone(page: Page, board: Board) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/", "/queues"):
        _enter(page, board, path) if path == "/" else page.goto(board.address + path)
        page.wait_for_selector("[data-filled]")
        assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_barrier(page: Page, board: Board, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{board.address}/login")
    barriers = _axe(page)
    for path in ("/", "/queues", "/queues?queue=service"):
        _enter(page, board) if path == "/" else page.goto(board.address + path)
        page.wait_for_selector("[data-filled]")
        barriers += _axe(page)
    assert barriers == []


def test_pages_change_by_keyboard_without_loading_anew(page: Page, board: Board) -> None:
    _enter(page, board)
    page.evaluate("window.stays = true")
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page.locator("h1:visible")).to_have_text("Queues")
    expect(page.locator(".nav a[aria-current]")).to_have_text("Queues")
    assert page.evaluate("window.stays") is True
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")
    page.go_back()
    expect(page.locator(".tile-value").first).to_have_text("11.4\u202f×")
    assert board.problems == []


def test_the_theme_repaints_the_charts_and_is_kept(page: Page, board: Board) -> None:
    _enter(page, board)
    expect(page.locator(".plot .main-svg").first).to_be_visible()
    observed = page.locator(".plot .scatterlayer .js-line").last
    light = observed.get_attribute("style")
    page.keyboard.press("t")
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(observed).not_to_have_attribute("style", str(light))
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_without_the_server_the_page_says_so_large_and_goes_on_by_itself(page: Page, board: Board) -> None:
    page.clock.install()
    _enter(page, board)

    def cut(route: Route) -> None:
        route.abort()

    page.route("**/live/**", cut)
    page.clock.run_for(70_000)
    expect(page.locator("[data-alarm]")).to_contain_text("No connection since 11:20")
    assert page.evaluate("getComputedStyle(document.querySelector('.page')).filter") == "grayscale(1)"
    page.unroute("**/live/**", cut)
    page.clock.run_for(2_000)
    expect(page.locator("[data-alarm]")).to_be_hidden()


def test_a_page_without_live_figures_says_it_too(page: Page, board: Board) -> None:
    _enter(page, board)
    page.goto(f"{board.address}/incident/none")
    expect(page.locator(".data-age")).to_have_text("Data 2 s ago")


def test_a_silent_worker_greys_the_figures(page: Page, board: Board) -> None:
    board.services.answers[live_snapshot.last_beat] = lambda: NOW - timedelta(minutes=5)
    try:
        _enter(page, board)
        expect(page.locator("[data-alarm]")).to_contain_text("No new figures since 11:15")
    finally:
        board.services.answers[live_snapshot.last_beat] = lambda: board.services.now - timedelta(seconds=2)


def test_the_wrong_clock_of_a_viewer_changes_no_age(page: Page, board: Board) -> None:
    page.clock.set_system_time(NOW + timedelta(hours=1))
    _enter(page, board)
    expect(page.locator("[data-wall-clock]").first).to_have_text("11:20")
    expect(page.locator(".data-age")).to_have_text("Data 2 s ago")


def test_a_row_opens_the_queues_day_with_chart_and_table(page: Page, board: Board) -> None:
    _enter(page, board, "/queues")
    page.click("text=Kundenservice")
    expect(page.locator(".tall .main-svg").first).to_be_visible()
    page.click("summary:has-text('As a table')")
    expect(page.locator(".day-table tr[aria-current=time]")).to_be_visible()
    assert board.problems == []


def test_a_column_sorts_and_stays_sorted(page: Page, board: Board) -> None:
    _enter(page, board, "/queues")
    page.click("th[data-column=waiting] button")
    page.click("th[data-column=waiting] button")
    expect(page.locator("tbody th").first).to_contain_text("Geschäftskunden")
    expect(page.locator("th[data-column=waiting]")).to_have_attribute("aria-sort", "ascending")


def test_a_refused_callback_is_said_to_the_person(page: Page, board: Board) -> None:
    _enter(page, board)
    advice = {"error": "No access", "advice": "This account lacks the right for it."}
    page.route("**/_dash-update-component*", lambda route: route.fulfill(status=403, json=advice))
    page.keyboard.press("g")
    page.keyboard.press("q")
    expect(page.locator("[data-toast]")).to_have_text("This account lacks the right for it.")


def test_an_ended_session_keeps_the_page_and_offers_the_login(page: Page, board: Board) -> None:
    _enter(page, board)
    page.context.clear_cookies()
    expect(page.locator("[data-alarm] a")).to_have_text("Log in in a new window")
    expect(page.locator(".tile-value").first).to_have_text("11.4\u202f×")


def test_names_from_a_source_are_text_never_html(page: Page, board: Board) -> None:
    view = samples.situation()
    evil = replace(view.queues[0], label="<img src=x onerror=alert(1)>" + "Ä" * 200 + "🔥")
    strip = replace(view.incidents[0], facts=view.incidents[0].facts.changed(title="<script>alert(1)</script>"))

    def drawn(name: str, language: str) -> SnapshotRow:
        words = Words(language, timezone="Europe/Berlin")
        content = live_pages()[name].snapshot(replace(view, queues=(evil,), incidents=(strip,)), words)
        return live_snapshot.encode(f"{name}.{language}", {**content, "evil": True}, now=NOW)

    board.services.answers[live_snapshot.current] = drawn
    try:
        page.set_viewport_size({"width": 390, "height": 844})
        _enter(page, board)
        expect(page.locator("h1:visible")).to_have_text("<script>alert(1)</script>")
        expect(page.locator("tbody .row-link")).to_contain_text("<img src=x onerror=alert(1)>")
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    finally:
        board.services.answers[live_snapshot.current] = _drawn
    assert board.problems == []
