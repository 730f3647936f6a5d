"""Every page, both languages, wide and narrow: it draws, nothing overflows, axe is content, no word strays."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from dashboard.components.catalogue import LANGUAGES, catalogue
from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PAGES = (
    "/", "/queues", "/staffing", "/staffing?view=roster", "/staffing?view=plan", "/staffing?view=whatif", "/replies",
    "/replies/approval", "/replies/history", "/sources", "/incident/new", "/incident/1", "/assumptions", "/calendar",
    "/alerts", "/wall/links",
)  # fmt: skip
# What a page says: its texts outside parts marked as another language, and what is read out, hinted or asked for.
SAID = """() => {
  const said = [], own = document.documentElement.lang;
  const foreign = element => (element.closest('[lang]')?.lang ?? own) !== own;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, data } = walker.currentNode;
    if (!parent.closest('script, style, svg, textarea') && !foreign(parent)) said.push(data);
  }
  for (const name of ['title', 'aria-label', 'placeholder'])
    for (const one of document.querySelectorAll(`[${name}]`)) if (!foreign(one)) said.push(one.getAttribute(name));
  return said.map(text => text.replace(/\\s+/g, ' ').trim()).filter(Boolean);
}"""
BRAND = "Andrang"
# Dash's drop-down hides from screen readers a field that takes the focus; its own button is read out beside it.
BUT_DASH = {"exclude": [[".dash-dropdown-focus-target"]]}
SERIOUS = ("serious", "critical")
LETTERS = 4  # of a word by which a message with gaps is told from any other text


@pytest.mark.parametrize(("language", "theme"), [("de", "light"), ("en", "dark")])
def test_axe_finds_nothing_serious_and_no_word_strays(visitor: Callable[..., Visit], language: str, theme: str) -> None:
    visit = visitor(theme=theme).enter("manager", language=language)
    queues = visit.go("/queues").locator("main a.row-link")
    queues.first.wait_for()
    named = {BRAND, *queues.all_inner_texts()}  # what the installation is called is in no language
    faults = []
    for path in PAGES:
        page = visit.go(path)
        page.wait_for_load_state("networkidle")
        found = Axe().run(page, context=BUT_DASH).response["violations"]
        faults += [f"{path} {one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in SERIOUS]
        faults += [f"{path} {text}" for text in strays(page, language) if text not in named]
    assert faults == []


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


def strays(page: Page, language: str) -> list[str]:
    """What the page says in the other language, or as a bare key of the catalogue."""
    return [text for text in page.evaluate(SAID) if is_stray(text, language)]


def is_stray(text: str, language: str) -> bool:
    """Whether a text is a message of the other language alone, or a key."""
    (other,) = (one for one in LANGUAGES if one != language)
    if text in catalogue(language):
        return True
    if text in known(language) or any(form.fullmatch(text) for form in forms(language)):
        return False
    return text in known(other) or any(form.fullmatch(text) for form in forms(other))


@cache
def known(language: str) -> frozenset[str]:
    """The messages without gaps."""
    return frozenset(" ".join(text.split()) for text in catalogue(language).values() if "{" not in text)


@cache
def forms(language: str) -> tuple[re.Pattern[str], ...]:
    """The messages with gaps, if enough of them stands fast to know them by."""
    found = []
    for text in catalogue(language).values():
        fast = re.split(r"\{[^{}]*\}", " ".join(text.split()))
        words = re.findall(rf"[^\W\d_]{{{LETTERS},}}", " ".join(fast))
        if len(fast) > 1 and len(words) > 1:
            found.append(re.compile(".+?".join(map(re.escape, fast))))
    return tuple(found)


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        ("Warteschlangen", True),
        ("Queues", False),
        ("queues.title", True),
        ("Noch keine Zahlen in diesem Diagramm.", True),
        ("Der Browser lässt das Kopieren nicht zu. Die Adresse: http://x", True),
        ("Login-Ausfall Online-Banking & App", False),
    ],
)
def test_a_stray_word_is_told_from_what_people_wrote(text: str, stray: bool) -> None:
    assert is_stray(text, "en") is stray
