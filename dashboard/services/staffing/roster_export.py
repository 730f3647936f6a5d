"""A roster as a file that can be read in again: CSV, XLSX or ICS."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Event
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from dashboard.domain.roster import Shift
from dashboard.services.staffing.calendar_file import calendar_file, event
from dashboard.services.staffing.staffing_export import plain_cell

COLUMNS: Final = ("person", "people", "skill", "start", "end", "breaks", "duty")
WIDTHS: Final = (24, 8, 24, 26, 26, 30, 10)
_MINUTE: Final = timedelta(minutes=1)


def roster_csv(shifts: Sequence[Shift], *, timezone: str, language: str) -> str:
    """One row a shift; times carry their distance to UTC, so that no change of clocks is in doubt."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language == "de" else ",", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    zone = ZoneInfo(timezone)
    writer.writerows([plain_cell(str(cell)) for cell in _cells(one, zone)] for one in shifts)
    return text.getvalue()


def roster_xlsx(shifts: Sequence[Shift], *, timezone: str, title: str) -> bytes:
    """The same as a workbook; times as texts with their distance to UTC, for a sheet knows no zones."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for place, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABCDEFG"[place]].width = width
    sheet.freeze_panes = "A2"
    head = [_text_cell(sheet, name) for name in COLUMNS]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    zone = ZoneInfo(timezone)
    for one in shifts:
        sheet.append([cell if isinstance(cell, int) else _text_cell(sheet, cell) for cell in _cells(one, zone)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def roster_ics(shifts: Sequence[Shift], *, now: datetime) -> str:
    """One event a shift, with what calendars have no place for in properties of its own."""
    return calendar_file((_event(one, now) for one in shifts), product="roster")


def _cells(one: Shift, zone: ZoneInfo) -> tuple[str | int, ...]:
    start, end = (at.astimezone(zone).isoformat(sep=" ", timespec="minutes") for at in (one.start, one.end))
    return one.person, one.people, "|".join(one.skills), start, end, _breaks(one, zone), one.duty


def _breaks(one: Shift, zone: ZoneInfo) -> str:
    placed = [f"{a.astimezone(zone):%H:%M}-{b.astimezone(zone):%H:%M}" for a, b in one.breaks]
    return "; ".join([*placed, *([f"{one.loose_break // _MINUTE}"] if one.loose_break else [])])


def _text_cell(sheet: Any, text: str | int) -> Any:
    """A text that begins like a formula stays a text."""
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell


def _event(one: Shift, now: datetime) -> Event:
    more: dict[str, object] = {"X-ANDRANG-PEOPLE": str(one.people), "X-ANDRANG-DUTY": one.duty}
    if one.skills:
        more["categories"] = list(one.skills)
    if one.breaks:
        more["X-ANDRANG-BREAKS"] = ",".join(f"{_stamp(a)}/{_stamp(b)}" for a, b in one.breaks)
    if one.loose_break:
        more["X-ANDRANG-BREAK-MINUTES"] = str(one.loose_break // _MINUTE)
    uid = f"{one.number}-{one.start:%Y%m%dT%H%M}"
    return event(uid, one.person, start=one.start, end=one.end, made_at=now, more=more)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
