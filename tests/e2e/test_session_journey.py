"""A session that ends while somebody types: nothing is lost, and it goes on after a login in another window."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_what_was_typed_outlives_the_session_and_can_be_sent(visitor: Callable[..., Visit]) -> None:
    visit = visitor().enter("manager")
    page = visit.go("/incident/new")
    page.get_by_label("Was ist ausgefallen?").fill("Kartenzahlung gestört")
    page.get_by_label("Betroffene Kunden").fill("sehr viele")
    page.context.clear_cookies()
    page.wait_for_function("() => document.documentElement.dataset.link === 'ended'")
    page.locator("[data-alarm] a").wait_for()
    assert page.get_by_label("Was ist ausgefallen?").input_value() == "Kartenzahlung gestört"

    with page.context.expect_page() as opened:
        page.locator("[data-alarm] a").click()
    opened.value.locator("button[name=demo][value=manager]").click()
    opened.value.locator("form[action='/logout']").wait_for()
    page.wait_for_function("() => document.documentElement.dataset.link === 'fine'")
    page.locator("#incident-save").click()
    page.locator("[aria-invalid=true]").first.wait_for()  # the server has read and answered the form
    assert page.get_by_label("Was ist ausgefallen?").input_value() == "Kartenzahlung gestört"
    visit.complaints.clear()  # the browser reports the refusals in between, as it should
