"""Reading calendar entries: of a form, and of CSV files as school authorities and planners have them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from connectors.storage.rows import CalendarEntryRow

KINDS = ("school_holiday", "billing", "campaign", "closure", "other")
COLUMNS = ("kind", "name", "first_day", "last_day", "queue", "percent")
_LONGEST, _NAME, _MOST_ROWS = timedelta(days=400), 100, 2_000
_LEAST, _MOST = -95.0, 1_900.0
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)
_DAY_FIRST = re.compile(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})$")


class CalendarError(ValueError):
    """Entries that cannot be taken: the message's code by the field; `line` of a file, else 0."""

    def __init__(self, problems: Mapping[str, str], *, line: int = 0) -> None:
        super().__init__(f"line {line}: {dict(problems)}")
        self.problems, self.line = dict(problems), line


def parse_entry(form: Mapping[str, str], *, queues: Sequence[str], by: str, now: datetime) -> CalendarEntryRow:
    """An entry of its fields `COLUMNS`; an empty last day is the first, an empty queue all. Raises CalendarError."""
    text = {name: str(form.get(name) or "").strip() for name in COLUMNS}
    problems: dict[str, str] = {}
    first, last = (_day(text[name], name, problems) for name in ("first_day", "last_day"))
    last = first if not text["last_day"] else last
    if text["kind"] not in KINDS:
        problems["kind"] = "kind"
    if not text["name"] or len(text["name"]) > _NAME:
        problems["name"] = "name"
    if text["queue"] and text["queue"] not in queues:
        problems["queue"] = "queue"
    if not text["first_day"]:
        problems["first_day"] = "needed"
    if first and last and not first <= last <= first + _LONGEST:
        problems["last_day"] = "order"
    share = _share(text["percent"], problems)
    if problems or first is None or last is None:
        raise CalendarError(problems)
    queue, closed = text["queue"] or None, text["kind"] == "closure"
    return CalendarEntryRow(
        text["kind"], text["name"], first, last, now, by, queue=queue, share=None if closed else share
    )


def parse_file(text: str, *, queues: Sequence[str], by: str, now: datetime) -> list[CalendarEntryRow]:
    """The rows of a CSV file with a head line of `COLUMNS`; `queue`, `percent` and `last_day` may be left out.

    Comma or semicolon. Raises CalendarError with the first line that cannot be read.
    """
    plain = text.removeprefix("\ufeff").strip()
    if not plain:
        raise CalendarError({"file": "empty"})
    head = plain.splitlines()[0]
    reader = csv.DictReader(io.StringIO(plain), delimiter=";" if head.count(";") > head.count(",") else ",")
    names = [str(name).strip().lower() for name in reader.fieldnames or ()]
    if missing := {"kind", "name", "first_day"} - set(names):
        raise CalendarError({"file": "columns", "columns": ", ".join(sorted(missing))}, line=1)
    reader.fieldnames = names
    made: list[CalendarEntryRow] = []
    for row in reader:
        if len(made) >= _MOST_ROWS:
            raise CalendarError({"file": "long"}, line=reader.line_num)
        try:
            made.append(parse_entry({k: v for k, v in row.items() if k}, queues=queues, by=by, now=now))
        except CalendarError as error:
            raise CalendarError(error.problems, line=reader.line_num) from error
    if not made:
        raise CalendarError({"file": "empty"})
    return made


def _day(text: str, name: str, problems: dict[str, str]) -> date | None:
    """24.12.2026, 24/12/2026 or 2026-12-24; None where empty or, then named among the problems, not to be read."""
    if not text:
        return None
    try:
        found = _DAY_FIRST.match(text)
        day = date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not _EARLIEST <= day < _LATEST:
        problems[name] = "day"
        return None
    return day


def _share(text: str, problems: dict[str, str]) -> float | None:
    plain = text.rstrip("% \u202f").replace("\u2212", "-").replace(",", ".").lstrip("+").strip()
    if not plain:
        return None
    try:
        percent = float(plain)
    except ValueError:
        percent = float("nan")
    if not _LEAST <= percent <= _MOST:
        problems["percent"] = "percent"
        return None
    return percent / 100 or None
