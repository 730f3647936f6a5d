"""The bar of alerts on every page in a real browser, and the pages of alerts and wall links without barriers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from connectors.storage.alert_rows import AlertDeliveryRow, AlertEventRow, AlertRuleRow, WallLinkRow
from connectors.storage.rows import SnapshotRow
from dashboard.components import alert_text
from dashboard.components.words import Words
from dashboard.services.board import alert_desk, live_snapshot, wall_links
from dashboard.services.board.alert_desk import Desk
from tests.dashboard.board_fakes import NOW
from tests.dashboard.web.wall_board import WallBoard, drawn
from tests.e2e.browser import chromium

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("wall")]
DETAIL = {"kind": "backlog", "label": "Hotline <b>Süd</b>", "subject": "hotline", "threshold": 50.0, "sound": True}
EVENT = AlertEventRow(1, "queue hotline", DETAIL, 80.0, 120.0, NOW - timedelta(minutes=3), NOW, id=7)
RULE = AlertRuleRow("backlog", "", 50.0, 30.0, 120, NOW, "kim", sound=True, emails=("ops@example.com",), id=1)
FAILED = AlertDeliveryRow(7, "email", "ops@example.com", "failed", NOW, 1, NOW, error="the mail server is gone", id=1)
SUBJECTS = {"queue": {"hotline": "Hotline"}, "source": {}}
LINK = WallLinkRow(3, "Großraum", NOW, "kim")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def events() -> list[AlertEventRow]:
    return [EVENT]


@pytest.fixture
def board(events: list[AlertEventRow]) -> Iterator[WallBoard]:
    def acknowledge(number: int, **_: Any) -> bool:
        events[:] = [event for event in events if event.id != number]
        return True

    running = WallBoard(
        answers={
            alert_desk.acknowledge: acknowledge,
            alert_desk.desk: lambda **_: Desk(
                (RULE,), (EVENT,), (FAILED,), {"queue": {"hotline": "Hotline"}, "source": {}}
            ),
            wall_links.links: lambda: [LINK, replace(LINK, id=2, revoked_at=NOW, revoked_by="kim")],
        }
    )

    def current(page: str, language: str) -> SnapshotRow:
        row = live_snapshot.decode(drawn(running.view, page, language))
        bar = alert_text.bar(tuple(events), Words(language, timezone="Europe/Berlin"))
        return live_snapshot.encode(f"{page}.{language}", {**row, "alerts": bar}, now=NOW)

    running.services.answers[live_snapshot.current] = current
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    yield context.new_page()
    context.close()


def _enter(page: Page, board: WallBoard, path: str = "/", *, role: str = "manager") -> None:
    page.goto(f"{board.address}/login?next={path}")
    page.get_by_label("Name").fill(role)
    page.locator("input[type=password]").fill("right-password")
    page.locator("button.primary").click()
    page.locator("form[action='/logout']").wait_for()


def test_figures_that_come_before_the_bar_listens_are_shown_all_the_same(page: Page, board: WallBoard) -> None:
    _enter(page, board)
    expect(page.locator("[data-filled]").first).to_be_visible()
    held: list[Route] = []
    page.route("**/assets/70-alerts.js*", lambda route: held.append(route))
    with page.expect_response(lambda answer: "/live/situation" in answer.url and answer.status == 200):
        page.goto(board.address, wait_until="commit")
    page.wait_for_function("() => window.andrang?.alerts")
    held[0].continue_()
    expect(page.locator("[data-alerts] li")).to_contain_text("120 contacts waiting")


@pytest.mark.parametrize("path", ["/", "/incident/none", "/alerts"])
def test_the_bar_stands_on_every_page_until_somebody_has_seen_it(page: Page, board: WallBoard, path: str) -> None:
    _enter(page, board, path)
    line = page.locator("[data-alerts] li")
    expect(line).to_contain_text("Hotline <b>Süd</b>: 120 contacts waiting, limit 50")
    expect(line).to_contain_text("since 11:17")
    line.get_by_role("button").click()
    expect(page.locator("[data-alerts]")).to_be_hidden()
    page.reload()
    expect(page.locator("[data-data-age]")).to_contain_text("Data")
    expect(page.locator("[data-alerts]")).to_be_hidden()


def test_a_new_alert_appears_by_itself_and_many_stay_two_lines(
    page: Page, board: WallBoard, events: list[AlertEventRow]
) -> None:
    events.clear()
    _enter(page, board)
    expect(page.locator("[data-filled]")).to_be_visible()
    expect(page.locator("[data-alerts]")).to_be_hidden()
    events[:] = [replace(EVENT, id=number) for number in range(7, 20)]
    expect(page.locator("[data-alerts] li")).to_have_count(2)
    expect(page.locator("[data-alerts]")).to_contain_text("and 11 more")
    page.get_by_role("button", name="All seen").click()
    expect(page.locator("[data-alerts]")).to_be_hidden()


def test_an_agent_sees_the_bar_without_a_button(page: Page, board: WallBoard) -> None:
    _enter(page, board, role="agent")
    expect(page.locator("[data-alerts] li")).to_contain_text("120 contacts waiting")
    assert page.locator("[data-alerts] li button").count() == 0


def test_a_sound_is_each_browsers_own_choice_and_rings_once_for_an_alert(
    page: Page, board: WallBoard, events: list[AlertEventRow]
) -> None:
    _enter(page, board)
    page.get_by_role("button", name="Sound on").click()
    expect(page.locator("[data-alerts]")).to_have_attribute("data-rang", "1")  # to hear that it works
    events.insert(0, replace(EVENT, id=8))
    expect(page.locator("[data-alerts]")).to_have_attribute("data-rang", "2")
    page.reload()
    expect(page.locator("[data-alerts] li")).to_have_count(2)
    assert page.locator("[data-alerts]").get_attribute("data-rang") is None


def test_a_failed_acknowledgement_keeps_the_line_and_says_so(page: Page, board: WallBoard) -> None:
    _enter(page, board)
    page.route("**/alerts/acknowledge", lambda route: route.abort())
    page.locator("[data-alerts] li button").click()
    expect(page.locator("[data-toast]")).not_to_be_empty()
    expect(page.locator("[data-alerts] li button")).to_be_enabled()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barrier_and_nothing_wider_than_a_telephone(page: Page, board: WallBoard, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    _enter(page, board)
    for path, marker in (("/alerts", "#alert-save"), ("/wall/links", "#wall-make")):
        page.goto(f"{board.address}{path}")
        page.locator(marker).wait_for()
        expect(page.locator("[data-alerts] li")).to_have_count(1)
        found = Axe().run(page).response["violations"]
        assert [f"{path} {one['id']}: {one['nodes'][0]['html'][:140]}" for one in found] == []
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.set_viewport_size({"width": 1440, "height": 900})
