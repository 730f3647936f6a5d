"""Shifts between the store and the domain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta

from connectors.storage.roster_rows import ShiftRow
from dashboard.domain.roster import Shift

_SECOND = timedelta(seconds=1)


def to_rows(shifts: Iterable[Shift]) -> list[ShiftRow]:
    """As the store keeps them: breaks in seconds since the start."""
    return [
        ShiftRow(
            number=one.number,
            person=one.person,
            people=one.people,
            skills=one.skills,
            duty=one.duty,
            start_at=one.start,
            end_at=one.end,
            breaks=tuple(((first - one.start) // _SECOND, (last - one.start) // _SECOND) for first, last in one.breaks),
            break_s=one.loose_break.total_seconds(),
        )
        for one in shifts
    ]


def to_shifts(rows: Iterable[ShiftRow]) -> tuple[Shift, ...]:
    """As the rules look at them; times in UTC, so that their differences are true over a change of clocks."""
    return tuple(_shift(one) for one in rows)


def _shift(row: ShiftRow) -> Shift:
    start = row.start_at.astimezone(UTC)
    return Shift(
        number=row.number,
        person=row.person,
        people=row.people,
        skills=row.skills,
        start=start,
        end=row.end_at.astimezone(UTC),
        breaks=tuple((start + first * _SECOND, start + last * _SECOND) for first, last in row.breaks),
        loose_break=timedelta(seconds=row.break_s),
        duty=row.duty,
    )
