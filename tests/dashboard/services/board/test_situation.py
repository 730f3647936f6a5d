from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connectors.records import Outcome
from connectors.storage.write import upsert_queues
from dashboard.domain.board import QueueNow, SituationView
from dashboard.services.board import queue_now, situation
from dashboard.services.ordinary import ordinary_day
from dashboard.services.sources.source_setup import queue_rows
from dashboard.services.surge import surge_outlook
from tests.dashboard.seeded_centre import QUARTER, Centre, call, counts, make_centre, make_ordinary, quarters, state


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_centre(tmp_path)


@pytest.fixture
def ordinary(tmp_path: Path) -> Centre:
    return make_ordinary(tmp_path)


def _view(centre: Centre) -> SituationView:
    with centre.session() as session:
        return situation.view(session, settings=centre.settings, clock=centre.clock)


def _queue(view: SituationView, key: str) -> QueueNow:
    return next(queue for queue in view.queues if queue.key == key)


def _calls(
    centre: Centre, n: int, *, outcome: Outcome = Outcome.ANSWERED, first: int = 0, wait_s: float = 10.0
) -> None:
    """Calls to the login queue, spread over the ten minutes since 10:30."""
    start = centre.now - timedelta(minutes=10)
    spread = timedelta(minutes=10) / max(n, 1)
    centre.store("pbx", events=[call(first + i, start + i * spread, outcome=outcome, wait_s=wait_s) for i in range(n)])


def test_an_empty_store_knows_nothing_and_says_so(centre: Centre) -> None:
    view = _view(centre)
    for figure in (view.times_normal, view.waiting, view.longest_wait_s, view.service_level, view.abandonment):
        assert figure.value is None
        assert figure.stale
    assert len(view.queues) == 3
    assert all(fan.observed == () and fan.running is None and fan.ahead == () for fan in view.fans)
    assert _queue(view, "login").offered.value is None


def test_no_queue_at_all_is_an_empty_board(tmp_path: Path) -> None:
    centre = make_centre(tmp_path)
    from sqlalchemy import text

    with centre.sessions.begin() as session:
        session.execute(text("DELETE FROM queue"))
    view = _view(centre)
    assert (view.queues, view.fans, view.waiting.value) == ((), (), None)


def test_an_ordinary_morning(ordinary: Centre) -> None:
    _calls(ordinary, 13)
    ordinary.store("pbx", volumes=counts("billing", [ordinary.clock() - timedelta(minutes=10)], offered=27))
    ordinary.pulled()
    view = _view(ordinary)
    login = _queue(view, "login")
    assert login.is_open
    assert login.offered.value == 80
    assert login.offered.target == pytest.approx(80)
    assert login.times_normal.value == pytest.approx((20 + 13) / (20 + 20 * 10 / 15))
    assert login.times_normal.state == "ok"
    assert login.aht_s.value == pytest.approx(300, rel=0.1)
    assert view.times_normal.value == pytest.approx((60 + 8 + 40) / (68 + 68 * 10 / 15), rel=0.01)
    assert view.times_normal.as_of == ordinary.clock()
    assert not view.times_normal.stale


def test_channels_are_the_sum_of_their_queues_and_only_closed_intervals_are_observed(ordinary: Centre) -> None:
    _calls(ordinary, 13)
    view = _view(ordinary)
    fan = next(fan for fan in view.fans if fan.channel == "call")
    of_queues = [_queue(view, key).history for key in ("billing", "login")]
    for point in fan.observed[-24:]:
        parts = [p.value for history in of_queues for p in history if p.at == point.at]
        assert point.value == sum(parts)
    assert fan.observed[-1].at == ordinary.clock().replace(minute=15)
    assert fan.running is not None
    assert (fan.running.at, fan.running.value) == (ordinary.clock().replace(minute=30), 13)
    assert fan.ahead[0].at == fan.running.at
    assert fan.normal[0].at == fan.observed[0].at


