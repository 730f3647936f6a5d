"""The calendar's page without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.storage.read import get_calendar
from dashboard.components.visit import Visit
from dashboard.components.words import Words
from dashboard.pages import calendar_days as page
from tests.dashboard.pages.desk_board import StoreServices, call, client_of, desk_services
from tests.dashboard.services.desk_store import AGENT, PLANNER

NAMES = ("kind", "name", "first_day", "last_day", "queue", "percent")
FORM = {"kind": "billing", "name": "Run", "first_day": "30.11.2026"}


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StoreServices]:
    with desk_services(tmp_path, incident=False) as services:
        yield services


def press(
    board: StoreServices, button: str, *, form: dict[str, str] | None = None, text: str = "", entry: int = 0
) -> Any:
    pressed = {"enter": 0, "import": 0} | {button: 1}
    moved = {"type": f"calendar-{button}", "id": str(entry)}
    changed = f"calendar-{button}.n_clicks"
    if entry:
        changed = f'{{"id":{entry},"type":"calendar-{button}"}}.n_clicks'
    ids = [{"type": "calendar-entry", "name": name} for name in NAMES]
    return call(
        client_of(board, "planner"),
        [
            ("calendar-table", "children"),
            ("calendar-notice", "children"),
            [({"type": "calendar-error", "name": name}, "children") for name in NAMES],
        ],
        inputs=[
            ("calendar-enter", "n_clicks", pressed["enter"]),
            ("calendar-import", "n_clicks", pressed["import"]),
            [(moved | {"id": entry}, "n_clicks", 1)] if button == "withdraw" else [],
            [(moved | {"id": entry}, "n_clicks", 1)] if button == "restore" else [],
        ],
        state=[
            [(one, "value", (form or {}).get(one["name"], "")) for one in ids],
            [(one, "id", one) for one in ids],
            ("calendar-file", "value", text),
        ],
        changed=changed,
    )


def test_an_entry_stands_in_the_table(board: StoreServices) -> None:
    answer = press(board, "enter", form=FORM)
    assert answer["calendar-notice"]["children"].startswith("Entered.")
    assert "Mon 30 Nov 2026" in str(answer["calendar-table"]["children"])


def test_what_is_wrong_is_said_beside_its_field(board: StoreServices) -> None:
    answer = press(board, "enter", form=FORM | {"first_day": "31.11.2026"})
    assert answer["calendar-notice"]["children"] == "Not entered"
    assert answer['{"name":"first_day","type":"calendar-error"}']["children"].startswith("Not a date")
    assert answer['{"name":"kind","type":"calendar-error"}']["children"] == ""


def test_a_file_names_the_line_that_is_wrong(board: StoreServices) -> None:
    answer = press(board, "import", text="kind,name,first_day\nbilling,Run,x")
    assert (
        answer["calendar-notice"]["children"]
        == "Nothing taken over. Line 2, First day: Not a date; such as 24/12/2026."
    )
    answer = press(board, "import", text="kind,name,first_day\nbilling,Run,2026-12-01")
    assert answer["calendar-notice"]["children"] == "1 entries taken over, 0 were there already."


def test_an_entry_is_taken_back_and_kept_after_all(board: StoreServices) -> None:
    press(board, "enter", form=FORM)
    (entry,) = get_calendar(board.session)
    assert entry.id is not None
    assert "Keep it after all" in str(press(board, "withdraw", entry=entry.id)["calendar-notice"])
    assert get_calendar(board.session) == []
    assert press(board, "restore", entry=entry.id)["calendar-notice"]["children"] == "Back in the calendar."
    assert len(get_calendar(board.session)) == 1


@pytest.mark.parametrize(("person", "editable"), [(PLANNER, True), (AGENT, False)])
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_form_is_for_those_who_may(board: StoreServices, person: Any, editable: bool, language: str) -> None:
    text = str(page.layout(Visit(Words(language, timezone="Europe/Berlin"), person, board)))
    assert Words(language)("calendar.none") in text
    assert ("calendar-enter" in text) is editable
