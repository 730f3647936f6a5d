"""The planner: from the need per quarter-hour to a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_need_by_day_and_export(visitor: Callable[..., Visit]) -> None:
    page = visitor().enter("planner").go("/staffing")
    page.wait_for_function("() => document.querySelectorAll('main .main-svg').length >= 1")
    page.get_by_text("Morgen", exact=True).click()
    page.wait_for_url("**/staffing?*day=*")
    page.wait_for_function("() => document.querySelectorAll('#staffing-body table tr').length > 3")
    with page.expect_download() as download:
        page.get_by_text("CSV", exact=True).first.click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig")), delimiter=";"))
    assert len(rows) > 100


def test_what_if_then_a_plan_with_a_held_line_and_its_file(visitor: Callable[..., Visit]) -> None:
    page = visitor().enter("planner").go("/staffing?view=whatif")
    slider = page.locator(".whatif-field[data-field=deflection] input[type=range]")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    page.wait_for_url("**/staffing?view=whatif&deflection=3")
    page.locator(".whatif-table tr.moved").first.wait_for()
    entry = page.locator(".whatif-field[data-field=aht] input[type=text]")
    entry.fill("viel")
    page.locator(".whatif-field[data-field=aht] .error", has_text="keine Zahl").wait_for()
    entry.fill("1,2")
    page.wait_for_url("**/staffing?view=whatif&aht=1.2&deflection=3")
    page.reload()
    page.locator(".whatif-field[data-field=aht] input[type=text]").wait_for()
    assert page.locator(".whatif-field[data-field=aht] input[type=text]").input_value() == "1,2"
    page.locator("#whatif-reset").click()
    page.wait_for_url("**/staffing?view=whatif")

    page.get_by_role("link", name="Einsatzplan", exact=True).click()
    page.locator("#plan-make").click()
    page.locator(".plan-lines tbody tr").first.wait_for()
    held = page.locator(".plan-lines tbody tr", has=page.get_by_role("button", name="Festhalten")).first
    said = held.locator("th").inner_text()
    held.get_by_role("button", name="Festhalten").click()
    page.locator(".plan-lines tr.fixed").wait_for()
    page.locator("#plan-make").click()
    page.locator("#plan-notice", has_text="Geplant").wait_for()
    assert page.locator(".plan-lines tr.fixed th").inner_text() == said
    with page.expect_download() as download:
        page.locator("#plan-files a[href$=csv]").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8-sig")), delimiter=";"))
    assert [row["lever"] for row in rows if row["fixed"] == "1"] == [said]
    assert all(row["why"] for row in rows)