def test_the_shares_count_decided_contacts_and_the_whole_is_weighted(ordinary: Centre) -> None:
    _calls(ordinary, 6)
    _calls(ordinary, 2, outcome=Outcome.ABANDONED, first=100, wait_s=40)
    _calls(ordinary, 5, outcome=Outcome.WAITING, first=200)
    view = _view(ordinary)
    login = _queue(view, "login")
    # 60 of the closed intervals have counts without waits, so the share answered in time is not known over the hour.
    assert login.service_level.value is None
    assert login.abandonment.value == pytest.approx(2 / (60 + 8))
    assert view.abandonment.value == pytest.approx(2 / (60 + 8 + 120))
    assert login.waiting.value == 5
    assert login.longest_wait_s.value == 600
    assert login.longest_wait_s.state == "act"


def test_service_level_of_events(centre: Centre) -> None:
    _calls(centre, 6, wait_s=10)
    _calls(centre, 3, first=100, wait_s=60)
    _calls(centre, 1, first=200, outcome=Outcome.ABANDONED, wait_s=30)
    _calls(centre, 4, first=300, outcome=Outcome.WAITING)
    view = _view(centre)
    assert _queue(view, "login").service_level.value == pytest.approx(0.6)
    assert view.service_level.value == pytest.approx(0.6)
    assert view.service_level.target == pytest.approx(0.8)
    assert view.service_level.state == "watch"
    assert view.waiting.value == 4


def test_an_outage_is_many_times_normal_and_asks_for_a_hand(ordinary: Centre) -> None:
    _calls(ordinary, 160)
    view = _view(ordinary)
    assert _queue(view, "login").times_normal.state == "act"
    assert view.queues[0].key == "login"  # what needs a hand comes first


def test_a_reported_state_counts_and_a_stale_one_is_only_used_where_nothing_else_is_known(ordinary: Centre) -> None:
    ordinary.store("pbx", states=[state("billing", ordinary.now, waiting=7, longest_wait_s=95)])
    _calls(ordinary, 3, outcome=Outcome.WAITING)
    ordinary.store("pbx", states=[state("login", ordinary.now - timedelta(minutes=30), waiting=99)])
    view = _view(ordinary)
    assert (_queue(view, "billing").waiting.value, _queue(view, "billing").longest_wait_s.value) == (7, 95)
    assert _queue(view, "login").waiting.value == 3
    assert _queue(view, "forms").waiting.value is None  # counts alone do not tell who waits
    assert view.waiting.value == 10


def test_a_source_that_fails_greys_its_queues_and_no_others(ordinary: Centre) -> None:
    _calls(ordinary, 13)
    ordinary.now += timedelta(minutes=5)
    ordinary.pulled("desk")
    view = _view(ordinary)
    login, forms = _queue(view, "login"), _queue(view, "forms")
    assert login.offered.stale
    assert login.offered.as_of == ordinary.clock() - timedelta(minutes=5)
    assert not forms.offered.stale
    assert [fan.stale for fan in view.fans] == [True, False]
    assert view.waiting.stale
    # Its last known hour ends where it was last read, so nobody mistakes the gap for calm.
    assert login.offered.value == 80


def test_a_queue_that_falls_silent_although_its_source_is_read(ordinary: Centre) -> None:
    ordinary.now += timedelta(minutes=40)
    ordinary.pulled()
    view = _view(ordinary)
    assert _queue(view, "billing").offered.stale
    assert _queue(view, "billing").offered.as_of == ordinary.clock().replace(hour=9, minute=30)


def test_silence_at_night_is_no_fault(ordinary: Centre) -> None:
    ordinary.store(
        "pbx",
        volumes=[row for q in ("billing", "login") for row in counts(q, quarters(ordinary.now, _at(ordinary, 20)))],
    )
    ordinary.now = _at(ordinary, 23)
    ordinary.pulled()
    view = _view(ordinary)
    assert not _queue(view, "billing").offered.stale
    assert not _queue(view, "billing").is_open
    assert _queue(view, "billing").times_normal.value is None


def _at(centre: Centre, hour: int):  # type: ignore[no-untyped-def]
    return centre.now.replace(hour=hour, minute=0)


def test_a_queue_without_history_shows_its_counts_and_no_normal(ordinary: Centre) -> None:
    added = queue_rows(ordinary.settings)[0]
    with ordinary.sessions.begin() as session:
        upsert_queues(session, [type(added)(key="new", label="New", channel="chat", timezone="Europe/Berlin")])
    _calls(ordinary, 2)
    ordinary.store("pbx", events=[_chat(ordinary)])
    chat = _queue(_view(ordinary), "new")
    assert chat.times_normal.value is None
    assert chat.offered.target is None
    assert chat.agents_required.value is None


