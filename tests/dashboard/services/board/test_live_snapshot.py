from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.services.board import live_snapshot
from tests.dashboard.seeded_centre import Centre, make_centre


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_centre(tmp_path)


def _publish(centre: Centre, **content: object) -> bool:
    with centre.sessions.begin() as session:
        return live_snapshot.publish(session, live_snapshot.encode("situation.de", content, now=centre.clock()))


def test_only_a_change_is_written(centre: Centre) -> None:
    assert _publish(centre, texts={"waiting": "12"}, now=1.0)
    centre.now += timedelta(seconds=5)
    assert not _publish(centre, texts={"waiting": "12"}, now=6.0)
    with centre.session() as session:
        row = live_snapshot.current(session, "situation", "de")
    assert row is not None
    assert row.made_at == centre.clock() - timedelta(seconds=5)
    assert _publish(centre, texts={"waiting": "13"}, now=6.0)


def test_what_is_stored_is_what_was_drawn(centre: Centre) -> None:
    _publish(centre, texts={"b": "ß", "a": "1"}, figures={})
    with centre.session() as session:
        row = live_snapshot.current(session, "situation", "de")
        assert live_snapshot.current(session, "situation", "en") is None
    assert row is not None
    content = live_snapshot.decode(row)
    assert content["texts"] == {"b": "ß", "a": "1"}
    assert content["now"] == centre.clock().timestamp()


def test_the_etag_does_not_depend_on_the_order_of_keys(centre: Centre) -> None:
    one = live_snapshot.encode("x", {"texts": {"a": "1", "b": "2"}}, now=centre.clock())
    other = live_snapshot.encode("x", {"texts": {"b": "2", "a": "1"}}, now=centre.clock())
    assert one.etag == other.etag
    assert one.body == other.body


def test_the_heartbeat(centre: Centre) -> None:
    with centre.sessions.begin() as session:
        assert live_snapshot.last_beat(session) is None
        live_snapshot.beat(session, centre.clock())
        assert live_snapshot.last_beat(session) == centre.clock()
