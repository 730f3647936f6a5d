"""What is done about an incident: entries that are only ever added to."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError
from connectors.storage.read import get_actions
from connectors.storage.rows import ActionRow
from connectors.storage.schema import incident_action
from connectors.storage.write import add_action, add_incident, end_action
from tests.connectors.storage.store_samples import at

Sessions = sessionmaker[Session]
TERMS = {"lead_s": 900.0, "effect": [0.05, 0.15, 0.3]}


def _done(sessions: Sessions, **more: object) -> tuple[int, int]:
    with sessions.begin() as session:
        incident = add_incident(session, {"title": "Login down"}, by="mira", now=at(0))
        known = {"kind": "lever", "lever": "sms", "terms": TERMS, "by": "mira", "now": at(60)}
        return incident, add_action(session, incident, **(known | more))  # type: ignore[arg-type]


def _end(sessions: Sessions, action: int, entry: str, second: float) -> bool:
    with sessions.begin() as session:
        return end_action(session, action, entry=entry, by="jan", now=at(second))  # type: ignore[arg-type]


def test_an_action_comes_back_with_what_was_noted_of_it_later(sessions: Sessions) -> None:
    incident, action = _done(sessions)
    plain = ActionRow(action, incident, "lever", "sms", "", TERMS, at(60), "mira")
    with sessions() as session:
        assert get_actions(session, incidents=[incident]) == [plain]
        assert plain.is_on
    assert _end(sessions, action, "ended", 90)
    assert _end(sessions, action, "undone", 120)
    with sessions() as session:
        (row,) = get_actions(session, action=action)
        assert (row.ended_at, row.ended_by, row.undone_at, row.undone_by) == (at(90), "jan", at(120), "jan")
        assert not row.is_on
        assert session.execute(select(func.count()).select_from(incident_action)).scalar_one() == 3


def test_the_same_is_noted_once(sessions: Sessions) -> None:
    _, action = _done(sessions)
    assert _end(sessions, action, "undone", 90)
    assert not _end(sessions, action, "undone", 91)
    assert not _end(sessions, 9999, "undone", 91)
    with sessions() as session:
        assert get_actions(session)[0].undone_at == at(90)


def test_an_end_is_no_action_and_cannot_be_undone(sessions: Sessions) -> None:
    _, action = _done(sessions)
    _end(sessions, action, "ended", 90)
    with sessions() as session:
        last = session.execute(select(func.max(incident_action.c.id))).scalar_one()
    assert not _end(sessions, last, "undone", 95)


def test_they_are_found_by_incident_and_by_lever_in_the_order_of_time(sessions: Sessions) -> None:
    first, _ = _done(sessions, now=at(100))
    second, _ = _done(sessions, now=at(50))
    with sessions.begin() as session:
        add_action(session, second, kind="note", text="Called the vendor", by="mira", now=at(70))
    with sessions() as session:
        assert [(row.incident_id, row.kind) for row in get_actions(session)] == [
            (second, "lever"),
            (second, "note"),
            (first, "lever"),
        ]
        assert [row.at for row in get_actions(session, incidents=[first])] == [at(100)]
        assert [row.at for row in get_actions(session, lever="sms")] == [at(50), at(100)]
        assert get_actions(session, incidents=[]) == []


def test_an_unknown_incident_or_kind_is_refused(sessions: Sessions) -> None:
    with sessions() as session, pytest.raises(ConfigError, match="99"):
        add_action(session, 99, kind="note", by="mira", now=at(0))
    with pytest.raises(IntegrityError):
        _done(sessions, kind="wish")
