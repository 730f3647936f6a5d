"""Looking back in a real browser: the old page stays old while the board goes on, and one key leads back to now."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from connectors.storage.rows import SnapshotRow
from dashboard.app import live_pages
from dashboard.components.words import Words
from dashboard.domain.board import Figure
from dashboard.services.board import live_snapshot, moments
from dashboard.services.board.moments import Past
from tests.dashboard import board_samples as samples
from tests.dashboard.board_client import server_of
from tests.dashboard.board_fakes import NOW, FakeServices
from tests.dashboard.web.test_browser import CHROMIUM, FLAGS, LIVE

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)
KEPT = [NOW - timedelta(minutes=m) for m in (30, 25, 20)]


def drawn(page: str, language: str, at: datetime) -> SnapshotRow:
    """The page with as many waiting as minutes have passed since the first moment kept."""
    waiting = Figure((at - KEPT[0]).total_seconds() / 60, at)
    view = replace(samples.situation(), now=at, waiting=waiting)
    content = live_pages()[page].snapshot(view, Words(language, timezone="Europe/Berlin"))
    return live_snapshot.encode(f"{page}.{language}", content, now=at)


def look_back(page: str, *, language: str, at: datetime) -> Past:
    place = max([n for n, kept in enumerate(KEPT) if kept <= at], default=0)
    before = KEPT[place - 1] if place else None
    after = KEPT[place + 1] if place + 1 < len(KEPT) else None
    return Past(KEPT[place], drawn(page, language, KEPT[place]).body, before, after)


@dataclass
class Board:
    address: str
    services: FakeServices


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def board() -> Iterator[Board]:
    services = FakeServices(settings=LIVE)
    services.answers |= {
        live_snapshot.current: lambda page, language: drawn(page, language, services.now),
        live_snapshot.last_beat: lambda: services.now - timedelta(seconds=2),
        moments.look_back: look_back,
        moments.course: lambda key, *, since, until: [(KEPT[n], float(v)) for n, v in enumerate((3, 90, 60))],
    }
    server = make_server("127.0.0.1", 0, server_of(services), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Board(f"http://127.0.0.1:{server.server_port}", services)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser, board: Board) -> Iterator[Page]:
    board.services.now = NOW
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.goto(f"{board.address}/login?next=/")
    opened.click(".demo button[value=manager]")
    opened.wait_for_selector("[data-filled]")
    yield opened
    context.close()


def waiting(page: Page) -> str:
    return page.locator(".tile-value").nth(1).inner_text()


def test_the_clock_leads_back_and_escape_to_now(page: Page, board: Board) -> None:
    assert waiting(page) == "30"
    page.click("[data-look-back]")
    expect(page.locator(".tile-value").nth(1)).to_have_text("10")  # the last kept is of 20 minutes ago
    expect(page.locator("[data-past-at]")).to_contain_text("24")
    expect(page.locator("[data-past-after]")).to_be_disabled()
    expect(page.locator(".strip-acts").first).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tile-value").nth(1)).to_have_text("5")
    page.click("[data-past-before]")
    expect(page.locator(".tile-value").nth(1)).to_have_text("0")
    expect(page.locator("[data-past-before]")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.locator("[data-past-bar]")).to_be_hidden()
    expect(page.locator(".tile-value").nth(1)).to_have_text("30")
    page.go_back()
    expect(page.locator(".tile-value").nth(1)).to_have_text("0")


def test_an_old_page_stays_as_it_was_while_the_board_goes_on(page: Page, board: Board) -> None:
    page.goto(f"{board.address}/?at={KEPT[1]:%Y-%m-%dT%H:%MZ}")
    expect(page.locator(".tile-value").nth(1)).to_have_text("5")
    board.services.now = NOW + timedelta(minutes=9)
    with page.expect_response(lambda answer: "/live/situation" in answer.url and answer.status == 200):
        pass
    assert waiting(page) == "5"
    assert "0" in page.locator(".tile-foot .clock").nth(1).inner_text()  # its age is that of then
    page.click("[data-past-now]")
    expect(page.locator(".tile-value").nth(1)).to_have_text("39")


def test_a_day_and_a_time_lead_to_that_moment(page: Page, board: Board) -> None:
    page.click("[data-look-back]")
    expect(page.locator("[data-past-time]")).not_to_have_value("")
    local = KEPT[1].astimezone(Words("de", timezone="Europe/Berlin").local(KEPT[1]).tzinfo)
    page.fill("[data-past-time]", f"{local:%H:%M}")
    page.keyboard.press("Enter")
    expect(page.locator(".tile-value").nth(1)).to_have_text("5")


def test_a_figure_opens_with_its_course(page: Page) -> None:
    page.locator(".tile summary").nth(1).click()
    course = page.locator(".tile").nth(1).locator(".course")
    expect(course.locator("svg path")).to_have_attribute("d", "M0.00 37.73L50.00 1.00L100.00 13.67")
    expect(course).to_contain_text("3")
    expect(course).to_contain_text("90")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_barrier_and_nothing_wider_than_a_phone(page: Page, board: Board, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{board.address}/?at={KEPT[1]:%Y-%m-%dT%H:%MZ}")
    expect(page.locator(".tile-value").nth(1)).to_have_text("5")
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("() => document.documentElement.scrollWidth === 390")
