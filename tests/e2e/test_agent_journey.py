"""The agent: the approved text in the clipboard, by keyboard; nothing half-filled leaves."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def _search(page: Page, query: str) -> None:
    page.locator("#reply-results [role=option]").first.wait_for()
    page.keyboard.press("/")
    page.wait_for_function("() => document.activeElement.id === 'reply-query'")
    page.keyboard.type(query)


@pytest.mark.parametrize(("language", "word"), [("de", "anmeldung"), ("en", "sign")])
def test_search_and_copy_by_keyboard(visitor: Callable[..., Visit], language: str, word: str) -> None:
    page = visitor(clipboard=True).enter("agent", language=language).go("/replies")
    _search(page, word)
    page.wait_for_function("word => document.querySelector('#reply-results').dataset.query === word", arg=word)
    # The preview follows the results: filled in before it has, fields may vanish under the hand.
    page.wait_for_function(
        "() => document.querySelector('#reply-results [aria-selected=true]')?.dataset.reply"
        " === document.querySelector('#reply-body [data-id]')?.dataset.id"
    )
    for field in page.locator("#reply-fields input").all():
        field.fill("0221 4711")  # fits a name as well as a number of any kind
    page.wait_for_function("() => !document.querySelector('#reply-body').innerText.includes('{{')")
    page.locator("#reply-query").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => navigator.clipboard.readText().then(text => text.length > 40)")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "{{" not in copied
    assert "fehlt" not in copied
    assert "missing" not in copied


def test_a_missing_value_blocks_the_copy(visitor: Callable[..., Visit]) -> None:
    page = visitor(clipboard=True).enter("agent").go("/replies")
    page.evaluate("navigator.clipboard.writeText('unchanged')")
    _search(page, "Antwort auf Ihre Nachricht")
    page.locator("#reply-body mark, #reply-body .missing").first.wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("Es fehlt noch").first.wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "unchanged"


def test_an_agent_is_told_what_is_not_for_agents(visitor: Callable[..., Visit]) -> None:
    visit = visitor().enter("agent")
    page = visit.go("/sources")
    assert page.locator("main table").count() == 0
    visit.complaints.clear()  # the browser reports the refusal's status, as it should
