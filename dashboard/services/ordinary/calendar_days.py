"""Days that people enter (school holidays, billing, campaigns, closures): entered, taken back, given back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from connectors.storage.read import get_calendar, get_queues
from connectors.storage.rows import AuditRow, CalendarEntryRow
from connectors.storage.write import add_audit, add_calendar, restore_calendar, withdraw_calendar
from dashboard.domain.people import Right
from dashboard.services.accounts import Account
from dashboard.services.ordinary.calendar_entry import KINDS, CalendarError, parse_entry, parse_file

__all__ = [
    "KINDS",
    "CalendarEntryRow",
    "CalendarError",
    "CalendarView",
    "enter",
    "import_file",
    "restore",
    "view",
    "withdraw",
]

# Days that are over stay in sight for so long: the forecast learns from them.
SHOWN = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The entries that stand, the next first and then those that are over; and the queues they may be for."""

    today: date
    entries: tuple[CalendarEntryRow, ...]
    queues: tuple[tuple[str, str], ...]  # key, label


def view(session: Session, *, today: date) -> CalendarView:
    """What is entered."""
    found = [each for each in get_calendar(session) if each.last_day >= today - SHOWN]
    found.sort(key=lambda each: (each.last_day < today, abs((each.first_day - today).days), each.name))
    return CalendarView(today, tuple(found), tuple((row.key, row.label) for row in get_queues(session)))


def enter(session: Session, form: Mapping[str, str], *, by: Account, now: datetime) -> int:
    """Take one entry and return its id; CalendarError by field, ForbiddenError."""
    by.require(Right.PLAN_STAFF)
    entry = parse_entry(form, queues=_keys(session), by=by.name, now=now)
    if _known(session, entry):
        raise CalendarError({"name": "twice"})
    (made,) = add_calendar(session, [entry])
    _audit(session, "calendar.entered", entry.name, {"id": made, **_said(entry)}, by=by, now=now)
    return made


def import_file(session: Session, text: str, *, by: Account, now: datetime) -> tuple[list[int], int]:
    """Take a CSV file whole or not at all; ids of what was new, and how many rows stood already.

    Raises CalendarError with the line, and ForbiddenError.
    """
    by.require(Right.PLAN_STAFF)
    entries = parse_file(text, queues=_keys(session), by=by.name, now=now)
    new = [entry for entry in dict.fromkeys(entries) if not _known(session, entry)]
    made = add_calendar(session, new)
    if made:
        _audit(session, "calendar.imported", f"{len(made)}", {"ids": made}, by=by, now=now)
    return made, len(entries) - len(made)


def withdraw(session: Session, entry: int, *, by: Account, now: datetime) -> bool:
    """Take an entry back; False where it did not stand any more."""
    by.require(Right.PLAN_STAFF)
    done = withdraw_calendar(session, [entry], by=by.name, now=now) > 0
    if done:
        _audit(session, "calendar.withdrawn", f"{entry}", {"id": entry}, by=by, now=now)
    return done


def restore(session: Session, entry: int, *, by: Account, now: datetime) -> bool:
    """Give an entry back that was taken; False where it stands, or the same was entered anew meanwhile."""
    by.require(Right.PLAN_STAFF)
    found = next((each for each in get_calendar(session, withdrawn=True) if each.id == entry), None)
    if found is None or found.withdrawn_at is None or _known(session, found):
        return False
    restore_calendar(session, [entry])
    _audit(session, "calendar.restored", found.name, {"id": entry}, by=by, now=now)
    return True


def _known(session: Session, entry: CalendarEntryRow) -> bool:
    """Whether the same days of that kind and name stand for the same queue."""
    return any(_same(each) == _same(entry) for each in get_calendar(session))


def _same(entry: CalendarEntryRow) -> tuple[object, ...]:
    return entry.kind, entry.name.casefold(), entry.first_day, entry.last_day, entry.queue


def _keys(session: Session) -> tuple[str, ...]:
    return tuple(row.key for row in get_queues(session))


def _said(entry: CalendarEntryRow) -> dict[str, object]:
    days = {"first_day": entry.first_day.isoformat(), "last_day": entry.last_day.isoformat()}
    return {"kind": entry.kind, "name": entry.name, **days, "queue": entry.queue, "share": entry.share}


def _audit(
    session: Session, action: str, subject: str, detail: Mapping[str, object], *, by: Account, now: datetime
) -> None:
    add_audit(session, AuditRow(now, by.name, action, subject[:200], json.dumps(detail)))
