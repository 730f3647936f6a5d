"""The staffing as files: CSV and XLSX for spreadsheets, ICS for calendars."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from dashboard.domain.board import QueueStaffing, StaffingView
from dashboard.domain.staffing_day import Hour, by_hour
from dashboard.services.staffing.calendar_file import calendar_file, event

COLUMNS: Final = (
    "queue",
    "label",
    "channel",
    "interval_start",
    "interval_s",
    "offered_p50",
    "offered_p90",
    "agents_p50",
    "agents_p90",
    "scheduled_p50",
    "scheduled_p90",
    "service_level",
    "occupancy",
    "aht_s",
    "shrinkage",
    "rostered",
    "short_p50",
    "short_p90",
)
# Spreadsheets take a cell that begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def staffing_csv(view: StaffingView, *, language: str) -> str:
    """One line a queue and interval; German gets semicolons and decimal commas, as its spreadsheets expect."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language == "de" else ",", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for queue in view.queues:
        writer.writerows(_rows(queue, view, decimal="," if language == "de" else "."))
    return text.getvalue()


def staffing_xlsx(view: StaffingView, *, title: str) -> bytes:
    """The same as a workbook with real times and numbers; times are the centre's, for a sheet knows no zones."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for place in range(1, len(COLUMNS) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 17
    sheet.freeze_panes = "D2"
    sheet.append([_cell(sheet, name, bold=True) for name in COLUMNS])
    for queue in view.queues:
        for row in _values(queue, view):
            sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plain_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def staffing_ics(view: StaffingView, *, said: str) -> str:
    """Blocks of hours with the same need, one event each; `said` is the title with {label}, {p50} and {p90}."""
    made = view.made_at or view.now
    events = [
        event(
            f"{queue.key}-{block.at:%Y%m%dT%H%M}",
            said.format(label=queue.label, p50=block.scheduled_p50, p90=block.scheduled_p90),
            start=block.at,
            end=end,
            made_at=made,
        )
        for queue in view.queues
        for block, end in _blocks(queue, view)
    ]
    return calendar_file(events, product="staffing")


def _rows(queue: QueueStaffing, view: StaffingView, *, decimal: str) -> Iterator[list[str]]:
    zone = ZoneInfo(view.timezone)

    def number(value: float, digits: int) -> str:
        return f"{value:.{digits}f}".replace(".", decimal)

    names = [plain_cell(queue.key), plain_cell(queue.label), queue.channel]
    for cell in queue.cells:
        counts = [cell.agents_p50, cell.agents_p90, cell.scheduled_p50, cell.scheduled_p90]
        yield [
            *names,
            cell.at.astimezone(zone).isoformat(timespec="minutes"),
            str(view.interval_s),
            number(cell.offered_p50, 1),
            number(cell.offered_p90, 1),
            *map(str, counts),
            number(cell.service_level, 4),
            number(cell.occupancy, 4),
            number(queue.aht_s, 1),
            number(queue.shrinkage, 3),
            *("" if value is None else number(value, 2) for value in (cell.rostered, cell.short_p50, cell.short_p90)),
        ]


def _values(queue: QueueStaffing, view: StaffingView) -> Iterator[tuple[object, ...]]:
    zone = ZoneInfo(view.timezone)
    for cell in queue.cells:
        yield (
            *(queue.key, queue.label, queue.channel),
            *(cell.at.astimezone(zone).replace(tzinfo=None), view.interval_s),
            *(round(cell.offered_p50, 1), round(cell.offered_p90, 1)),
            *(cell.agents_p50, cell.agents_p90, cell.scheduled_p50, cell.scheduled_p90),
            *(round(cell.service_level, 4), round(cell.occupancy, 4), round(queue.aht_s, 1), round(queue.shrinkage, 3)),
            *(None if one is None else round(one, 2) for one in (cell.rostered, cell.short_p50, cell.short_p90)),
        )


def _cell(sheet: Any, value: object, *, bold: bool = False) -> Any:
    """A text that begins like a formula stays a text."""
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.font = Font(bold=bold)
    elif isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    return cell


def _blocks(queue: QueueStaffing, view: StaffingView) -> Iterator[tuple[Hour, datetime]]:
    """Following hours with the same need, joined; hours without a need are left out."""
    hour = timedelta(hours=1)
    begun: Hour | None = None
    end = view.now
    for at, one in sorted(by_hour(queue.cells, timezone=view.timezone).items()):
        same = begun is not None and at == end and _need(begun) == _need(one)
        if begun is not None and not same:
            yield begun, end
        if not same:
            begun = one if one.scheduled_p90 else None
        end = at + hour
    if begun is not None:
        yield begun, end


def _need(hour: Hour) -> tuple[int, int]:
    return hour.scheduled_p50, hour.scheduled_p90
