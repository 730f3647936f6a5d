"""The planner: from the need per quarter-hour to a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from dashboard.domain.clock import system_clock
from tests.e2e.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


# Rows of the table with a number in them: the sum and six queues.
ALL_QUEUES = "() => document.querySelectorAll('#staffing-body tbody tr:has(td.number:not(.closed))').length > 6"


def _wait_for_all_queues(page: Page) -> None:
    """A drill that has just begun has forecast some queues only; the page follows as the others come."""
    page.wait_for_function(ALL_QUEUES, timeout=60_000)


def test_need_by_day_and_export(visitor: Callable[..., Visit]) -> None:
    page = visitor().enter("planner").go("/staffing")
    page.wait_for_function("() => document.querySelectorAll('main .main-svg').length >= 1")
    _wait_for_all_queues(page)
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


def _roster(folder: Path, *faulty: str) -> Path:
    """Three days around the drill's now with a shift a person and day, and one group on call."""
    today = system_clock().astimezone(ZoneInfo("Europe/Berlin")).date()
    rows = ["Name;Personen;Skill;Datum;Von;Bis;Pause;Dienst"]
    for day in (today + timedelta(days=n) for n in (-1, 0, 1)):
        rows += [f"P{n};1;konto;{day:%d.%m.%Y};06:00;14:30;30;" for n in range(6)]
        rows += [f"Q{n};1;online;{day:%d.%m.%Y};14:00;22:30;30;" for n in range(6)]
        rows += [f"Bereit;5;konto;{day:%d.%m.%Y};00:00;24:00;;Bereitschaft"]
    file = folder / "dienstplan.csv"
    file.write_text("\n".join([*rows, *faulty]) + "\n", encoding="utf-8")
    return file


def test_a_roster_its_gap_and_a_plan_that_counts_it(visitor: Callable[..., Visit], tmp_path: Path) -> None:
    page = visitor().enter("planner").go("/staffing?view=roster")
    entry = page.locator(".roster-file input")
    entry.wait_for()
    page.locator("#roster-send").focus()
    page.keyboard.press("Enter")
    page.locator("#roster-error", has_text="zuerst eine Datei").wait_for()
    entry.set_input_files(_roster(tmp_path, "Zoe;1;kasse;24.11.2026;08:00;16:00;;"))
    page.locator("#roster-send").click()
    page.locator(".roster-preview", has_text="„kasse“ ist weder Skill noch Warteschlange").wait_for()
    entry.set_input_files(_roster(tmp_path))
    page.locator("#roster-send").click()
    page.get_by_role("button", name="Übernehmen", exact=True).press("Enter")
    page.locator("#roster-notice", has_text="Der Dienstplan gilt.").wait_for()
    with page.expect_download() as download:
        page.locator("a[href='/staffing/roster.csv']").click()
    assert len(Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()) == 40

    page.get_by_role("link", name="Bedarf", exact=True).click()
    _wait_for_all_queues(page)
    page.locator(".roster-gap.missing", has_text="Personenstunden").wait_for()
    page.locator(".table.heat .short").first.wait_for()

    page.get_by_role("link", name="Einsatzplan", exact=True).click()
    page.locator("#plan-make").click()
    page.locator("#plan-notice", has_text="Geplant").wait_for()
    page.locator(".plan-lines .count input").first.wait_for()
    rows = page.locator(".plan-lines tbody tr:has(.count)")
    most = max(range(rows.count()), key=lambda place: int(rows.nth(place).locator("input").input_value()))
    lever, count = rows.nth(most).locator("th").inner_text(), rows.nth(most).locator("input")
    assert int(count.input_value()) > 1
    count.fill("999")
    count.press("Enter")
    page.locator("#plan-error", has_text="ganze Zahl von 1 bis").wait_for()
    count.fill("1")
    count.press("Enter")
    page.locator(".plan-lines tr.fixed", has=page.locator("th", has_text=lever)).wait_for()
    page.locator("#plan-make").click()
    page.locator("#plan-notice", has_text="Geplant").wait_for()
    with page.expect_download() as download:
        page.locator("#plan-files a[href$=csv]").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    planned = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [(row["lever"], row["people"]) for row in planned if row["fixed"] == "1" and row["kind"] == "people"] == [
        (lever, "1,0")
    ]

    page.goto(page.url.split("/staffing")[0] + "/staffing?view=roster")
    page.get_by_role("button", name="Zurücknehmen", exact=True).click()
    page.locator("#roster-notice", has_text="Es gilt kein Dienstplan").wait_for()
