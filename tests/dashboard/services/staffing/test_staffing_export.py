"""Files of the staffing: what a spreadsheet and a calendar get."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import datetime

from openpyxl import load_workbook

from dashboard.services.staffing.staffing_export import COLUMNS, plain_cell, staffing_csv, staffing_ics, staffing_xlsx
from tests.dashboard.pages.staffing_samples import view


def test_csv_for_english_spreadsheets() -> None:
    rows = list(csv.DictReader(staffing_csv(view(), language="en").splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 16
    assert rows[0] == {
        "queue": "service",
        "label": "Service; Karten",
        "channel": "call",
        "interval_start": "2026-11-24T10:00+01:00",
        "interval_s": "900",
        "offered_p50": "205.0",
        "offered_p90": "300.0",
        "agents_p50": "10",
        "agents_p90": "13",
        "scheduled_p50": "14",
        "scheduled_p90": "19",
        "service_level": "0.8100",
        "occupancy": "0.8000",
        "aht_s": "342.5",
        "shrinkage": "0.300",
        "rostered": "",
        "short_p50": "",
        "short_p90": "",
    }


def test_people_of_the_roster_stand_beside_those_needed() -> None:
    shown = view()
    cell = replace(shown.queues[0].cells[0], rostered=11.5, short_p50=2.5, short_p90=7.5)
    rostered = replace(shown, queues=(replace(shown.queues[0], cells=(cell,)),))
    (row,) = csv.DictReader(staffing_csv(rostered, language="de").splitlines(), delimiter=";")
    assert (row["rostered"], row["short_p50"], row["short_p90"]) == ("11,50", "2,50", "7,50")


def test_csv_for_german_spreadsheets() -> None:
    rows = list(csv.DictReader(staffing_csv(view(), language="de").splitlines(), delimiter=";"))
    assert (rows[0]["offered_p50"], rows[0]["label"]) == ("205,0", "Service; Karten")


def test_a_workbook_has_real_times_and_numbers_and_no_formulas() -> None:
    sheet = load_workbook(io.BytesIO(staffing_xlsx(view(), title="Personal"))).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    at = datetime(2026, 11, 24, 10)  # noqa: DTZ001 (a sheet knows no zones)
    assert (sheet.title, head, len(rows)) == ("Personal", COLUMNS, 16)
    assert rows[0][:7] == ("service", "Service; Karten", "call", at, 900, 205.0, 300.0)
    assert rows[8][1] == "=Postfach"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_no_cell_becomes_a_formula() -> None:
    rows = list(csv.DictReader(staffing_csv(view(), language="en").splitlines()))
    assert rows[8]["label"] == "'=Postfach"
    assert [plain_cell(text) for text in ("+1", "-1", "@x", "x=1", "")] == ["'+1", "'-1", "'@x", "x=1", ""]


def test_calendar_joins_equal_hours() -> None:
    text = staffing_ics(view(), said="{label}: {p50} Personen, bei hoher Nachfrage {p90}")
    lines = text.replace("\r\n ", "").split("\r\n")
    assert lines.count("BEGIN:VEVENT") == 2
    assert "DTSTART:20261124T090000Z" in lines
    assert "DTEND:20261124T110000Z" in lines
    assert "SUMMARY:Service\\; Karten: 14 Personen\\, bei hoher Nachfrage 19" in lines
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_calendar_breaks_where_the_need_changes() -> None:
    one = view().queues[0]
    changed = tuple(replace(cell, scheduled_p50=30) if i >= 4 else cell for i, cell in enumerate(one.cells))
    text = staffing_ics(replace(view(), queues=(replace(one, cells=changed),)), said="{p50}")
    assert [line for line in text.split("\r\n") if line.startswith(("SUMMARY", "DTEND"))] == [
        "SUMMARY:14",
        "DTEND:20261124T100000Z",
        "SUMMARY:30",
        "DTEND:20261124T110000Z",
    ]


def test_long_titles_are_folded() -> None:
    one = replace(view().queues[0], label="ü" * 90)
    text = staffing_ics(replace(view(), queues=(one,)), said="{label}")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert "ü" * 90 in text.replace("\r\n ", "")
