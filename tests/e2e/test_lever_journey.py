"""A manager pulls a lever: it is marked, the forecast falls, taking it back restores it; an agent only looks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.drill_server import Running, running_drill

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
expect.set_options(timeout=30_000)
SMS = "Text message to those affected"
SOON = '[data-live-text="basis.soon"]'


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A drill of its own: what is done here must not move the figures of other journeys."""
    with running_drill(tmp_path_factory.mktemp("levers") / "data") as running:
        yield running


@pytest.fixture
def enter(browser: Browser, drill: Running) -> Iterator[Callable[[str], Page]]:
    """Log in as one of the people, in English, and open the situation."""
    made: list[Visit] = []
    contexts = []

    def visit(who: str) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}))
        made.append(Visit(contexts[-1], drill.url.rstrip("/")).enter(who, language="en"))
        return made[-1].go("/")

    yield visit
    for context in contexts:
        context.close()
    assert [complaint for one in made for complaint in one.complaints] == []


def counted(page: Page) -> float:
    """The next four hours as the page says them."""
    found = re.fullmatch(r"([\d.,]+)\s?([kM]?)", page.locator(SOON).inner_text().strip())
    assert found, page.locator(SOON).inner_text()
    return float(found[1].replace(",", "")) * {"": 1, "k": 1e3, "M": 1e6}[found[2]]


def marks(page: Page) -> int:
    """Charts that show a mark."""
    return page.locator(".fan:visible .plot").evaluate_all(
        "plots => plots.filter(plot => (plot.data ?? []).some(trace => trace.text?.includes("
        f"{SMS!r}) && trace.marker?.symbol === 'triangle-down')).length"
    )


def test_a_lever_is_pulled_marked_forecast_with_and_taken_back(enter: Callable[[str], Page]) -> None:
    manager, agent = enter("manager"), enter("agent")
    line = manager.locator(".lever:visible", has_text=SMS)
    expect(line).to_contain_text("contacts fewer")
    # From the first counted quarter-hour on outlooks come by the minute, so that a fall now has one cause.
    expect(manager.locator('[data-live-text="basis.method"]')).to_contain_text("of counts", timeout=90_000)
    before = counted(manager)
    line.get_by_role("button", name="Do it").click()
    dialog = manager.get_by_role("dialog")
    expect(dialog).to_contain_text(SMS)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    line.get_by_role("button", name="Do it").click()
    dialog.get_by_role("button", name="Record as done").click()
    expect(manager.locator("[data-toast]")).to_contain_text("Recorded")
    expect(line).to_contain_text("since")
    expect(line).to_contain_text("not measurable yet")
    expect(manager.locator('[data-live-text="basis.levers"]')).to_contain_text(SMS)
    assert counted(manager) < 0.9 * before
    manager.wait_for_function("() => document.querySelectorAll('main .main-svg').length >= 4")
    manager.wait_for_function(
        "() => [...document.querySelectorAll('.fan .plot')].some(plot => "
        "(plot.data ?? []).some(trace => trace.marker?.symbol === 'triangle-down'))"
    )
    assert marks(manager) == manager.locator(".fan:visible").count()

    seen = agent.locator(".lever:visible", has_text=SMS)
    expect(seen).to_contain_text("since")
    assert agent.locator(".levers button").count() == 0

    line.get_by_role("button", name="Take back").click()
    expect(line.get_by_role("button", name="Do it")).to_be_visible()
    expect(manager.locator('[data-live-text="basis.levers"]')).to_be_empty()
    assert counted(manager) > 0.9 * before
    manager.goto(manager.url.rstrip("/") + "/incident/1")
    expect(manager.locator(".action-list")).to_contain_text("taken back")
