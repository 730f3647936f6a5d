"""The roster: read a file and keep it as a draft, put it in force, take it back; what is in force in figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.orm import Session

from connectors.storage.read import get_queues, get_roster, get_rosters, get_shifts
from connectors.storage.roster_rows import CONFIRMED, DRAFT, RosterRow
from connectors.storage.rows import AuditRow
from connectors.storage.write import add_audit, add_roster, confirm_roster, drop_roster, thin_rosters, withdraw_roster
from dashboard.domain.people import Right
from dashboard.domain.roster import ON_CALL, Problem, Reading, Shift, Summary, heads, span_of, work_hours
from dashboard.domain.working_time import Breach, Rules, check
from dashboard.services.accounts import Account
from dashboard.services.staffing import working_time
from dashboard.services.staffing.roster_reading import read
from dashboard.services.staffing.roster_store import to_rows, to_shifts
from dashboard.settings import Settings

KEPT: Final = 5  # rosters that were in force
MOST_PROBLEMS: Final = 500  # kept one by one with a draft
MOST_NAME: Final = 200
_MOST_REMEMBERED: Final = 4
_BREACHES: dict[tuple[str, int, Rules, str], tuple[Breach, ...]] = {}


class RosterError(ValueError):
    """Something about a roster that cannot be done; the key of what is said, with values."""

    def __init__(self, what: str, **values: object) -> None:
        super().__init__(what)
        self.problem = Problem.of(0, what, **values)


def zone_of(name: str, settings: Settings) -> ZoneInfo:
    """The zone of times that carry none: the given one, else the board's. RosterError for an unknown one."""
    if name and name not in available_timezones():
        raise RosterError("zone_unknown", got=name[:60])
    return ZoneInfo(name or settings.board.timezone)


def preview(session: Session, content: bytes, *, zone: str, settings: Settings) -> Reading:
    """What a file holds; nothing is kept."""
    return read(content, zone=zone_of(zone, settings), queues=get_queues(session))


def draft(
    session: Session, content: bytes, *, file: str, zone: str, settings: Settings, by: Account, now: datetime
) -> int:
    """Read a file and keep it as the person's draft, to be looked at before it counts."""
    by.require(Right.PLAN_STAFF)
    reading = preview(session, content, zone=zone, settings=settings)
    about = _figures(reading.shifts) | {
        "problems": [one.to_json() for one in reading.problems[:MOST_PROBLEMS]],
        "more": max(0, len(reading.problems) - MOST_PROBLEMS),
        "notes": [one.to_json() for one in reading.notes],
        "knows_breaks": reading.knows_breaks,
    }
    name = file.replace("\\", "/").rpartition("/")[2][:MOST_NAME] or "roster"
    key = zone_of(zone, settings).key
    return add_roster(session, to_rows(reading.shifts), file=name, zone=key, by=by.name, now=now, about=about)


def confirm(session: Session, roster_id: int, *, partly: bool = False, by: Account, now: datetime) -> Summary:
    """Put a draft in force. Rows at fault stop it unless the person says that the others shall do (`partly`)."""
    by.require(Right.PLAN_STAFF)
    row = next((one for one in get_rosters(session, status=DRAFT) if one.id == roster_id), None)
    if row is None or row.imported_by != by.name:
        raise RosterError("draft_gone")
    summary = _summary(row)
    if not summary.shifts:
        raise RosterError("nothing_to_take")
    if summary.problems and not partly:
        raise RosterError("rows_at_fault", n=len(summary.problems) + summary.more_problems)
    confirm_roster(session, roster_id, now=now)
    thin_rosters(session, keep=KEPT)
    detail = f"{summary.shifts} shifts, {summary.people} people"
    add_audit(session, AuditRow(now, by.name, "roster.confirm", row.file, detail))
    return summary


