"""Rosters in the store: drafts, the one in force, the one before, and what is let go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.read import get_roster, get_rosters, get_shifts
from connectors.storage.roster_rows import DRAFT, ShiftRow
from connectors.storage.schema import roster_shift
from connectors.storage.write import add_roster, confirm_roster, drop_roster, thin_rosters, withdraw_roster
from tests.connectors.storage.store_samples import at

Sessions = sessionmaker[Session]


def shift(number: int, hour: float, *, lasts_h: float = 8.0, person: str = "Ann") -> ShiftRow:
    start = at(3600 * hour)
    breaks = ((14_400, 16_200),)
    return ShiftRow(
        number, person, 1, ("login", "billing"), "work", start, start + timedelta(hours=lasts_h), breaks, 60.0
    )


def _add(sessions: Sessions, *rows: ShiftRow, by: str = "mira", second: float = 0) -> int:
    with sessions.begin() as session:
        return add_roster(session, rows, file="a.csv", zone="UTC", by=by, now=at(second), about={"n": 1})


def _confirm(sessions: Sessions, roster: int, second: float) -> bool:
    with sessions.begin() as session:
        return confirm_roster(session, roster, now=at(second))


def test_shifts_come_back_as_they_went_in_and_by_time(sessions: Sessions) -> None:
    rows = (shift(2, 0), shift(3, 20), shift(5, 40, person="Bo"))
    roster = _add(sessions, *rows)
    with sessions() as session:
        assert get_shifts(session, roster) == list(rows)
        assert get_shifts(session, roster, start=at(8 * 3600), end=at(30 * 3600)) == [rows[1]]
        (row,) = get_rosters(session, status=DRAFT)
        assert (row.file, row.about, row.confirmed_at) == ("a.csv", {"n": 1}, None)
        assert get_roster(session) is None


def test_a_draft_replaces_the_same_persons_earlier_one_only(sessions: Sessions) -> None:
    first, other = _add(sessions, shift(1, 0)), _add(sessions, shift(1, 0), by="jan")
    second = _add(sessions, shift(1, 5))
    with sessions() as session:
        assert {row.id for row in get_rosters(session)} == {other, second}
        assert get_shifts(session, first) == []


def test_in_force_is_what_was_confirmed_last_and_taking_it_back_gives_the_one_before(sessions: Sessions) -> None:
    old, new = _add(sessions, shift(1, 0)), _add(sessions, shift(1, 0), by="jan")
    assert _confirm(sessions, new, 10)
    assert _confirm(sessions, old, 20)
    assert not _confirm(sessions, old, 30)
    with sessions.begin() as session:
        assert (found := get_roster(session)) is not None
        assert found.id == old
        assert withdraw_roster(session, old)
        assert not withdraw_roster(session, old)
        assert (found := get_roster(session)) is not None
        assert found.id == new


def test_only_the_latest_few_are_kept_with_their_shifts(sessions: Sessions) -> None:
    for second in range(4):
        _confirm(sessions, _add(sessions, shift(1, second), second=second), second)
    with sessions.begin() as session:
        thin_rosters(session, keep=2)
        assert len(get_rosters(session)) == 2
        assert session.execute(select(func.count()).select_from(roster_shift)).scalar_one() == 2
        drop_roster(session, get_rosters(session)[0].id)
        assert len(get_rosters(session)) == 1


def test_a_shift_that_ends_before_it_starts_is_refused_by_the_store_too(sessions: Sessions) -> None:
    with pytest.raises(IntegrityError):
        _add(sessions, shift(1, 0, lasts_h=-1))
