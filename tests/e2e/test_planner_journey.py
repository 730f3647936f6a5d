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
