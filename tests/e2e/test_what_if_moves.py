"""Moves quicker than their answers: whatever comes late, a slider stays where the hand has put it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route

from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WHATIF = "/staffing?view=whatif"


def slider_of(page: Page, name: str) -> Locator:
    return page.locator(f".whatif-field[data-field={name}] input[type=range]")


def held(page: Page) -> list[Route]:
    """Answers of callbacks, from now on kept back until each is let go."""
    kept: list[Route] = []

    def keep(route: Route) -> None:
        kept.append(route)

    page.route("**/_dash-update-component", keep)
    return kept


def let_go(page: Page, kept: list[Route]) -> None:
    page.unroute("**/_dash-update-component")
    for route in kept:
        route.continue_()


def test_an_answer_to_an_older_move_does_not_move_the_slider_back(visitor: Callable[..., Visit]) -> None:
    page = visitor().enter("planner").go(WHATIF)
    slider = slider_of(page, "deflection")
    slider.press("ArrowRight")
    page.wait_for_url(f"**{WHATIF}&deflection=1")
    kept = held(page)
    slider.press("ArrowRight")
    page.evaluate("() => { window.pressed = performance.now(); }")
    page.wait_for_function("() => performance.now() - window.pressed > 450")
    # Whatever changes in the page makes the sliders look at their answers again: here still the one to 1.
    page.evaluate("() => document.querySelector('.whatif-inputs').append(document.createElement('i'))")
    assert slider.input_value() == "2"
    slider.press("ArrowRight")
    let_go(page, kept)
    page.wait_for_url(f"**{WHATIF}&deflection=3")
    assert slider.input_value() == "3"


def test_two_sliders_moved_before_any_answer_both_count(visitor: Callable[..., Visit]) -> None:
    page = visitor().enter("planner").go(WHATIF)
    slider_of(page, "deflection").press("ArrowRight")
    page.wait_for_url(f"**{WHATIF}&deflection=1")
    kept = held(page)
    slider_of(page, "deflection").press("ArrowRight")
    slider_of(page, "volume").press("ArrowRight")
    let_go(page, kept)
    page.wait_for_url(f"**{WHATIF}&volume=1.05&deflection=2")
    assert page.locator(".whatif-field[data-field=volume] input[type=text]").input_value() == "1,05"


def test_put_back_and_reset_leave_nothing_moved(visitor: Callable[..., Visit]) -> None:
    page = visitor().enter("planner").go(WHATIF)
    slider = slider_of(page, "volume")
    slider.press("ArrowRight")
    page.wait_for_url(f"**{WHATIF}&volume=1.05")
    slider.press("ArrowLeft")
    page.wait_for_url(f"**{WHATIF}")
    assert page.locator(".whatif-field[data-field=volume] input[type=text]").input_value() == ""
    slider.press("End")
    page.wait_for_url(f"**{WHATIF}&volume=4")
    page.locator("#whatif-reset").click()
    page.wait_for_url(f"**{WHATIF}")
    page.wait_for_function("() => document.querySelector('[data-field=volume] input[type=range]').value === '1'")
