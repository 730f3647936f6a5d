"""The simulated queue: conserved, in order, the same by seed, and in agreement with queueing theory."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import inf
from time import process_time
from typing import Any

import numpy as np
import pytest

from forecasting.simulation import ABANDON, COMPLETE, CONNECT, ENTER, QueueEvent, QueueModel, arrival_times, simulate
from forecasting.staffing import erlang_a

HOUR = 3600.0


def arrivals(per_s: float, hours: float, *, seed: int = 1) -> list[float]:
    return list(arrival_times(lambda t: np.full(t.shape, per_s), start_s=0.0, end_s=hours * HOUR, seed=seed))


def run(given: list[float], *, seed: int = 1, **model: Any) -> list[QueueEvent]:
    return list(simulate(given, QueueModel(**model), seed=seed))


def kinds(events: list[QueueEvent]) -> Counter[str]:
    return Counter(event.kind for event in events)


OVERLOAD: dict[str, Any] = {"agents": [(0.0, 10)], "aht_s": 300, "patience_s": 240, "redial": 0.4}


def test_every_contact_has_one_fate() -> None:
    given = arrivals(0.1, 5)
    events = run(given, **OVERLOAD)
    count = kinds(events)
    assert count[ENTER] == count[CONNECT] + count[ABANDON]
    assert count[CONNECT] == count[COMPLETE]
    assert sorted({e.contact for e in events}) == list(range(count[ENTER]))
    first_attempts = [e for e in events if e.kind == ENTER and e.contact == e.caller]
    assert [e.at for e in first_attempts] == given


def test_events_come_in_the_order_of_time_and_the_queue_is_counted() -> None:
    waiting = 0
    events = run(arrivals(0.1, 5), **OVERLOAD)
    assert all(a.at <= b.at for a, b in pairwise(events))
    for event in events:
        waiting += {ENTER: 1, CONNECT: -1, ABANDON: -1, COMPLETE: 0}[event.kind]
        assert event.waiting == waiting >= 0
    assert waiting == 0


def test_first_come_first_served_and_never_more_in_service_than_agents() -> None:
    busy, last = 0, -1
    for event in run(arrivals(0.1, 5), **OVERLOAD):
        busy += {CONNECT: 1, COMPLETE: -1}.get(event.kind, 0)
        assert busy <= 10
        if event.kind == CONNECT:
            assert event.contact > last
            last = event.contact


def test_the_seed_decides_all() -> None:
    given = arrivals(0.1, 2)
    assert run(given, **OVERLOAD) == run(given, **OVERLOAD)
    assert run(given, **OVERLOAD) != run(given, seed=2, **OVERLOAD)


def test_it_is_lazy() -> None:
    def endless() -> Any:
        at = 0.0
        while True:
            yield (at := at + 10.0)

    stream = simulate(endless(), QueueModel(**OVERLOAD), seed=1)
    assert [next(stream).kind for _ in range(2)] == [ENTER, CONNECT]


@pytest.mark.parametrize(("agents", "load"), [(20, 18.0), (20, 40.0), (60, 58.0)])
def test_steady_state_is_erlang_a(agents: int, load: float) -> None:
    """Abandonment and mean wait within four standard errors over 20 batches of ten hours."""
    aht, patience = 300.0, 240.0
    events = run(arrivals(load / aht, 210, seed=5), agents=[(0.0, agents)], aht_s=aht, patience_s=patience)
    batches: list[list[tuple[float, bool]]] = [[] for _ in range(21)]
    for event in events:
        if event.kind in (CONNECT, ABANDON):
            batch = int(event.arrived_at / (10 * HOUR))
            batches[min(batch, 20)].append((event.at - event.arrived_at, event.kind == ABANDON))
    means = np.array([np.mean(batch, axis=0) for batch in batches[1:]])
    theory = erlang_a(agents, load / aht * 900, interval_s=900, aht_s=aht, patience_s=patience)
    error = means.std(axis=0, ddof=1) / np.sqrt(len(means))
    assert abs(means[:, 0].mean() - float(theory.mean_wait_s)) < 4 * error[0]
    assert abs(means[:, 1].mean() - float(theory.abandonment)) < 4 * error[1]


def test_littles_law() -> None:
    """The queue's mean length, counted over time, is the sum of all waits ÷ time."""
    events = run(arrivals(0.1, 10), agents=[(0.0, 25)], aht_s=300, patience_s=240)
    area = sum(a.waiting * (b.at - a.at) for a, b in pairwise(events))
    waits = sum(e.at - e.arrived_at for e in events if e.kind in (CONNECT, ABANDON))
    assert area == pytest.approx(waits, rel=1e-9)


