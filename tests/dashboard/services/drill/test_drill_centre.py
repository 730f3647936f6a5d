"""The imagined bank: open when it says so, staffed for the ordinary day, and different on holidays."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from dashboard.services.drill.drill_centre import (
    HOLIDAYS,
    QUEUES,
    ZONE,
    DrillQueue,
    OrdinaryDay,
    day_volume,
    hours_of,
    is_drill_day,
    model_of,
    roster,
    shape_of,
)
from forecasting.intervals import OpeningHours
from forecasting.staffing import erlang_a
from forecasting.volume.calendar import OpenCalendar

TUESDAY = date(2026, 11, 24)
CORPUS_CHRISTI = date(2026, 6, 4)  # a holiday in North Rhine-Westphalia, not in all of Germany
BY_KEY = {q.key: q for q in QUEUES}


@pytest.mark.parametrize("queue", QUEUES, ids=lambda q: q.key)
def test_the_config_says_the_hours_that_are_played(queue: DrillQueue) -> None:
    said = OpenCalendar(OpeningHours.parse(queue.opening), ZONE, HOLIDAYS if queue.hours else "")
    for day in (TUESDAY + timedelta(days=n) for n in range(7)):
        _agree(queue, day, said)
    _agree(queue, CORPUS_CHRISTI, said)


def _agree(queue: DrillQueue, day: date, said: OpenCalendar) -> None:
    index = pd.date_range(str(day), periods=96, freq="15min", tz=ZONE).tz_convert("UTC")
    hour = (np.arange(96) + 0.5) / 4
    played = shape_of(queue, hour, hours=hours_of(queue, day)) > 0
    assert np.array_equal(played, said.open_mask(index)), (queue.key, day)


def test_six_queues_and_the_parts_of_the_outage_are_whole() -> None:
    assert len(QUEUES) == 6
    assert {q.channel for q in QUEUES} == {"call", "chat", "email", "ticket"}
    assert sum(q.outage_part for q in QUEUES) == pytest.approx(1.0)


def test_a_drill_plays_on_working_days_only() -> None:
    assert is_drill_day(TUESDAY)
    assert not is_drill_day(date(2026, 11, 22))
    assert not is_drill_day(CORPUS_CHRISTI)


@pytest.mark.parametrize("queue", QUEUES, ids=lambda q: q.key)
def test_the_rate_adds_up_to_the_days_volume(queue: DrillQueue) -> None:
    seconds = np.arange(0, 86_400, 60.0) + 30
    made = OrdinaryDay(queue, TUESDAY).rate(seconds).sum() * 60
    assert made == pytest.approx(day_volume(queue, TUESDAY), rel=1e-3)


def test_the_day_after_a_holiday_is_busier_and_the_holiday_itself_closed() -> None:
    hotline = BY_KEY["hotline"]
    friday = CORPUS_CHRISTI + timedelta(days=1)
    assert day_volume(hotline, CORPUS_CHRISTI) == 0
    assert day_volume(hotline, friday) > 1.05 * day_volume(hotline, friday + timedelta(days=7))
    assert day_volume(BY_KEY["card_block"], CORPUS_CHRISTI) > 0


@pytest.mark.parametrize("queue", [q for q in QUEUES if np.isfinite(q.patience_s)], ids=lambda q: q.key)
def test_people_are_right_for_the_ordinary_day(queue: DrillQueue) -> None:
    """Erlang A at the roster: over the day the service level lies near its target, and few give up."""
    steps = np.arange(0.5, 24, 0.5) * 3600
    load = OrdinaryDay(queue, TUESDAY).rate(steps + 900) * 1800
    people = np.array([n for s, n in roster(queue, TUESDAY) if 1800 <= s < 86_400])
    is_open = load > 0
    reached = erlang_a(
        people[is_open],
        load[is_open],
        interval_s=1800,
        aht_s=queue.aht_s,
        patience_s=queue.patience_s,
        answer_within_s=queue.answer_within_s,
    )
    level = np.average(np.asarray(reached.service_level), weights=load[is_open])
    gone = np.average(np.asarray(reached.abandonment), weights=load[is_open])
    assert 0.72 < level < 0.96
    assert gone < 0.06


@pytest.mark.parametrize("queue", [q for q in QUEUES if np.isinf(q.patience_s)], ids=lambda q: q.key)
def test_written_contacts_are_worked_off_within_the_day(queue: DrillQueue) -> None:
    for day in (TUESDAY + timedelta(days=n) for n in range(-1, 4)):
        work_s = day_volume(queue, day) * queue.aht_s
        assert work_s < sum(n * 1800 for s, n in roster(queue, day) if s < 86_400) < 1.4 * work_s


def test_the_models_clock_can_be_moved() -> None:
    plain, moved = model_of(BY_KEY["chat"], TUESDAY), model_of(BY_KEY["chat"], TUESDAY, midnight_s=1000.0)
    assert [s + 1000 for s, _ in plain.agents] == [s for s, _ in moved.agents]
    assert moved.opening == [(1000 + 8 * 3600, 1000 + 20 * 3600)]
    assert model_of(BY_KEY["chat"], date(2026, 11, 22)).opening == []
    assert model_of(BY_KEY["email"], TUESDAY).opening is None
