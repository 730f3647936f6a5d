"""One drill and one browser for all journeys; each journey logs in for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.browser import chromium
from tests.e2e.drill_server import Running, running_drill

WAIT_MS = 20_000


@pytest.fixture(scope="session")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The product as `make run` starts it."""
    with running_drill(tmp_path_factory.mktemp("drill") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, headless."""
    with chromium() as one:
        yield one


class Visit:
    """A person's browser: what it asked for and what it complained about is kept."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.page: Page = context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def enter(self, who: str, *, language: str = "de") -> Visit:
        """Log in as one of the demo people, in a language."""
        self.page.goto(f"{self.url}/login")
        self.page.locator(f"button[name=demo][value={who}]").click()
        self.page.locator("form[action='/logout']").wait_for()
        if self.page.locator("html").get_attribute("lang") != language:
            self.page.locator("button[name=language]").click()
            self.page.locator(f"html[lang={language}]").wait_for()
        return self

    def go(self, path: str) -> Page:
        """Open a page and wait until its frame stands."""
        self.page.goto(f"{self.url}{path}")
        self.page.locator("main :is(h1, h2):visible").first.wait_for()
        return self.page


@pytest.fixture
def visitor(browser: Browser, drill: Running) -> Iterator[Callable[..., Visit]]:
    """Make a visit of one's own size and theme; afterwards nothing may have gone wrong or outside."""
    made: list[tuple[Visit, BrowserContext]] = []
    url = drill.url.rstrip("/")

    def visit(*, width: int = 1440, height: int = 900, theme: str = "light", clipboard: bool = False) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)
        if clipboard:
            context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
        made.append((Visit(context, url), context))
        return made[-1][0]

    yield visit
    for one, context in made:
        context.close()
        assert [a for a in one.asked if not a.startswith((url, "data:", "blob:"))] == []
        assert one.complaints == []
