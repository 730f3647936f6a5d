"""The replies in a real browser: keys, texts put together, a minute without the server, two people at one text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.pages.desk_board import OUTAGE
from tests.dashboard.pages.test_desk_browser import SERIOUS, board_at, browser, open_page, person

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("replies-browser")]

PRIVATE = "social-private/de/1"
KNOWN = "login-known-chat/de/1"
READY = "#reply-body [data-copy]"
WITHIN_S = 5.0
FACTS = {"eta": "15:00", "cause": "ein fehlerhaftes Update", "region": "bundesweit", "compensation": "10 € Gutschrift"}
FACTS["services"] = "Anmeldung"
# What an agent has typed for this contact, for whichever text asked first.
CONTACT = {
    "agent.name": "Kim Beispiel",
    "agent.customer": "Frau Yılmaz",
    "agent.ticket": "T-4711",
    "agent.order": "B-100",
    "agent.phone": "0221 1234",
    "agent.callback_time": "heute um 16 Uhr",
    "agent.amount": "10 €",
}
KEYSTROKES_MAX = 6


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A board whose outage has all its facts."""
    with board_at(tmp_path, OUTAGE | FACTS) as url:
        yield url


def clipboard(page: Page, kind: str = "text/plain") -> str:
    return str(
        page.evaluate(
            "async kind => { const [item] = await navigator.clipboard.read();"
            " return item.types.includes(kind) ? await (await item.getType(kind)).text() : ''; }",
            kind,
        )
    )


def withdraw(page: Page, address: str, reply: str) -> None:
    open_page(page, address, f"/replies?reply={reply}", ready="details.confirm")
    page.click("details.confirm summary")
    page.click("details.confirm button")
    expect(page.locator("#reply-notice")).to_have_text("Zurückgezogen.")


def set_fact(page: Page, address: str, field: str, value: str) -> None:
    open_page(page, address, "/incident/1", ready="#incident-save")
    page.fill(f"[data-field={field}] input", value)
    page.click("#incident-save")
    expect(page.locator("#incident-notice")).to_contain_text("Gespeichert")


def test_one_key_for_channel_language_and_favourite(browser: Browser, address: str) -> None:
    with person(browser, address, "agent") as page:
        open_page(page, address, f"/replies?reply={PRIVATE}", ready=READY)
        page.get_by_role("button", name="Zu den Favoriten").click()
        expect(page.locator("[data-favourite='1']")).to_have_attribute("data-reply-of", PRIVATE)
        page.keyboard.press("/")
        page.keyboard.press("Alt+6")
        expect(page.locator("input[name=reply-channel][value=sms]")).to_be_checked()
        expect(page.locator(f"[data-reply='{PRIVATE}']")).to_have_count(0)
        page.keyboard.press("Control+1")
        expect(page.locator("[data-toast]")).to_contain_text("Kopiert")
        assert clipboard(page) == page.locator("#reply-body [data-id]").get_attribute("data-copy")
        page.keyboard.press("Alt+0")
        page.keyboard.press("Alt+L")
        expect(page.locator("input[name=reply-language][value=en]")).to_be_checked()
        expect(page.locator("#reply-body [data-id]")).to_have_attribute("data-id", PRIVATE.replace("/de/", "/en/"))
    with person(browser, address, "agent") as page:  # another computer
        open_page(page, address, "/replies", ready="[data-favourite='1']")


def test_several_texts_become_one_plain_and_rich(browser: Browser, address: str) -> None:
    with person(browser, address, "agent") as page:
        open_page(page, address, f"/replies?reply={PRIVATE}", ready=READY)
        one = page.locator("#reply-body [data-id]").get_attribute("data-copy") or ""
        page.keyboard.press("Shift+Enter")
        expect(page.locator("[data-toast]")).to_contain_text("Dazugenommen")
        page.locator("#reply-query").fill("erste Auskunft")
        page.locator(f"#reply-results [data-reply='{KNOWN}']").click()
        expect(page.locator("#reply-body [data-id]")).to_have_attribute("data-id", KNOWN)
        expect(page.locator(".together")).to_contain_text(" + ")
        page.locator("#reply-query").focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-toast]")).to_contain_text("Kopiert")
        assert clipboard(page).startswith(f"{one}\n\n")
        assert clipboard(page, "text/html").startswith('<p lang="de">')
        page.get_by_role("button", name="Nächster Kontakt").click()
        expect(page.locator(".together")).to_have_count(0)


