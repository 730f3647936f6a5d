"""Leases of sources: one holder at a time, on the database's own clock."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.read import get_leases
from connectors.storage.write import (
    holds_lease,
    release_lease,
    renew_lease,
    store_clock,
    take_lease,
    upsert_sources,
)


@pytest.fixture
def store(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    with sessions.begin() as session:
        upsert_sources(session, [("pbx", "table", "live"), ("desk", "table", "live")])
    return sessions


def _take(store: sessionmaker[Session], holder: str, *, ttl_s: float = 60.0, source: str = "pbx") -> bool:
    with store.begin() as session:
        return take_lease(session, source, holder=holder, ttl_s=ttl_s)


def _holds(store: sessionmaker[Session], holder: str) -> bool:
    with store() as session:
        return holds_lease(session, "pbx", holder=holder)


def test_one_holder_at_a_time_for_each_source(store: sessionmaker[Session]) -> None:
    assert _take(store, "one")
    assert not _take(store, "two")
    assert _take(store, "two", source="desk")
    assert _holds(store, "one")
    assert not _holds(store, "two")


def test_who_holds_it_may_take_it_again(store: sessionmaker[Session]) -> None:
    assert _take(store, "one")
    assert _take(store, "one")


def test_one_that_has_run_out_is_free_and_cannot_be_renewed_once_taken(store: sessionmaker[Session]) -> None:
    assert _take(store, "one", ttl_s=0.0)
    assert not _holds(store, "one")
    assert _take(store, "two")
    with store.begin() as session:
        assert not renew_lease(session, "pbx", holder="one", ttl_s=60)
        assert renew_lease(session, "pbx", holder="two", ttl_s=60)


def test_given_back_it_is_free_at_once_but_only_by_its_holder(store: sessionmaker[Session]) -> None:
    assert _take(store, "one")
    with store.begin() as session:
        release_lease(session, "pbx", holder="two")
    assert not _take(store, "two")
    with store.begin() as session:
        release_lease(session, "pbx", holder="one")
    assert _take(store, "two")


def test_it_can_be_seen_until_when_it_is_held(store: sessionmaker[Session]) -> None:
    _take(store, "one", ttl_s=60)
    with store() as session:
        left = get_leases(session)["pbx"] - store_clock(session)
        assert get_leases(session).keys() == {"pbx"}
    assert 0 < left.total_seconds() <= 60
