"""Every page, both languages, wide and narrow: it draws, nothing overflows, axe finds nothing serious."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PAGES = ("/", "/queues", "/staffing", "/replies", "/sources", "/incident/new", "/incident/1")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_axe_finds_nothing_serious(visitor: Callable[..., Visit], language: str, theme: str) -> None:
    visit = visitor(theme=theme).enter("manager", language=language)
    for path in PAGES:
        page = visit.go(path)
        page.wait_for_load_state("networkidle")
        found = Axe().run(page).response["violations"]
        serious = [f"{path} {one['id']}: {one['help']}" for one in found if one["impact"] in ("serious", "critical")]
        assert serious == []


def test_nothing_is_wider_than_a_telephone(visitor: Callable[..., Visit]) -> None:
    visit = visitor(width=390, height=844).enter("manager")
    for path in PAGES:
        page = visit.go(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_the_login_page_offers_the_demo_people_and_refuses_strangers(visitor: Callable[..., Visit]) -> None:
    visit = visitor()
    visit.page.goto(f"{visit.url}/queues")
    assert "/login" in visit.page.url
    assert visit.page.locator("button[name=demo]").count() == 4
    visit.page.get_by_label("Name").fill("manager")
    visit.page.locator("input[type=password]").fill("wrong wrong wrong")
    visit.page.locator("button.primary").click()
    visit.page.locator("p.refused[role=alert]").wait_for()
    visit.complaints.clear()  # the browser reports the refusal's status, as it should