def discard(session: Session, roster_id: int, *, by: Account) -> None:
    """Let a draft go; one that is gone already is no error."""
    by.require(Right.PLAN_STAFF)
    if any(one.id == roster_id and one.imported_by == by.name for one in get_rosters(session, status=DRAFT)):
        drop_roster(session, roster_id)


def undo(session: Session, roster_id: int, *, by: Account, now: datetime) -> Summary | None:
    """Take the roster in force back: the one before holds again, or none."""
    by.require(Right.PLAN_STAFF)
    row = get_roster(session)
    if row is None or row.id != roster_id or not withdraw_roster(session, roster_id):
        raise RosterError("not_in_force")
    add_audit(session, AuditRow(now, by.name, "roster.undo", row.file, ""))
    return in_force(session)


def in_force(session: Session) -> Summary | None:
    """The roster that counts."""
    row = get_roster(session)
    return None if row is None else _summary(row)


def own_draft(session: Session, *, by: Account) -> Summary | None:
    """What a person has uploaded and not decided on."""
    row = next((one for one in get_rosters(session, status=DRAFT) if one.imported_by == by.name), None)
    return None if row is None else _summary(row)


def history(session: Session) -> tuple[Summary, ...]:
    """Rosters that could be in force, the one that is first."""
    rows = sorted(get_rosters(session, status=CONFIRMED), key=lambda one: _since(one), reverse=True)
    return tuple(_summary(row) for row in rows)


def shifts(session: Session, roster_id: int) -> tuple[Shift, ...]:
    """All shifts of a roster."""
    return to_shifts(get_shifts(session, roster_id))


def breaches(session: Session, roster: Summary, *, settings: Settings) -> tuple[Breach, ...]:
    """What of a roster breaks the rules of working time; kept while neither changes, for a roster may be long."""
    key = (settings.database_url, roster.id, working_time.configured(settings).rules, settings.board.timezone)
    if key not in _BREACHES:
        while len(_BREACHES) >= _MOST_REMEMBERED:
            _BREACHES.pop(next(iter(_BREACHES)))
        found = shifts(session, roster.id)
        _BREACHES[key] = breaches_of(found, knows_breaks=roster.knows_breaks, settings=settings)
    return _BREACHES[key]


def breaches_of(found: Sequence[Shift], *, knows_breaks: bool, settings: Settings) -> tuple[Breach, ...]:
    """The same of shifts at hand."""
    rules = working_time.configured(settings).rules
    return check(found, rules, zone=settings.zone, knows_breaks=knows_breaks)


def _figures(found: Sequence[Shift]) -> dict[str, Any]:
    """What is shown of a roster and asked of it on every page, kept so that not every page counts fifty thousand."""
    span = span_of(found)
    return {
        "shifts": len(found),
        "people": heads(found),
        "hours": work_hours(found),
        "first": span[0].isoformat() if span else None,
        "last": span[1].isoformat() if span else None,
        "last_start": max(one.start for one in found).isoformat() if found else None,
        "skills": sorted({name for one in found for name in one.skills}),
        "for_all": any(not one.skills for one in found),
        "on_call": any(one.duty == ON_CALL for one in found),
    }


def _summary(row: RosterRow) -> Summary:
    about: dict[str, Any] = dict(row.about)
    return Summary(
        id=row.id,
        file=row.file,
        zone=row.zone,
        at=_since(row),
        by=row.imported_by,
        shifts=int(about["shifts"]),
        people=int(about["people"]),
        first=_moment(about["first"]),
        last=_moment(about["last"]),
        last_start=_moment(about["last_start"]),
        hours=float(about["hours"]),
        skills=tuple(about["skills"]),
        for_all=bool(about["for_all"]),
        on_call=bool(about["on_call"]),
        problems=tuple(Problem.from_json(one) for one in about["problems"]),
        notes=tuple(Problem.from_json(one) for one in about["notes"]),
        more_problems=int(about["more"]),
        knows_breaks=bool(about["knows_breaks"]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _since(row: RosterRow) -> datetime:
    return row.confirmed_at or row.imported_at