def test_redials_follow_abandons_only_and_carry_the_caller() -> None:
    events = run(arrivals(0.2, 5), **OVERLOAD)
    count = kinds(events)
    again = [e for e in events if e.kind == ENTER and e.contact != e.caller]
    assert len(again) == pytest.approx(0.4 * count[ABANDON], rel=0.06)
    gave_up = {e.contact: e.caller for e in events if e.kind == ABANDON}
    assert {e.caller for e in again} <= set(gave_up.values())


def test_nobody_abandons_with_endless_patience() -> None:
    events = run(arrivals(0.05, 5), agents=[(0.0, 10)], aht_s=300, patience_s=inf)
    assert kinds(events)[ABANDON] == 0


def test_changing_staff() -> None:
    """Nobody is served before the first agent; a shrinking team finishes what it has begun."""
    events = run([0.0, 1.0, 2.0], agents=[(100.0, 3), (100.5, 1)], aht_s=1000)
    assert [e.at for e in events if e.kind == CONNECT] == [100.0] * 3
    assert kinds(events)[COMPLETE] == 3
    later = run([0.0, 1.0, 2.0, 200.0], agents=[(100.0, 3), (100.5, 1)], aht_s=1000)
    third_end = sorted(e.at for e in later if e.kind == COMPLETE)[2]
    assert max(e.at for e in later if e.kind == CONNECT) == third_end


def test_closed_lines_let_nobody_in_and_no_redial() -> None:
    model: dict[str, Any] = {**OVERLOAD, "opening": [(HOUR, 2 * HOUR), (3 * HOUR, 4 * HOUR)]}
    entered = [e.at for e in run(arrivals(0.1, 5), **model) if e.kind == ENTER]
    assert entered
    assert all(HOUR <= at < 2 * HOUR or 3 * HOUR <= at < 4 * HOUR for at in entered)


def test_whoever_waits_for_nobody_is_left() -> None:
    events = run([0.0, 1.0], agents=[(0.0, 0)], aht_s=10)
    assert kinds(events) == {ENTER: 2}


@pytest.mark.parametrize(
    "wrong",
    [
        {"agents": []},
        {"agents": [(1.0, 1), (0.0, 2)]},
        {"agents": [(0.0, -1)]},
        {"aht_s": 0},
        {"aht_s": inf},
        {"patience_s": 0},
        {"redial": 1.0},
        {"opening": [(5.0, 9.0), (8.0, 12.0)]},
    ],
)
def test_senseless_models_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|needs"):
        QueueModel(**{**OVERLOAD, **wrong})


def test_arrivals_must_rise() -> None:
    with pytest.raises(ValueError, match="arrivals must rise"):
        run([5.0, 4.0], **OVERLOAD)


def test_a_day_of_outage_takes_a_moment() -> None:
    given = arrivals(1.0, 28)
    began = process_time()
    count = sum(
        1 for e in simulate(given, QueueModel(**{**OVERLOAD, "agents": [(0.0, 100)]}), seed=1) if e.kind == ENTER
    )
    # Measured 400,000 calls per second of processor time; the bound leaves room for a slower machine.
    assert count / (process_time() - began) > 120_000