def test_the_first_twenty_are_copied_within_six_keys_and_five_seconds(browser: Browser, address: str) -> None:
    with person(browser, address, "agent") as page:
        open_page(page, address, "/replies", ready="[data-reply]")
        page.evaluate("document.addEventListener('andrang:copied', event => { window.copied = event.detail.reply; })")
        for name in ("agent.customer", "agent.name"):
            page.fill(f"[data-field='{name}'] input", CONTACT[name])
        expect(page.locator("#reply-body .reply-text")).to_contain_text(CONTACT["agent.name"])
        page.evaluate("entries => window.dash_clientside.set_props('reply-entries', { data: entries })", CONTACT)
        ids = [one.get_attribute("data-reply") or "" for one in page.locator("[data-reply]").all()[:20]]
        assert len(ids) == 20
        page.locator("#reply-query").focus()
        page.keyboard.press("ArrowDown")
        expect(page.locator("#reply-body [data-id]")).to_have_attribute("data-id", ids[1])
        for place, reply in enumerate(ids):
            page.keyboard.press("Escape")
            for _ in range(4):
                page.keyboard.press("PageUp")
            expect(page.locator("#reply-body [data-id]")).to_have_attribute("data-id", ids[0])
            begun, keys = time.monotonic(), way_to(place)
            for key in keys:
                page.keyboard.press(key)
            assert len(keys) <= KEYSTROKES_MAX
            page.wait_for_function("id => window.copied === id", arg=reply)
            assert time.monotonic() - begun < WITHIN_S


def way_to(place: int) -> list[str]:
    """The fewest keys from the first reply of the list to that place, and Enter."""
    pages, rows = divmod(place, 6)
    if rows > 3:
        return ["PageDown"] * (pages + 1) + ["ArrowUp"] * (6 - rows) + ["Enter"]
    return ["PageDown"] * pages + ["ArrowDown"] * rows + ["Enter"]


def test_a_new_version_takes_the_place_of_the_old_one(browser: Browser, address: str) -> None:
    with person(browser, address, "agent") as agent, person(browser, address, "manager") as manager:
        open_page(agent, address, f"/replies?reply={PRIVATE}", ready=READY)
        with person(browser, address, "planner") as planner:
            open_page(planner, address, f"/replies?edit={PRIVATE}", ready="#draft-save")
            planner.fill("[data-field=body] textarea", "Bitte schreiben Sie uns per Direktnachricht.")
            planner.click("#draft-save")
            planner.get_by_role("button", name="Zur Prüfung geben").click()
            expect(planner.locator("#reply-head")).to_contain_text("In Prüfung")
        open_page(manager, address, "/replies/approval", ready=".review")
        expect(manager.locator(".review del").first).to_be_visible()
        expect(manager.locator(".review ins").first).to_be_visible()
        manager.get_by_role("button", name="Freigeben").click()
        expect(manager.locator("#approval-notice")).to_contain_text("Freigegeben")
        expect(agent.locator("#reply-body [data-refusal]")).to_be_visible(timeout=WITHIN_S * 1000)
        expect(agent.locator("#reply-body .reply-text")).to_be_empty()
        agent.locator("#reply-query").focus()
        agent.keyboard.press("Enter")  # refused, and the new version is chosen
        expect(agent.locator("#reply-body [data-id]")).to_have_attribute("data-id", PRIVATE.replace("/1", "/2"))
        agent.keyboard.press("Enter")
        expect(agent.locator("[data-toast]")).to_contain_text("Kopiert")
        assert clipboard(agent) == "Bitte schreiben Sie uns per Direktnachricht."


def test_every_text_follows_a_changed_fact(browser: Browser, address: str) -> None:
    with person(browser, address, "agent") as agent, person(browser, address, "manager") as manager:
        open_page(agent, address, "/replies?reply=login-known-chat/de/1", ready=READY)
        expect(agent.locator(READY)).to_contain_text("heute um 11:00 Uhr")
        set_fact(manager, address, "next_update_at", "11:25")
        expect(agent.locator(READY)).to_contain_text("heute um 11:25 Uhr", timeout=WITHIN_S * 1000)
        agent.locator("#reply-query").focus()
        agent.keyboard.press("Enter")
        expect(agent.locator("[data-toast]")).to_contain_text("Kopiert")
        assert "11:25 Uhr" in clipboard(agent)


def test_a_minute_without_the_server(browser: Browser, address: str) -> None:
    with person(browser, address, "agent") as agent, person(browser, address, "manager") as manager:
        open_page(agent, address, f"/replies?reply={PRIVATE}", ready=READY)
        agent.wait_for_function("() => window.andrang.away.ready")
        agent.context.set_offline(True)
        agent.wait_for_function("() => window.andrang.away.active")
        expect(agent.locator("#reply-away")).to_contain_text("Keine Verbindung seit")
        agent.locator("#reply-query").fill("direktnachricht")
        expect(agent.locator("#offline-results [aria-selected=true]")).to_have_attribute("data-reply", PRIVATE)
        agent.keyboard.press("Enter")
        expect(agent.locator("[data-toast]")).to_contain_text("Kopiert")
        assert len(clipboard(agent)) > 40
        withdraw(manager, address, PRIVATE)
        agent.evaluate("navigator.clipboard.writeText('as before')")
        agent.context.set_offline(False)
        expect(agent.locator("#reply-away")).to_be_hidden(timeout=WITHIN_S * 1000)
        expect(agent.locator("[data-toast]")).to_contain_text("zurückgezogen")  # what was copied meanwhile
        expect(agent.locator("#reply-body [data-refusal]")).to_be_visible()
        assert clipboard(agent) == "as before"


