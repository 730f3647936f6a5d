"""Pictures of every page and state: python -m tests.e2e.screenshots --out FOLDER [--only TEXT] [--small FOLDER]

Starts a drill in the 40th minute of its outage, draws each page in both languages and themes, wide and narrow, and then
the states that a page can be in. `--small` also writes the few small pictures that docs/pages.md shows.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from PIL import Image
from playwright.sync_api import Browser, Page, Route
from playwright.sync_api import TimeoutError as NotInTimeError

from tests.dashboard import board_samples as samples
from tests.dashboard.sample_board import board_of
from tests.e2e.browser import chromium
from tests.e2e.drill_server import running_drill

WIDE, NARROW = (1440, 900), (390, 844)
SETTLE_MS, WARM_MS = 15_000, 120_000
SMALL_PX, SMALL_COLOURS = 1040, 128  # of the pictures in the documents
PAGES = {
    "situation": "/",
    "queues": "/queues",
    "queue": "/queues?queue={queue}",
    "staffing": "/staffing",
    "staffing-roster": "/staffing?view=roster",
    "staffing-whatif": "/staffing?view=whatif",
    "staffing-plan": "/staffing?view=plan",
    "replies": "/replies",
    "approval": "/replies/approval",
    "history": "/replies/history",
    "incident-new": "/incident/new",
    "incident": "/incident/1",
    "assumptions": "/assumptions",
    "calendar": "/calendar",
    "alerts": "/alerts",
    "sources": "/sources",
    "wall-links": "/wall/links",
}


STANDS = """() => [...document.querySelectorAll('main .plot')]
    .every(one => !one.clientWidth || one.querySelector('.main-svg'))
  && [...document.querySelectorAll('[data-live-page]')].every(one => 'filled' in one.dataset || one.dataset.wait)"""


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    language: str
    theme: str
    size: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.size[0]}"


SHOWN = (
    "situation-de-light-1440",
    "situation-en-dark-1440",
    "situation-de-light-390",
    "queues-en-light-1440",
    "queue-de-light-1440",
    "staffing-en-light-1440",
    "staffing-whatif-de-dark-1440",
    "replies-de-light-1440",
    "incident-en-light-1440",
    "state-calm-de-light-1440",
    "state-lost-en-dark-1440",
    "state-looking-back-de-light-1440",
    "state-chart-table-de-light-1440",
    "state-stale-de-light-1440",
)
LOOKS = tuple(
    Look(language, theme, size) for language in ("de", "en") for theme in ("light", "dark") for size in (WIDE, NARROW)
)


@dataclass(frozen=True)
class Studio:
    """Where the board answers, and where its pictures go."""

    browser: Browser
    url: str
    out: Path
    only: str = ""

    def wants(self, name: str) -> bool:
        """Whether this picture was asked for."""
        return self.only in name

    @contextmanager
    def visit(self, look: Look, who: str = "manager") -> Iterator[Page]:
        """Somebody who has logged in."""
        width, height = look.size
        locale = "de-DE" if look.language == "de" else "en-GB"
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=look.theme, locale=locale, reduced_motion="reduce"
        )
        try:
            page = context.new_page()
            page.goto(f"{self.url}/login")
            if who:
                page.locator(f"button[name=demo][value={who}]").click()
                page.locator("form[action='/logout']").wait_for()
            yield page
        finally:
            context.close()

    def go(self, page: Page, path: str) -> None:
        """Open a page and wait until its figures and charts stand."""
        page.goto(f"{self.url}{path}")
        settle(page)

    def shoot(self, page: Page, name: str) -> Path:
        """One picture, whole where the page is narrow."""
        file = self.out / f"{name}.png"
        page.screenshot(path=file, full_page=(page.viewport_size or {"width": 0})["width"] == NARROW[0])
        return file


def settle(page: Page) -> None:
    """Wait for a heading, the figures and every chart that can be seen; a page that never settles is pictured so."""
    page.locator("main :is(h1, h2):visible").first.wait_for()
    try:
        page.wait_for_function(
            STANDS,
            timeout=SETTLE_MS,
        )
        page.wait_for_load_state("networkidle", timeout=SETTLE_MS)
    except NotInTimeError:
        click.echo(f"  {page.url} had not settled after {SETTLE_MS / 1000:.0f} s")


def every_page(studio: Studio, looks: Sequence[Look] = LOOKS) -> None:
    """All pages at all looks."""
    for look in looks:
        names = [name for name in PAGES if studio.wants(f"{name}-{look}")]
        if not names:
            continue
        with studio.visit(look) as page:
            queue = first_queue(studio, page)
            for name in names:
                studio.go(page, PAGES[name].format(queue=queue))
                studio.shoot(page, f"{name}-{look}")
        click.echo(f"  {look}: {len(names)} pages")


def warm(studio: Studio) -> None:
    """Wait until the drill's sources have caught up with its minute, so that no figure is of before."""
    with studio.visit(LOOKS[0]) as page:
        studio.go(page, "/")
        page.wait_for_function(
            "() => [...document.querySelectorAll('.tile')].every(one => one.dataset.state"
            " && !['stale', 'unknown'].includes(one.dataset.state))",
            timeout=WARM_MS,
        )


