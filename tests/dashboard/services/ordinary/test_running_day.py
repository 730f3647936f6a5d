"""The rest of the day, forecast anew as it passes, and the watch on its contacts, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from connectors.records import IntervalVolume
from connectors.storage.read import get_forecast, get_signals
from connectors.storage.rows import ForecastRow, SignalRow
from dashboard.domain.board import WatchView
from dashboard.domain.people import Role
from dashboard.jobs.today import TodayWatch
from dashboard.services.accounts import Account
from dashboard.services.board import situation
from dashboard.services.board.channel_fan import fans
from dashboard.services.incidents import incident_desk, incident_proposals
from dashboard.services.incidents.incident_form import Desk
from dashboard.services.ordinary import onset_watch, ordinary_day
from dashboard.services.ordinary.accuracy import Accuracy
from dashboard.services.ordinary.running_day import Memories, todays
from dashboard.services.readings import board_data
from tests.dashboard.seeded_centre import BERLIN, CHANNELS, NORMAL, Centre, make_centre, quarters

MIDNIGHT = datetime(2026, 3, 3, tzinfo=BERLIN)


def volumes(queue: str, times: list[datetime], level: float, rng: np.random.Generator) -> Iterator[IntervalVolume]:
    for at in times:
        n = int(rng.poisson(NORMAL[queue] * level))
        yield IntervalVolume(queue, CHANNELS[queue], at, 900, n, answered=n, abandoned=0, aht_s=300.0)


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    """Nine weeks of days that are busy or quiet as a whole, forecast for this Tuesday; nothing of it is counted yet."""
    made = make_centre(tmp_path)
    rng = np.random.default_rng(5)
    made.now = MIDNIGHT + timedelta(minutes=5)
    for source, block in made.settings.sources.items():
        rows = [
            row
            for queue in block.queues.values()
            for back in range(63, 0, -1)
            for row in volumes(
                queue,
                quarters(MIDNIGHT - timedelta(days=back), MIDNIGHT - timedelta(days=back - 1)),
                float(np.exp(np.random.default_rng(back).normal(0, 0.2))),
                rng,
            )
        ]
        made.store(source, volumes=rows)
    ordinary_day.refresh(made.sessions, settings=made.settings, clock=made.clock)
    return made


def until(centre: Centre, hour: int, minute: int = 0, *, levels: dict[str, float], start: int = 8) -> None:
    """Count the day from `start` up to a time, which becomes now; queues not named are as usual."""
    centre.now = MIDNIGHT.replace(hour=hour, minute=minute) + timedelta(seconds=5)
    rng = np.random.default_rng(hour * 60 + minute)
    times = quarters(MIDNIGHT.replace(hour=start), centre.now - timedelta(seconds=5))
    for source, block in centre.settings.sources.items():
        rows = [row for queue in block.queues.values() for row in volumes(queue, times, levels.get(queue, 1.0), rng)]
        centre.store(source, volumes=rows)


def look(centre: Centre, watch: TodayWatch | None = None) -> int:
    with centre.sessions.begin() as session:
        return (watch or TodayWatch()).look(session, settings=centre.settings, clock=centre.clock)


def update_of(centre: Centre, queue: str) -> ForecastRow | None:
    with centre.session() as session:
        return get_forecast(session, queue, kind="intraday")


def signals(centre: Centre) -> list[SignalRow]:
    with centre.session() as session:
        return get_signals(session, since=centre.clock() - timedelta(days=1))


def said(centre: Centre) -> WatchView:
    with centre.session() as session:
        view = onset_watch.current(session)
    assert view is not None
    return view


def test_a_busy_morning_raises_the_rest_of_the_day_and_leaves_what_is_normal(centre: Centre) -> None:
    until(centre, 11, levels={"billing": 1.35})
    assert look(centre) == 3
    update = update_of(centre, "billing")
    assert update is not None
    assert update.basis["updated"] is True
    assert update.points[0].interval_start.astimezone(BERLIN).hour == 11
    open_points = [point for point in update.points if point.mean > 0]
    assert len(open_points) == 9 * 4  # to 20:00
    assert 1.15 < np.mean([point.mean for point in open_points]) / NORMAL["billing"] < 1.5
    with centre.session() as session:
        baseline = get_forecast(session, "billing", kind="baseline")
        data = board_data.load(session, settings=centre.settings, clock=centre.clock)
    assert baseline is not None
    assert baseline.made_at < update.made_at
    queue = next(one for one in data.queues if one.row.key == "billing")
    at = centre.now.replace(hour=14, minute=0, second=0)
    assert queue.normal is not None
    assert queue.ordinary is not None
    normal, ordinary = queue.normal.mean_at(at), queue.ordinary.mean_at(at)
    assert ordinary == next(p.mean for p in update.points if p.interval_start == at)
    assert normal is not None
    assert (ordinary or 0) / normal > 1.1


def test_the_fan_shows_the_update_ahead_and_the_morning_as_normal(centre: Centre) -> None:
    until(centre, 11, levels={"billing": 1.35, "login": 1.35})
    look(centre)
    with centre.session() as session:
        data = board_data.load(session, settings=centre.settings, clock=centre.clock)
    call = next(fan for fan in fans(data, Accuracy()) if fan.channel == "call")
    at = centre.now.replace(hour=14, minute=0, second=0)
    ahead = next(point for point in call.ahead if point.at == at)
    normal = next(point for point in call.normal if point.at == at)
    assert ahead.p50 > 1.1 * normal.value
    assert call.made_at == centre.clock()


def test_an_update_is_made_once_for_each_interval_that_is_over(centre: Centre) -> None:
    watch = TodayWatch()
    until(centre, 11, levels={})
    assert look(centre, watch) == 3
    centre.now += timedelta(minutes=5)
    centre.pulled()
    assert look(centre, watch) == 0
    until(centre, 11, 15, levels={}, start=11)
    assert look(centre, watch) == 3


def test_an_incident_freezes_the_update_of_its_queues_at_its_start(centre: Centre) -> None:
    until(centre, 10, levels={})
    until(centre, 12, levels={"billing": 6.0}, start=10)
    centre.open_incident(started_at=MIDNIGHT.replace(hour=10).astimezone(BERLIN), queues=("billing",))
    look(centre)
    update = update_of(centre, "billing")
    assert update is not None
    assert datetime.fromisoformat(update.basis["frozen_from"]) == MIDNIGHT.replace(hour=10)
    assert np.mean([p.mean for p in update.points if p.mean > 0]) < 1.3 * NORMAL["billing"]
    other = update_of(centre, "login")
    assert other is not None
    assert other.basis["frozen_from"] is None


def test_a_surge_nobody_entered_freezes_the_update_and_is_proposed_once(centre: Centre) -> None:
    until(centre, 10, levels={})
    until(centre, 10, 30, levels={"billing": 5.0}, start=10)
    watch = TodayWatch()
    look(centre, watch)
    (signal,) = signals(centre)
    assert (signal.source, signal.external_id, signal.status) == ("volumes", "volumes:billing", "firing")
    assert signal.started_at.astimezone(BERLIN).hour in (9, 10)
    assert "Billing: " in signal.title
    assert "× normal" in signal.title
    update = update_of(centre, "billing")
    assert update is not None
    assert np.mean([p.mean for p in update.points if p.mean > 0]) < 1.3 * NORMAL["billing"]
    until(centre, 10, 45, levels={"billing": 5.0}, start=10)
    look(centre, watch)
    assert [row.title for row in signals(centre)] == [signal.title]
    view = said(centre)
    assert [one.queue for one in view.raised] == ["billing"]
    assert view.rate_per_week == centre.settings.board.false_alarms_per_week
    with centre.session() as session:
        assert situation.view(session, settings=centre.settings, clock=centre.clock).watch == view


def test_a_surge_that_is_over_resolves_its_signal(centre: Centre) -> None:
    until(centre, 10, levels={})
    until(centre, 11, levels={"billing": 5.0}, start=10)
    look(centre)
    until(centre, 13, levels={}, start=11)
    look(centre)
    (signal,) = signals(centre)
    assert signal.status == "resolved"
    assert said(centre).raised == ()


def test_a_queue_of_an_open_incident_proposes_nothing_more(centre: Centre) -> None:
    centre.open_incident(started_at=MIDNIGHT.replace(hour=9, minute=45), queues=("billing",))
    until(centre, 10, levels={})
    until(centre, 11, levels={"billing": 5.0, "login": 5.0}, start=10)
    look(centre)
    assert [row.external_id for row in signals(centre)] == ["volumes:login"]


def test_an_alarm_of_several_queues_together_freezes_the_update_of_each(centre: Centre) -> None:
    """One that is not seen alone is frozen by the pool, or the surge would become what is ordinary for it."""
    until(centre, 10, levels={})
    until(centre, 11, levels=dict.fromkeys(CHANNELS, 1.9), start=10)
    with centre.session() as session:
        data = board_data.load(session, settings=centre.settings, clock=centre.clock)
        days = list(todays(session, data, Memories().of(session)))
    alone = {today.queue.row.key for today, _ in onset_watch.raised_now(days)}
    look(centre)
    frozen = {queue: update.basis["frozen_from"] for queue in CHANNELS if (update := update_of(centre, queue))}
    assert set(frozen) - alone
    for queue in set(frozen) - alone:
        assert frozen[queue] is not None
        assert datetime.fromisoformat(frozen[queue]) <= MIDNIGHT.replace(hour=10, minute=15)


def test_queues_that_rise_a_little_together_are_one_signal_and_one_proposal(centre: Centre) -> None:
    """None is seen alone; together they are, and a person who confirms gets an incident of that start."""
    until(centre, 10, levels={})
    until(centre, 11, levels=dict.fromkeys(CHANNELS, 1.9), start=10)
    watch = TodayWatch()
    look(centre, watch)
    fired = signals(centre)
    assert fired
    with centre.sessions.begin() as session:
        (strip,) = incident_proposals.on_board(session, now=centre.now)
        assert strip.sources == ("volumes",)
        assert len(strip.signals) == len(fired)
        desk = Desk("de", BERLIN, centre.now)
        form = incident_proposals.prefill(session, strip.signals, desk=desk).form | {"affected": "200000"}
        manager = Account("manager", Role.MANAGER)
        number = incident_proposals.confirm(session, strip.signals, form=form, by=manager, desk=desk)
        facts = incident_desk.incident(session, number).facts
    assert abs(facts.started_at - strip.since) < timedelta(minutes=1)
    look(centre, watch)
    with centre.session() as session:
        assert incident_proposals.on_board(session, now=centre.now) == ()


def test_an_ordinary_day_is_quiet(centre: Centre) -> None:
    watch = TodayWatch()
    for hour in (9, 11, 13, 16, 19):
        until(centre, hour, levels={"login": 1.1, "billing": 0.9})
        look(centre, watch)
    assert signals(centre) == []
    assert said(centre).watched == 3


def test_a_short_history_is_neither_updated_nor_trusted_with_a_narrow_watch(tmp_path: Path) -> None:
    made = make_centre(tmp_path)
    made.now = MIDNIGHT + timedelta(minutes=5)
    rng = np.random.default_rng(1)
    times = quarters(MIDNIGHT - timedelta(days=14), MIDNIGHT)
    made.store("pbx", volumes=list(volumes("billing", times, 1.0, rng)))
    ordinary_day.refresh(made.sessions, settings=made.settings, clock=made.clock)
    until(made, 11, levels={"billing": 1.3})
    assert look(made) == 0
    with made.session() as session:
        memory = Memories().of(session)["billing"]
    assert memory.watch.n_days == 0


def test_before_any_forecast_nothing_is_watched(tmp_path: Path) -> None:
    made = make_centre(tmp_path)
    assert look(made) == 0
    with made.session() as session:
        assert onset_watch.current(session) is None


def test_on_a_day_the_memory_is_not_for_nothing_is_compared(centre: Centre) -> None:
    centre.now = MIDNIGHT + timedelta(days=4, hours=11)  # a closed Saturday
    with centre.session() as session:
        data = board_data.load(session, settings=centre.settings, clock=centre.clock)
        assert list(todays(session, data, Memories().of(session))) == []
