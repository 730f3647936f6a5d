"""The support manager: what is wrong, how bad, and the facts that everything else follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
TILES = 5


@pytest.mark.parametrize(("language", "banner"), [("de", "ÜBUNG"), ("en", "DRILL")])
def test_the_situation_says_what_is_wrong_and_how_bad(
    visitor: Callable[..., Visit], language: str, banner: str
) -> None:
    page = visitor().enter("manager", language=language).go("/")
    page.wait_for_function("() => document.querySelectorAll('main .main-svg').length >= 4")
    text = page.locator("body").inner_text()
    assert banner.lower() in text.lower()
    assert "10:00" in text
    assert {"de": "1,8–2 Mio.", "en": "1.8–2M"}[language].split("–")[0] in text


def test_figures_move_by_themselves(visitor: Callable[..., Visit]) -> None:
    page = visitor().enter("manager").go("/")
    page.wait_for_function("() => document.querySelectorAll('main .main-svg').length >= 4")
    before = page.locator("main").inner_text()
    page.wait_for_function("before => document.querySelector('main').innerText !== before", arg=before)


def test_a_changed_fact_reaches_the_situation_and_the_history(visitor: Callable[..., Visit]) -> None:
    page = visitor().enter("manager").go("/incident/1")
    field = page.get_by_label("Region")
    field.fill("Bayern")
    page.locator("#incident-save").click()
    page.wait_for_function("() => document.querySelector('#incident-versions').innerText.includes('Bayern')")
    page.reload()
    assert page.get_by_label("Region").input_value() == "Bayern"


def test_bad_entries_are_named_and_nothing_is_lost(visitor: Callable[..., Visit]) -> None:
    page = visitor().enter("manager").go("/incident/new")
    page.get_by_label("Was ist ausgefallen?").fill("Kartenzahlung gestört")
    page.get_by_label("Betroffene Kunden").fill("sehr viele")
    page.locator("#incident-save").click()
    page.locator("[aria-invalid=true]").first.wait_for()
    assert page.get_by_label("Was ist ausgefallen?").input_value() == "Kartenzahlung gestört"
    assert page.get_by_label("Betroffene Kunden").input_value() == "sehr viele"
