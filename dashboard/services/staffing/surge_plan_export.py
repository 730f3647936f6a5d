"""A surge plan as files: CSV and XLSX for spreadsheets, ICS for calendars."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from dashboard.domain.surge_plan import Line, PlanRecord
from dashboard.services.staffing.calendar_file import calendar_file, event, on_one_line
from dashboard.services.staffing.staffing_export import plain_cell

COLUMNS: Final = ("lever", "kind", "start", "end", "people", "hours", "cost", "currency", "fixed", "why")
WIDTHS: Final = (30, 10, 18, 18, 9, 9, 11, 9, 8, 100)

Said = Callable[[Line], str]


def plan_csv(plan: PlanRecord, *, timezone: str, language: str, name: Said, why: Said) -> str:
    """One row a line; German gets semicolons and decimal commas, as its spreadsheets expect."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language == "de" else ",", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    zone = ZoneInfo(timezone)

    def number(value: float, digits: int) -> str:
        return f"{value:.{digits}f}".replace(".", "," if language == "de" else ".")

    for line in plan.lines:
        times = [moment.astimezone(zone).isoformat(timespec="minutes") for moment in (line.start, line.end)]
        counts = [number(line.people, 1), number(line.hours, 1), number(line.cost, 2)]
        said = [plan.currency, "1" if line.fixed else "0", plain_cell(why(line))]
        writer.writerow([plain_cell(name(line)), line.kind, *times, *counts, *said])
    return text.getvalue()


def plan_xlsx(plan: PlanRecord, *, timezone: str, heads: Sequence[str], title: str, name: Said, why: Said) -> bytes:
    """The same as a workbook with real times and numbers; times are the centre's, for a sheet knows no zones."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title[:31]
    sheet.append(list(heads))
    zone = ZoneInfo(timezone)
    for line in plan.lines:
        start, end = (moment.astimezone(zone).replace(tzinfo=None) for moment in (line.start, line.end))
        counts = [round(line.people, 1), round(line.hours, 1), round(line.cost, 2)]
        sheet.append([name(line), line.kind, start, end, *counts, plan.currency, line.fixed, why(line)])
    for place, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.cell(1, place).font = Font(bold=True)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            # A text that begins like a formula stays a text.
            cell.data_type = "s" if cell.data_type == "f" else cell.data_type
        for cell in row[2:4]:
            cell.number_format = "yyyy-mm-dd hh:mm"
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plan_ics(plan: PlanRecord, *, title: Said, why: Said) -> str:
    """One event a line, with its reason as the description."""
    events = [
        event(
            f"{plan.incident_id}-{line.lever}-{line.start:%Y%m%dT%H%M}-{line.end:%Y%m%dT%H%M}",
            title(line),
            start=line.start,
            end=line.end,
            made_at=plan.made_at,
            more={"description": on_one_line(why(line))},
        )
        for line in plan.lines
    ]
    return calendar_file(events, product="surge plan")