def test_too_old_texts_are_not_copied_without_the_server(browser: Browser, address: str) -> None:
    with person(browser, address, "agent") as page:
        open_page(page, address, f"/replies?reply={PRIVATE}", ready=READY)
        page.wait_for_function("() => window.andrang.away.ready")
        page.evaluate("navigator.clipboard.writeText('as before')")
        page.context.set_offline(True)
        page.evaluate("Date.now = (now => () => now() + 61_000)(Date.now.bind(Date))")
        page.wait_for_function("() => window.andrang.away.active")
        expect(page.locator("#reply-away")).to_contain_text("zu alt")
        page.locator("#reply-query").focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-toast]")).to_contain_text("Keine Verbindung zum Board")
        assert clipboard(page) == "as before"


def test_two_people_write_and_nothing_is_lost(browser: Browser, address: str) -> None:
    with person(browser, address, "manager") as one, person(browser, address, "administrator") as other:
        for page in (one, other):
            open_page(page, address, f"/replies?edit={PRIVATE}", ready="#draft-save")
        other.fill("[data-field=body] textarea", "Schreiben Sie uns bitte.")
        other.click("#draft-save")
        expect(other.locator("#reply-head")).to_contain_text("Entwurf")
        one.fill("[data-field=body] textarea", "Rufen Sie uns bitte an.")
        one.click("#draft-save")
        expect(one.locator(".conflict")).to_contain_text("administrator hat den Entwurf inzwischen gespeichert")
        expect(one.locator(".conflict del").first).to_have_text("Schreiben")
        expect(one.locator(".conflict ins").first).to_have_text("Rufen")
        expect(one.locator("[data-field=body] textarea")).to_have_value("Rufen Sie uns bitte an.")
        one.click("#draft-save")
        expect(one.locator("#reply-body")).to_contain_text("Rufen Sie uns bitte an.")
        one.get_by_role("link", name="Verlauf").click()
        expect(one.locator(".versions > li")).to_have_count(3)  # both texts and the version in use
        expect(one.locator(".compared del").first).to_have_text("Schreiben")


def test_an_emergency_is_loud_until_a_second_person_confirms(browser: Browser, address: str) -> None:
    with person(browser, address, "manager") as manager, person(browser, address, "administrator") as other:
        open_page(manager, address, f"/replies?edit={PRIVATE}", ready="#draft-save")
        manager.fill("[data-field=body] textarea", "Bitte warten Sie auf unsere Nachricht.")
        manager.click("#draft-save")
        manager.get_by_role("button", name="Zur Prüfung geben").click()
        manager.locator("details.confirm summary").click()
        manager.get_by_role("button", name="Allein freigeben").click()
        expect(manager.locator("#reply-notice")).to_contain_text("Bitte begründen")
        manager.locator("details.confirm input").fill("Nachts ist niemand sonst da")
        manager.get_by_role("button", name="Allein freigeben").click()
        expect(manager.locator("#reply-head .reply-alarm")).to_contain_text("Nachts ist niemand sonst da")
        open_page(manager, address, "/replies/approval", ready=".review.override")
        expect(manager.get_by_role("button", name="Bestätigen")).to_have_count(0)
        open_page(other, address, "/replies/approval", ready=".review.override")
        other.get_by_role("button", name="Bestätigen").click()
        expect(other.locator("#approval-notice")).to_have_text("Bestätigt.")
        expect(other.locator(".review.override")).to_have_count(0)
        expect(manager.locator(".review.override")).to_have_count(0, timeout=WITHIN_S * 1000)


PLACES = {
    "/replies": "[data-reply]",
    f"/replies?reply={PRIVATE}": READY,
    "/replies?edit=new": "#draft-save",
    "/replies/approval": ".reviews",
    f"/replies/history?reply={PRIVATE}": ".versions li",
}


@pytest.mark.parametrize(("width", "theme"), [(1440, "dark"), (360, "light")])
def test_axe_finds_nothing_serious(browser: Browser, address: str, width: int, theme: str) -> None:
    with person(browser, address, "manager", width=width) as page:
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        for path, ready in PLACES.items():
            open_page(page, address, path, ready=ready)
            found = Axe().run(page).response["violations"]
            assert [(path, one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS] == []
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
