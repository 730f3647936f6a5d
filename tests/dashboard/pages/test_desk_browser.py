"""The desks in a real browser: copied by keyboard, withdrawn while open, changed by two, sound for axe."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.serving import make_server

from dashboard.components.visit import Services
from dashboard.domain.clock import shifted_clock, system_clock
from dashboard.services import accounts
from dashboard.services.incidents.incident_desk import open_incident
from dashboard.services.incidents.incident_form import Desk
from dashboard.services.replies.starter_replies import install_starter_replies
from dashboard.services.staffing import staffing_plan
from dashboard.settings import Settings
from tests.dashboard.board_client import server_of
from tests.dashboard.board_fakes import PEOPLE, FakeServices
from tests.dashboard.pages import staffing_samples
from tests.dashboard.pages.desk_board import OUTAGE
from tests.dashboard.services.desk_store import BERLIN, MANAGER, NOW, store

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
SERIOUS = ("serious", "critical")
WITHDRAWN_WITHIN_S = 5.0


class DeskServices(FakeServices):
    """Accounts and planned staffing are the tests'; the desks run on the store, on a clock that starts at NOW."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        settings = Settings.model_validate({"web": {"secure_cookies": False, "language": "de"}})
        super().__init__(settings=settings)
        self._clock = shifted_clock((NOW - system_clock()).total_seconds())
        self._store = Services(settings, self._clock, sessions)
        self.answers[staffing_plan.view] = lambda **_: replace(staffing_samples.view(), now=self._clock())
        german = {name: replace(one, language="de") for name, one in PEOPLE.items()}
        self.answers[accounts.get_account] = german.get
        self.answers[accounts.authenticate] = lambda name, password, *, now: german[name]

    @property
    def clock(self):  # type: ignore[no-untyped-def]
        """A clock that runs."""
        return self._clock

    def ask(self, use_case, *args, **kwargs):  # type: ignore[no-untyped-def]
        """Answer as told, else ask the store."""
        if use_case in self.answers:
            return super().ask(use_case, *args, **kwargs)
        return self._store.ask(use_case, *args, **kwargs)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    with board_at(tmp_path, OUTAGE) as url:
        yield url


