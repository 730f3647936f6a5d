"""What is open now, from events and as reported."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from connectors.records import Channel, QueueState
from connectors.storage.read import get_open_contacts, get_states
from connectors.storage.rows import OpenContactsRow, QueueStateRow
from tests.connectors.storage.store_samples import at, count, event, register, store

Sessions = sessionmaker[Session]
HOUR = 3600


@pytest.fixture(autouse=True)
def _registered(sessions: Sessions) -> None:
    register(sessions)


def test_open_contacts_are_counted_by_queue(sessions: Sessions) -> None:
    store(
        sessions,
        [
            event("a", 40),
            event("b", 20),
            event("c", 10, answered=15),
            event("d", 0, answered=5, ended=9),
            event("e", 0, queue="quiet", ended=5),
        ],
        [count(0, 900, 5, queue="counted")],
    )
    with sessions() as session:
        assert get_open_contacts(session, now=at(60)) == [
            OpenContactsRow("bank", waiting=2, oldest_arrived_at=at(20), in_service=1),
            OpenContactsRow("quiet", waiting=0, oldest_arrived_at=None, in_service=0),
        ]


def test_an_old_call_is_taken_for_lost_and_an_old_ticket_is_not(sessions: Sessions) -> None:
    store(
        sessions,
        [
            event("call", 0),
            event("chat", 0, queue="chat", channel=Channel.CHAT),
            event("ticket", 0, queue="desk", channel=Channel.TICKET),
        ],
    )
    with sessions() as session:
        rows = {row.queue: row.waiting for row in get_open_contacts(session, now=at(13 * HOUR))}
    assert rows == {"bank": 0, "chat": 0, "desk": 1}


_OPEN = (
    "SELECT COUNT(*) FROM queue LEFT JOIN contact_event ON contact_event.outcome < 2"
    " AND contact_event.queue_id = queue.id AND contact_event.arrived_at <= 9"
)


def test_open_contacts_are_found_by_the_partial_index(sessions: Sessions) -> None:
    with sessions() as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
        if not sqlite:  # a small table is rightly read whole
            session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.execute(text(f"EXPLAIN {'QUERY PLAN' if sqlite else ''} {_OPEN}"))
        assert any("ix_contact_event_open" in str(row) for row in plan)


def test_the_latest_state_of_a_queue_stands(sessions: Sessions) -> None:
    register(sessions, "acd")

    def state(seconds: float, waiting: int, queue: str = "bank") -> QueueState:
        return QueueState(queue, Channel.CALL, at(seconds), waiting, longest_wait_s=1.5, in_service=2, agents=3)

    assert store(sessions, states=[state(20, 5), state(10, 4)]).states == 1
    store(sessions, states=[state(5, 3), state(5, 9, "shop")])
    store(sessions, states=[state(15, 7)], source="acd")
    with sessions() as session:
        assert get_states(session) == [
            QueueStateRow("bank", at(20), 5, 1.5, 2, 3),
            QueueStateRow("shop", at(5), 9, 1.5, 2, 3),
        ]