def _chat(centre: Centre):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    from connectors.records import Channel

    return replace(call(900, centre.now - timedelta(minutes=30)), queue="new", channel=Channel.CHAT)


def test_the_backlog_is_compared_with_what_it_was(ordinary: Centre) -> None:
    _calls(ordinary, 4, outcome=Outcome.WAITING)
    with ordinary.sessions.begin() as session:
        queue_now.sample(session, settings=ordinary.settings, clock=ordinary.clock)
    ordinary.now += timedelta(minutes=6)
    _calls(ordinary, 10, outcome=Outcome.WAITING, first=500)
    login = _queue(_view(ordinary), "login")
    assert login.waiting.value == 14
    assert login.change_per_h.value == pytest.approx(100)
    assert login.work_queued_h.value == pytest.approx(14 * 300 / 3600, rel=0.05)


def test_shortly_after_midnight_the_last_hour_still_knows_what_was_normal(ordinary: Centre) -> None:
    settings = ordinary.settings.model_copy(
        update={"queues": {k: q.model_copy(update={"opening": "always"}) for k, q in ordinary.settings.queues.items()}}
    )
    ordinary.settings = settings
    with ordinary.sessions.begin() as session:
        upsert_queues(session, queue_rows(settings))
    ordinary_day.refresh(ordinary.sessions, settings=settings, clock=ordinary.clock)
    ordinary.now = ordinary.now.replace(hour=0, minute=20) + timedelta(days=1)
    ordinary.pulled()
    ordinary_day.refresh(ordinary.sessions, settings=settings, clock=ordinary.clock)
    assert _queue(_view(ordinary), "forms").offered.target is not None


def test_the_fan_of_an_outage_is_normal_plus_surge_and_its_incident_says_on_what_it_rests(ordinary: Centre) -> None:
    ordinary.open_incident(queues=("login",))
    _calls(ordinary, 160)
    with ordinary.sessions.begin() as session:
        assert surge_outlook.refresh(session, settings=ordinary.settings, clock=ordinary.clock) == 1
    view = _view(ordinary)
    fan = next(fan for fan in view.fans if fan.channel == "call")
    normal = {point.at: point.value for point in fan.normal}
    assert fan.ahead[1].p50 > normal[fan.ahead[1].at] + 50
    assert fan.ahead[1].p10 < fan.ahead[1].p50 < fan.ahead[1].p90
    assert fan.peak is not None
    assert fan.normal_again_at is not None
    assert fan.normal_again_at[0] < fan.normal_again_at[1]
    assert "surge_scaling" in fan.model  # forty minutes with twice the normal calls are little beside past surges
    (strip,) = view.incidents
    assert strip.basis is not None
    assert 0 < strip.basis.share_prior < 1
    assert strip.basis.observed > 100
    assert strip.basis.expected_total.p10 < strip.basis.expected_total.p90
    share = next(one for one in strip.basis.assumptions if one.key == "contact_share")
    assert not share.changed
    required = _queue(view, "login").agents_required
    assert required.value is not None
    assert required.value > _queue(view, "billing").agents_required.value  # type: ignore[operator]


def test_the_chart_reaches_into_the_next_day_when_little_is_left_of_this_one(ordinary: Centre) -> None:
    assert _view(ordinary).fans[0].ahead[-1].at == ordinary.clock().replace(hour=22, minute=45)
    ordinary.now = _at(ordinary, 19)
    assert _view(ordinary).fans[0].ahead[-1].at == ordinary.clock().replace(hour=22, minute=45) + timedelta(days=1)


def test_a_day_of_23_hours_has_92_points(ordinary: Centre) -> None:
    ordinary.now = ordinary.now.replace(month=3, day=29, hour=11, minute=0)
    ordinary_day.refresh(ordinary.sessions, settings=ordinary.settings, clock=ordinary.clock)
    fan = _view(ordinary).fans[0]
    assert len(fan.normal) == 92
    assert fan.normal[-1].at - fan.normal[0].at == 91 * QUARTER
