"""Queues and sources as configured."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session, sessionmaker

from connectors.records import Channel
from connectors.storage.read import get_queues, get_sources, get_watermark
from connectors.storage.rows import QueueRow
from connectors.storage.write import upsert_queues, upsert_sources
from tests.connectors.storage.store_samples import SOURCE, count, event, measures, register, store, volumes

Sessions = sessionmaker[Session]
BANK = QueueRow(key="bank", label="Bank", channel=Channel.CALL, holidays="DE-NW", resolve_within_s=3600)


@pytest.fixture(autouse=True)
def _registered(sessions: Sessions) -> None:
    register(sessions)


def test_a_queue_comes_back_as_it_was_put(sessions: Sessions) -> None:
    with sessions.begin() as session:
        upsert_queues(session, [BANK, replace(BANK, key="aa")])
        upsert_queues(session, [replace(BANK, label="Bank two")])
    with sessions() as session:
        assert get_queues(session) == [replace(BANK, key="aa"), replace(BANK, label="Bank two")]


def test_configuring_a_seen_queue_keeps_its_contacts(sessions: Sessions) -> None:
    store(sessions, [event("a")])
    with sessions.begin() as session:
        upsert_queues(session, [BANK])
        assert get_queues(session) == [BANK]
    assert measures(sessions, "bank", 0)["offered"] == 1


def test_a_changed_threshold_recounts_that_queue(sessions: Sessions) -> None:
    store(sessions, [event("a", answered=30, ended=40), event("b", queue="shop", answered=30, ended=40)])
    store(sessions, volumes=[count(1800, 1800, 7, queue="bank")])
    assert measures(sessions, "bank", 0)["answered_within"] == 0
    with sessions.begin() as session:
        upsert_queues(session, [replace(BANK, answer_within_s=30)])
    assert measures(sessions, "bank", 0)["answered_within"] == 1
    assert measures(sessions, "shop", 0)["answered_within"] == 0
    assert list(volumes(sessions)["offered"]) == [1, 3, 4, 1]


def test_registering_again_keeps_the_watermark(sessions: Sessions) -> None:
    store(sessions, watermark="here")
    with sessions.begin() as session:
        upsert_sources(session, [(SOURCE, "asterisk", "contract"), ("new", "csv", "live")])
    with sessions() as session:
        assert get_watermark(session, SOURCE) == "here"
        assert get_watermark(session, "new") is None
        assert [(s.name, s.kind, s.evidence) for s in get_sources(session)] == [
            (SOURCE, "asterisk", "contract"),
            ("new", "csv", "live"),
        ]
