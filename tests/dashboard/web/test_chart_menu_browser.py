"""The menu of a chart in a real browser: what it saves and shows is what the chart shows."""

from __future__ import annotations

import csv
import html
import io
import re
import struct
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from werkzeug.serving import make_server

from connectors.storage.rows import SnapshotRow
from dashboard.app import live_pages
from dashboard.components.words import Words
from dashboard.services.board import live_snapshot, moments, queue_day
from dashboard.services.board.moments import Past
from dashboard.services.board.queue_day import QueueDay
from tests.dashboard import board_samples as samples
from tests.dashboard.board_client import server_of
from tests.dashboard.board_fakes import NOW, FakeServices
from tests.dashboard.web.test_browser import CHROMIUM, FLAGS, LIVE

pytestmark = pytest.mark.browser
expect.set_options(timeout=15_000)
THEN = NOW - timedelta(minutes=30)
HOSTILE = "Karten <b>& Sperren</b> 💳"


def drawn(page: str, language: str, at: datetime = NOW) -> SnapshotRow:
    content = live_pages()[page].snapshot(
        replace(samples.situation(), now=at), Words(language, timezone="Europe/Berlin")
    )
    return live_snapshot.encode(f"{page}.{language}", content, now=at)


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
        live_snapshot.current: drawn,
        live_snapshot.last_beat: NOW,
        moments.look_back: lambda page, *, language, at: Past(THEN, drawn(page, language, THEN).body, None, None),
        queue_day.view: lambda key, **_: QueueDay(NOW, key, HOSTILE, samples.situation().fans[0]),
    }
    server = make_server("127.0.0.1", 0, server_of(services), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Board(f"http://127.0.0.1:{server.server_port}", services)
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Visit:
    page: Page
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def visit(browser: Browser, board: Board) -> Iterator[Visit]:
    """One who has logged in, for all tests."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="de-DE")
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=board.address)
    one = Visit(context.new_page())
    one.page.on("console", lambda said: one.complaints.append(said.text) if said.type == "error" else None)
    one.page.on("request", lambda asked: one.complaints.append(asked.url) if is_foreign(asked.url, board) else None)
    one.page.goto(f"{board.address}/login?next=/")
    one.page.click(".demo button[value=manager]")
    yield one
    context.close()


def is_foreign(url: str, board: Board) -> bool:
    return not url.startswith((board.address, "data:", "blob:"))


@pytest.fixture
def page(visit: Visit, board: Board) -> Iterator[Page]:
    """The situation; afterwards nothing may have gone wrong or outside."""
    page = visit.page
    page.emulate_media(media="screen", color_scheme="light")
    if page.url != f"{board.address}/" or page.locator("dialog[open], .print-sheet").count():
        page.goto(f"{board.address}/")
    page.locator(".plot .main-svg").first.wait_for()
    yield page
    assert visit.complaints == []


def menu(page: Page, chart: str = "fan.0.figure") -> Locator:
    page.locator(f"[data-chart-menu='{chart}']").click()
    return page.locator("[data-chart-items]")


def saved(page: Page, act: str, folder: Path, chart: str = "fan.0.figure") -> tuple[str, bytes]:
    items = menu(page, chart)
    with page.expect_download() as loading:
        items.locator(f"[data-chart-act={act}]").click()
    loading.value.save_as(folder / "file")
    return loading.value.suggested_filename, (folder / "file").read_bytes()


def figure(language: str = "de", at: datetime = NOW) -> dict[str, Any]:
    view = replace(samples.situation(), now=at)
    content = live_pages()["situation"].snapshot(view, Words(language, timezone="Europe/Berlin"))
    shown: dict[str, Any] = content["figures"]["fan.0.figure"]
    return shown


def pixels(png: bytes) -> tuple[int, int, bytes]:
    """Width, height and the raw bytes of an image's lines."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    at, packed = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        packed += png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += length + 12
    return width, height, zlib.decompress(packed)


def test_the_csv_holds_every_value_of_the_chart(page: Page, tmp_path: Path) -> None:
    name, content = saved(page, "csv", tmp_path)
    assert name == "andrang-uebung-anrufe-2026-11-24-1120.csv"
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["interval_start", "beobachtet", "läuft noch", "normal", "P10", "erwartet (P50)", "P90"]
    found = {
        (name, datetime.fromisoformat(row[0]).timestamp()): float(value.replace(",", "."))
        for row in rows[1:]
        for name, value in zip(rows[0][1:], row[1:], strict=True)
        if value
    }
    middle = 450.0
    wanted = {
        (trace["name"], x / 1000 - middle): y
        for trace in figure()["data"]
        if trace["name"] and "customdata" in trace
        for x, y in zip(trace["x"], trace["y"], strict=True)
        if y is not None
    }
    assert found == pytest.approx(wanted)
    assert rows[1][0] == "2026-11-24T08:00+01:00"


def test_the_png_is_as_large_as_said_and_not_blank(page: Page, tmp_path: Path) -> None:
    name, content = saved(page, "png", tmp_path)
    assert name == "andrang-uebung-anrufe-2026-11-24-1120.png"
    width, height, raw = pixels(content)
    assert (width, height) == (2400, 1350)
    line = len(raw) // height
    inked = [len(set(raw[n * line + 1 : (n + 1) * line])) > 3 for n in range(height)]
    assert sum(inked[:184]) > 40  # the head
    assert sum(inked[184:1260]) > 500  # the lines


def test_the_svg_says_title_time_and_that_it_is_a_drill(page: Page, tmp_path: Path) -> None:
    _, content = saved(page, "svg", tmp_path)
    text = re.sub(r"<[^>]+>", " ", content.decode())
    for said in ("Anrufe", "je 15 min", "Stand 24.11.2026, 11:20 (Europe/Berlin)", "ÜBUNG", "jetzt 11:20"):
        assert said in text
    _, second = saved(page, "svg", tmp_path, "fan.1.figure")
    assert "P10–P90" in second.decode()  # a chart without names beside its lines has a legend


def test_a_name_that_looks_like_markup_stays_text(page: Page, board: Board, tmp_path: Path) -> None:
    page.goto(f"{board.address}/queues?queue=cards")
    page.locator(".plot .main-svg").first.wait_for()
    name, content = saved(page, "svg", tmp_path, "queue-day")
    assert name == "andrang-uebung-karten-b-sperren-b-2026-11-24-1120.svg"
    assert HOSTILE in html.unescape(content.decode())
    menu(page, "queue-day").locator("[data-chart-act=table]").click()
    expect(page.locator("dialog[open] h2")).to_have_text(HOSTILE)


def test_the_table_is_reached_and_left_by_keyboard(page: Page) -> None:
    button = page.locator("[data-chart-menu='fan.0.figure']")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-chart-items] button").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-chart-act=link]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    table = page.locator("dialog[open] table")
    assert table.locator("thead th").all_inner_texts() == [
        "Zeit", "beobachtet", "läuft noch", "normal", "P10", "erwartet (P50)", "P90",
    ]  # fmt: skip
    last = max((x, y) for t in figure()["data"] if t["name"] == "P90" for x, y in zip(t["x"], t["y"], strict=True))[1]
    assert table.locator("tbody tr").last.locator("td").last.inner_text() == Words("de").number(last, 1)
    assert table.locator("[aria-current] th").inner_text() == "11:15–11:30"
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_a_chart_of_the_past_leaves_as_it_was(page: Page, board: Board, tmp_path: Path) -> None:
    page.goto(f"{board.address}/?at={THEN:%Y-%m-%dT%H:%MZ}")
    expect(page.locator("[data-past-at]")).to_contain_text("10:50")
    page.locator(".plot .main-svg").first.wait_for()
    name, content = saved(page, "svg", tmp_path)
    assert name == "andrang-uebung-anrufe-2026-11-24-1050.svg"
    assert "jetzt 10:50" in content.decode()
    menu(page).press("Escape")  # closes the menu, and does not lead back to now
    expect(page.locator("[data-past-bar]")).to_be_visible()


def test_the_link_shows_this_moment_to_others(page: Page, board: Board) -> None:
    menu(page).locator("[data-chart-act=link]").click()
    expect(page.locator("[data-toast]")).to_have_text("Der Link ist kopiert.")
    address = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{board.address}/\?at=2026-11-24T10:20:0\dZ", address)
    page.goto(address)
    expect(page.locator("[data-past-at]")).to_contain_text("10:50")


def test_only_the_chart_goes_on_paper_and_in_light_colours(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    page.evaluate("window.print = () => { window.printed = true; }")
    menu(page).locator("[data-chart-act=print]").click()
    page.wait_for_function("() => window.printed")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator(".print-sheet h1")).to_have_text("Anrufe")
    expect(page.locator(".print-drill")).to_have_text("ÜBUNG")
    expect(page.locator(".print-sheet tbody tr").first).to_be_visible()
    expect(page.locator("main")).to_be_hidden()
    drawing = page.locator(".print-sheet img").get_attribute("src") or ""
    assert "rgb(251, 251, 250)" in drawing.replace("%20", " ").replace("%2C", ",")  # the light ground
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator(".print-sheet")).to_have_count(0)
