"""Work with deadlines: enough people, no more than a linear programme finds, and a backlog that is conserved."""

from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy.optimize import linprog

import forecasting.staffing.deferrable as module
from forecasting.staffing.deferrable import Deferrable, people_for_deadlines, whole_people, work_off


def random_load(seed: int) -> Deferrable:
    draw = np.random.default_rng(seed)
    n = int(draw.integers(3, 30))
    is_open = draw.random(n) < 0.7
    is_open[[0, -1]] = True
    return Deferrable.of(
        draw.poisson(draw.uniform(1, 30, n)),
        interval_s=900,
        aht_s=300,
        deadline_s=900.0 * draw.integers(0, 8),
        is_open=is_open,
        backlog=float(draw.integers(0, 40)),
    )


def least_peak(load: Deferrable) -> float:
    """Lowest possible peak of people, by linear programming over the work done in each open interval."""
    first, last = load.due()
    n, work = int(load.is_open.sum()), load.work
    inside = np.arange(len(work)) * 900 + load.deadline_s <= 900 * len(load.arrived)
    can = np.cumsum(np.bincount(np.minimum(first, n), work, n + 1)[:n])
    must = np.cumsum(np.bincount(np.where(inside, last, n), work, n + 1)[:n])
    done, none = np.tril(np.ones((n, n))), np.zeros((n, 1))
    rows = np.block([[-done, none], [done, none], [np.eye(n), np.full((n, 1), -900.0)]])
    found = linprog(np.r_[np.zeros(n), 1], A_ub=rows, b_ub=np.concatenate([-must, can, np.zeros(n)]))
    assert found.success
    return float(found.fun)


@pytest.mark.parametrize("seed", range(25))
def test_deadlines_are_met_with_the_lowest_peak(seed: int) -> None:
    load = random_load(seed)
    people = people_for_deadlines(load)
    assert people.max() == pytest.approx(least_peak(load), abs=1e-6)
    assert (people[~load.is_open] == 0).all()
    if load.is_open.all() or load.deadline_s >= 900 * 4:
        assert work_off(load, whole_people(people)).late.sum() == pytest.approx(0, abs=1e-6)


def test_a_night_between_arrival_and_deadline() -> None:
    """Sixty mails at 17:00, due in 24 hours, office hours 8 to 18: one hour tonight or ten tomorrow, evenly."""
    hours = np.arange(48)
    is_open = (hours % 24 >= 8) & (hours % 24 < 18)
    load = Deferrable.of(np.where(hours == 17, 60, 0), interval_s=3600, aht_s=600, deadline_s=86_400, is_open=is_open)
    people = people_for_deadlines(load)
    assert people[is_open & (hours >= 17) & (hours < 42)] == pytest.approx(np.full(11, 10 / 11))
    assert work_off(load, whole_people(people)).late.sum() == 0


def test_work_is_conserved_and_the_backlog_shrinks_or_grows() -> None:
    load = Deferrable.of([12, 12, 12, 12], interval_s=3600, aht_s=600, deadline_s=3600, backlog=30)
    few, enough = work_off(load, 1), work_off(load, 4)
    assert few.growing
    assert few.clear_s == np.inf
    assert few.hours_queued[-1] == pytest.approx((30 + 48) / 6 - 4)
    assert not enough.growing
    assert enough.clear_s == 3 * 3600
    assert enough.days_to_clear == pytest.approx(0.125)
    assert few.late.sum() > 0


def test_lateness_is_counted_at_the_deadline() -> None:
    load = Deferrable.of([10, 0, 0], interval_s=3600, aht_s=3600, deadline_s=3600)
    assert work_off(load, 2).late.tolist() == [0, 6, 0]


def test_edges() -> None:
    nothing = Deferrable.of([0, 0], interval_s=900, aht_s=300, deadline_s=0)
    assert people_for_deadlines(nothing).tolist() == [0, 0]
    assert work_off(nothing, 0).clear_s == 900
    instant = Deferrable.of([50], interval_s=900, aht_s=0, deadline_s=0)
    assert people_for_deadlines(instant).tolist() == [0]
    at_once = Deferrable.of([9, 3], interval_s=900, aht_s=300, deadline_s=0)
    assert people_for_deadlines(at_once) == pytest.approx([3, 1])
    beyond = Deferrable.of([9, 3], interval_s=900, aht_s=300, deadline_s=1e9)
    assert people_for_deadlines(beyond).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"arrived": [-1]}, "arrived must be at least 0"),
        ({"arrived": []}, "arrived must have shape"),
        ({"interval_s": 0}, "interval_s must be greater than 0"),
        ({"deadline_s": -5}, "deadline_s must be at least 0"),
        ({"aht_s": np.nan}, "aht_s must be a number"),
    ],
)
def test_refusals(given: dict[str, object], said: str) -> None:
    plain = {"arrived": [1, 2], "interval_s": 900, "aht_s": 300, "deadline_s": 0} | given
    with pytest.raises(ValueError, match=said):
        Deferrable.of(plain.pop("arrived"), **plain)  # type: ignore[arg-type]


def test_closed_for_good() -> None:
    closed = Deferrable.of([5, 5], interval_s=900, aht_s=300, deadline_s=900, is_open=[False, False])
    with pytest.raises(ValueError, match="due before anything opens"):
        people_for_deadlines(closed)
    with pytest.raises(ValueError, match="people must be at least 0"):
        work_off(closed, -1)


def test_examples() -> None:
    failed, tried = doctest.testmod(module)
    assert (failed, tried > 0) == (0, True)