@contextmanager
def board_at(folder: Path, outage: dict[str, str]) -> Iterator[str]:
    """A board with the starter replies in use and one open outage."""
    with store(folder) as session:
        install_starter_replies(session, now=NOW, approver="lou")
        open_incident(session, outage, by=MANAGER, desk=Desk("de", BERLIN, NOW))
        session.commit()
        server = make_server("127.0.0.1", 0, server_of(DeskServices(sessionmaker(session.get_bind()))), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def person(browser: Browser, address: str, name: str, *, width: int = 1440) -> Iterator[Page]:
    """A window of somebody who has logged in."""
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", "right-password")
    page.click("form button.primary")
    page.wait_for_load_state()
    yield page
    context.close()


def open_page(page: Page, address: str, path: str, *, ready: str) -> None:
    page.goto(f"{address}{path}")
    expect(page.locator(ready).first).to_be_visible()


def test_an_agent_copies_by_keyboard(browser: Browser, address: str) -> None:
    with person(browser, address, "agent") as page:
        open_page(page, address, "/replies", ready="[data-reply]")
        expect(page.locator("#reply-query")).to_be_focused()
        begun = time.monotonic()
        page.keyboard.type("ruckruf best")
        expect(page.locator("[data-reply]")).to_have_count(1)
        page.keyboard.press("Enter")  # something is missing: the cursor goes there
        expect(page.locator("[data-field='agent.callback_time'] input")).to_be_focused()
        for text in ("heute um 16 Uhr", "0221 1234"):
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        page.keyboard.type("T-4711")
        page.keyboard.press("Enter")
        expect(page.locator("[data-toast]")).to_have_text("Kopiert: Rückruf bestätigen")
        assert time.monotonic() - begun < 5
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("Ihr Rückruf ist eingetragen: heute um 16 Uhr, unter der Nummer 0221 1234.")
        assert "T-4711" in copied


def test_arrows_walk_and_escape_returns(browser: Browser, address: str) -> None:
    with person(browser, address, "agent") as page:
        open_page(page, address, "/replies", ready="[data-reply]")
        second = page.locator("[data-reply]").nth(1)
        page.keyboard.press("ArrowDown")
        expect(second).to_have_attribute("aria-selected", "true")
        expect(page.locator("#reply-body [data-id]")).to_have_attribute(
            "data-id", second.get_attribute("data-reply") or ""
        )
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        expect(page.locator("#reply-query")).to_be_focused()


def test_a_withdrawn_text_leaves_open_screens_and_is_not_copied(browser: Browser, address: str) -> None:
    path = "/replies?reply=social-private/de/1"
    with person(browser, address, "agent") as agent, person(browser, address, "manager") as manager:
        open_page(agent, address, path, ready="#reply-body [data-copy]")
        open_page(manager, address, path, ready="details.confirm")
        manager.click("details.confirm summary")
        manager.click("details.confirm button")
        expect(manager.locator("#reply-notice")).to_have_text("Zurückgezogen.")
        gone = agent.locator("#reply-body [data-refusal]")
        expect(gone).to_be_visible(timeout=WITHDRAWN_WITHIN_S * 1000)
        expect(agent.locator("[data-reply='social-private/de/1']")).to_have_count(0)
        agent.evaluate("navigator.clipboard.writeText('as before')")
        agent.keyboard.press("Enter")
        expect(agent.locator("[data-toast]")).to_have_text(
            "Dieser Text ist zurückgezogen und wird nicht mehr verwendet."
        )
        assert agent.evaluate("navigator.clipboard.readText()") == "as before"


def test_a_text_is_not_copied_when_the_board_has_been_silent(browser: Browser, address: str) -> None:
    with person(browser, address, "agent") as page:
        page.route("**/replies/stamp", lambda route: route.abort())
        open_page(page, address, "/replies?reply=social-private/de/1", ready="#reply-body [data-copy]")
        page.clock.install()
        page.evaluate("Date.now = (now => () => now() + 61_000)(Date.now.bind(Date))")
        page.keyboard.press("Enter")
        expect(page.locator("[data-toast]")).to_contain_text("Keine Verbindung zum Board")


def test_a_draft_becomes_a_reply_by_another_hand(browser: Browser, address: str) -> None:
    with person(browser, address, "agent") as agent, person(browser, address, "manager") as manager:
        open_page(agent, address, "/replies?edit=new", ready="#draft-save")
        agent.click("#draft-save")
        expect(agent.locator("[data-field=title] input")).to_have_attribute("aria-invalid", "true")
        agent.fill("[data-field=title] input", "Filiale geschlossen")
        agent.fill("[data-field=body] textarea", "Die Filiale öffnet wieder ")
        agent.click("[data-blank*='incident.next_update']")
        agent.check("input[name=draft-phases][value=investigating]", force=True)
        agent.click("#draft-save")
        agent.get_by_role("button", name="Zur Prüfung geben").click()
        expect(agent.locator("#reply-head")).to_contain_text("In Prüfung")
        open_page(manager, address, "/replies?shelf=unfinished", ready="[data-reply]")
        manager.get_by_role("button", name="Freigeben").click()
        expect(manager.locator("#reply-notice")).to_have_text("Freigegeben und ab sofort zu finden.")
        open_page(agent, address, "/replies", ready="[data-reply]")
        agent.keyboard.type("filiale")
        expect(agent.locator("#reply-body [data-copy]")).to_have_attribute(
            "data-copy", "Die Filiale öffnet wieder heute um 11:00 Uhr"
        )


def test_opening_takes_two_fields_and_enter(browser: Browser, address: str) -> None:
    with person(browser, address, "manager") as page:
        open_page(page, address, "/incident/new", ready="#incident-save")
        expect(page.locator("[data-field=title] input")).to_be_focused()
        page.keyboard.type("Kartenzahlung gestört")
        page.keyboard.press("Tab")
        page.keyboard.type("viele")
        page.keyboard.press("Enter")
        expect(page.locator("[data-field=affected] .error")).to_contain_text("Als Zahl nicht lesbar")
        expect(page.locator("[data-field=affected] input")).to_be_focused()
        page.fill("[data-field=affected] input", "1,8–2,0 Mio")
        expect(page.locator("[data-field=affected] .echo")).to_have_text("1.800.000 bis 2.000.000 Kunden")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/")


def test_two_people_change_one_incident(browser: Browser, address: str) -> None:
    with person(browser, address, "manager") as one, person(browser, address, "administrator") as other:
        for page in (one, other):
            open_page(page, address, "/incident/1", ready="#incident-save")
        other.fill("[data-field=eta] input", "15:00")
        other.click("#incident-save")
        expect(other.locator("#incident-notice")).to_have_text("Gespeichert als Stand 2.")
        one.fill("[data-field=eta] input", "14:30")
        one.fill("[data-field=region] input", "bundesweit")
        one.click("#incident-save")
        expect(one.locator(".conflict")).to_contain_text("Voraussichtliches Ende: – → 15:00")
        expect(one.locator("[data-field=eta] input")).to_have_value("14:30")
        one.click("#incident-save")
        expect(one.locator("#incident-notice")).to_have_text("Gespeichert als Stand 3.")
        one.get_by_role("button", name="Zurück zu Stand 2").click()
        expect(one.locator("[data-field=eta] input")).to_have_value("24.11.2026 15:00")


PAGES = {
    "/replies?shelf=unfinished": ".empty",
    "/incident/new": "#incident-save",
    "/incident/1": "#incident-save",
    "/staffing": ".table.heat",
    "/sources": "main h1",
}


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_serious_and_nothing_overflows(browser: Browser, address: str, width: int) -> None:
    with person(browser, address, "manager", width=width) as page:
        for path, ready in PAGES.items():
            open_page(page, address, path, ready=ready)
            found = Axe().run(page).response["violations"]
            assert [(path, one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS] == []
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
