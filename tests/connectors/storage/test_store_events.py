"""Contact events: what is known of a contact, and what it adds to its quarter-hour."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from connectors.errors import ConfigError
from connectors.records import Channel, RejectedRecord
from connectors.source import Batch
from connectors.storage.read import get_queues, get_rejected, get_sources, get_volumes, get_watermark
from connectors.storage.rows import IngestResult
from connectors.storage.write import apply_batch, lock_source, recount
from tests.connectors.storage.store_samples import SOURCE, at, event, measures, register, store, volumes

Sessions = sessionmaker[Session]


@pytest.fixture(autouse=True)
def _registered(sessions: Sessions) -> None:
    register(sessions)


def test_a_quarter_hour_sums_its_contacts(sessions: Sessions) -> None:
    store(
        sessions,
        [
            event("a", 0, answered=10, ended=100),
            event("b", 899, answered=950, ended=1000),
            event("c", 5, ended=65),
            event("d", 6, answered=26),
            event("e", 7),
        ],
    )
    assert measures(sessions, "bank", 0) == {
        "offered": 5,
        "answered": 3,
        "abandoned": 1,
        "answered_within": 2,
        "wait_s_sum": 10 + 51 + 60 + 20,
        "answered_wait_s_sum": 10 + 51 + 20,
        "handle_s_sum": 90 + 50,
        "handled": 2,
    }


def test_a_repeated_batch_changes_nothing(sessions: Sessions) -> None:
    batch = [event("a", 0, answered=10, ended=100), event("b", 5, queue="shop", ended=30), event("c", 8)]
    assert store(sessions, batch) == IngestResult(events_new=3)
    before = volumes(sessions)
    assert store(sessions, batch) == IngestResult()
    assert volumes(sessions).equals(before)


def test_a_contact_is_followed_from_waiting_to_answered(sessions: Sessions) -> None:
    assert store(sessions, [event("a")]).events_new == 1
    assert measures(sessions, "bank", 0)["answered"] == 0
    assert store(sessions, [event("a", answered=5)]) == IngestResult(events_changed=1)
    assert measures(sessions, "bank", 0)["answered_within"] == 1
    store(sessions, [event("a", answered=5, ended=65)])
    row = measures(sessions, "bank", 0)
    assert (row["offered"], row["handled"], row["handle_s_sum"]) == (1, 1, 60)


@pytest.mark.parametrize("same_batch", [True, False])
def test_an_earlier_state_arriving_late_does_not_undo_a_final_outcome(sessions: Sessions, same_batch: bool) -> None:
    final, *late = [event("a", answered=5, ended=65), event("a"), event("a", answered=5)]
    for batch in [[final, *late]] if same_batch else [[final], late]:
        store(sessions, batch)
    assert measures(sessions, "bank", 0)["handled"] == 1


def test_a_later_final_report_corrects_an_earlier_one(sessions: Sessions) -> None:
    store(sessions, [event("a", 0, answered=5, ended=65)])
    assert store(sessions, [event("a", 1000, queue="shop", ended=1040)]) == IngestResult(events_changed=1)
    frame = volumes(sessions)
    assert list(frame["queue"]) == ["shop"], "the emptied quarter-hour disappears"
    row = measures(sessions, "shop", 900)
    assert (row["offered"], row["answered"], row["abandoned"], row["wait_s_sum"]) == (1, 0, 1, 40)


def test_the_last_of_duplicates_in_a_batch_counts(sessions: Sessions) -> None:
    result = store(sessions, [event("a", ended=10), event("b"), event("a", answered=20, ended=30)])
    assert result == IngestResult(events_new=2)
    assert measures(sessions, "bank", 0)["handled"] == 1


def test_a_caller_once_known_stays_known(sessions: Sessions) -> None:
    store(sessions, [event("a", caller="hash"), event("a", answered=1)])
    store(sessions, [event("a", answered=1, ended=2)])
    with sessions() as session:
        assert session.execute(text("SELECT caller FROM contact_event")).scalars().all() == ["hash"]


def test_two_sources_may_use_the_same_id(sessions: Sessions) -> None:
    register(sessions, "other")
    store(sessions, [event("a")])
    assert store(sessions, [event("a")], source="other").events_new == 1
    assert measures(sessions, "bank", 0)["offered"] == 2


def test_a_long_threshold_does_not_overflow(sessions: Sessions) -> None:
    store(sessions, [event("a", answered=5_000, ended=6_000)])
    with sessions.begin() as session:
        session.execute(text("UPDATE queue SET answer_within_s = 2592000"))
    store(sessions, [event("b", answered=5_000, ended=6_000)])
    assert measures(sessions, "bank", 0)["answered_within"] == 1


def test_ids_with_the_characters_of_the_copy_format_survive(sessions: Sessions) -> None:
    odd = ["tab\tid", "back\\slash", "line\nid", "\\N", "quo'te\"", "ümläut"]
    assert store(sessions, [event(name) for name in odd]).events_new == len(odd)
    assert store(sessions, [event(name) for name in odd]) == IngestResult()


def test_a_queue_seen_first_is_created_unconfigured(sessions: Sessions) -> None:
    store(sessions, [event("a", queue="new", channel=Channel.CHAT)])
    with sessions() as session:
        (queue,) = get_queues(session)
    assert (queue.key, queue.label, queue.channel, queue.configured) == ("new", "new", "chat", False)


def test_records_and_watermark_come_and_go_together(sessions: Sessions) -> None:
    store(sessions, [event("a")], watermark="first")
    batch = Batch(watermark="second", events=[event("b"), event("a", ended=5)])
    session = sessions()
    apply_batch(session, batch, source=SOURCE, now=at(100))
    session.rollback()
    session.close()
    with sessions() as session:
        assert get_watermark(session, SOURCE) == "first"
        assert list(get_volumes(session, start=at(0), end=at(900))["offered"]) == [1]
        assert session.execute(text("SELECT COUNT(*) FROM contact_event")).scalar_one() == 1


def test_two_batches_may_share_a_transaction(sessions: Sessions) -> None:
    with sessions.begin() as session:
        apply_batch(session, Batch("1", [event("a"), event("b")]), source=SOURCE, now=at(10))
        second = apply_batch(session, Batch("2", [event("a", ended=3), event("c")]), source=SOURCE, now=at(10))
    assert second == IngestResult(events_new=1, events_changed=1)
    assert measures(sessions, "bank", 0)["offered"] == 3


def test_the_last_record_is_noted_but_never_in_the_future(sessions: Sessions) -> None:
    store(sessions, [event("a", 50)])
    store(sessions, [event("b", 20)])
    with sessions() as session:
        assert get_sources(session)[0].last_record_at == at(50)
    store(sessions, [event("c", 200_000)])
    with sessions() as session:
        assert get_sources(session)[0].last_record_at == at(86_400)


def test_rejected_records_are_kept_once(sessions: Sessions) -> None:
    bad = [RejectedRecord("f.csv:3", "no time", "x\x00\ud800"), RejectedRecord("f.csv:4", "ungültig" * 999)]
    assert store(sessions, rejected=bad).rejected == 2
    assert store(sessions, rejected=[*bad, *bad]).rejected == 0
    with sessions() as session:
        rows = get_rejected(session, source=SOURCE)
        assert [(row.location, row.raw) for row in rows] == [("f.csv:4", ""), ("f.csv:3", "x\ufffd?")]
        assert get_rejected(session, source="other") == []
        assert get_sources(session)[0].rejected == 2


def test_an_unregistered_source_is_refused(sessions: Sessions) -> None:
    with pytest.raises(ConfigError, match="nobody"):
        store(sessions, [event("a")], source="nobody")
    assert volumes(sessions).empty


def test_a_locked_source_tells_its_watermark(sessions: Sessions) -> None:
    store(sessions, watermark="here")
    with sessions.begin() as session:
        assert lock_source(session, SOURCE) == "here"
        assert lock_source(session, "nobody") is None


def test_writers_of_one_source_wait_for_each_other(sessions: Sessions) -> None:
    batch = [event(str(k), 30 * k, answered=30 * k + 5, ended=30 * k + 9) for k in range(100)]
    together = Barrier(4)

    def write(_: int) -> IngestResult:
        together.wait()
        return store(sessions, batch)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(write, range(4)))
    assert sum(result.events_new for result in results) == len(batch)
    assert volumes(sessions)["offered"].sum() == len(batch)
    with sessions.begin() as session:
        assert recount(session) == 0