def first_queue(studio: Studio, page: Page) -> str:
    """The queue that has most to do."""
    studio.go(page, "/queues")
    return page.locator("main tr[data-key]").first.get_attribute("data-key") or ""


def login(studio: Studio, look: Look) -> None:
    with studio.visit(look, who="") as page:
        studio.shoot(page, f"state-login-{look}")


def forbidden(studio: Studio, look: Look) -> None:
    with studio.visit(look, who="agent") as page:
        studio.go(page, "/sources")
        studio.shoot(page, f"state-forbidden-{look}")


def unknown(studio: Studio, look: Look) -> None:
    with studio.visit(look) as page:
        studio.go(page, "/queues?queue=nowhere")
        studio.shoot(page, f"state-unknown-queue-{look}")


def looking_back(studio: Studio, look: Look) -> None:
    with studio.visit(look) as page:
        studio.go(page, "/?at=")
        page.locator("[data-past-at]:not(:empty)").wait_for()
        settle(page)
        studio.shoot(page, f"state-looking-back-{look}")


def chart_table(studio: Studio, look: Look) -> None:
    with studio.visit(look) as page:
        studio.go(page, "/")
        page.locator("[data-chart-menu]").first.click()
        studio.shoot(page, f"state-chart-menu-{look}")
        page.locator("[data-chart-act=table]").click()
        studio.shoot(page, f"state-chart-table-{look}")


def keyboard(studio: Studio, look: Look) -> None:
    with studio.visit(look) as page:
        studio.go(page, "/")
        page.keyboard.press("?")
        studio.shoot(page, f"state-keyboard-{look}")


def lost(studio: Studio, look: Look) -> None:
    """The server gone for longer than a minute; the browser's clock is moved, nobody waits."""
    with studio.visit(look) as page:
        page.clock.install()
        studio.go(page, "/")

        def cut(route: Route) -> None:
            route.abort()

        page.route("**/live/**", cut)
        page.clock.run_for(75_000)
        page.locator("[data-alarm]:not([hidden])").wait_for()
        studio.shoot(page, f"state-lost-{look}")


STATES: tuple[Callable[[Studio, Look], None], ...] = (
    login,
    forbidden,
    unknown,
    looking_back,
    chart_table,
    keyboard,
    lost,
)


def every_state(studio: Studio) -> None:
    """The states, each German light and English dark, wide, and German light on a telephone."""
    for look in (Look("de", "light", WIDE), Look("en", "dark", WIDE), Look("de", "light", NARROW)):
        for state in STATES:
            if studio.wants(f"state-{state.__name__}-{look}".replace("_", "-")):
                state(studio, look)
        click.echo(f"  states at {look}")


def board_states(studio: Studio) -> None:
    """What a drill cannot show: nothing stored yet, an ordinary day, a source that is silent."""
    views = {"empty": None, "calm": samples.situation(incident=False), "stale": samples.stale(samples.situation())}
    for name, view in views.items():
        with board_of(view) as url:
            for look in (Look("de", "light", WIDE), Look("en", "dark", WIDE), Look("de", "light", NARROW)):
                if studio.wants(f"state-{name}-{look}"):
                    still = Studio(studio.browser, url, studio.out)
                    with still.visit(look) as page:
                        still.go(page, "/")
                        still.shoot(page, f"state-{name}-{look}")


def small(file: Path, out: Path) -> None:
    """A picture for the documents: smaller, of few colours."""
    image = Image.open(io.BytesIO(file.read_bytes())).convert("RGB")
    if image.width > SMALL_PX:
        image = image.resize((SMALL_PX, round(image.height * SMALL_PX / image.width)), Image.Resampling.LANCZOS)
    image.quantize(SMALL_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(out, optimize=True)


def main() -> None:
    """Draw what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.screenshots")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--only", default="", help="only pictures whose name holds this text")
    parser.add_argument("--small", type=Path, help="folder for the small pictures of docs/pages.md")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="andrang-pictures-"))
    try:
        with running_drill(folder / "drill") as running, chromium() as browser:
            studio = Studio(browser, running.url.rstrip("/"), asked.out, asked.only)
            warm(studio)
            every_page(studio)
            every_state(studio)
            board_states(studio)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if asked.small:
        asked.small.mkdir(parents=True, exist_ok=True)
        for name in SHOWN:
            small(asked.out / f"{name}.png", asked.small / f"{name}.png")


if __name__ == "__main__":
    main()
