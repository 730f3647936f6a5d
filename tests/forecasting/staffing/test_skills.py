"""Kinds that share a group: exact where Erlang A is, near simulation elsewhere, monotone, and picky about its input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forecasting.staffing import erlang_a
from forecasting.staffing.skills import evaluate_shared, required_shared
from tests.bench.skills_check import Shared, errors

TWO: dict[str, Any] = {"interval_s": 900.0, "aht_s": [300.0, 420.0], "patience_s": 240.0}
MEASURES = ("service_level", "abandonment", "mean_wait_s", "p_wait")


def test_without_a_shared_group_it_is_erlang_a() -> None:
    found = evaluate_shared([50, 30], **TWO, agents=[18, 12], shared=0)
    exact = erlang_a([18, 12], [50, 30], interval_s=900, aht_s=[300, 420], patience_s=240)
    for name in MEASURES:
        assert getattr(found, name) == pytest.approx(getattr(exact, name), rel=1e-6)


def test_one_kind_with_all_its_people_is_erlang_a() -> None:
    found = evaluate_shared([50], interval_s=900, aht_s=300, patience_s=240, agents=11, shared=7)
    exact = erlang_a(18, 50, interval_s=900, aht_s=300, patience_s=240)
    for name in MEASURES:
        assert getattr(found, name)[0] == pytest.approx(float(getattr(exact, name)), rel=1e-6)


def test_equal_kinds_served_by_one_group_are_nearly_one_queue() -> None:
    found = evaluate_shared([50, 50], interval_s=900, aht_s=300, patience_s=240, agents=0, shared=36)
    exact = erlang_a(36, 100, interval_s=900, aht_s=300, patience_s=240)
    assert found.service_level == pytest.approx(float(exact.service_level), abs=0.005)
    assert found.abandonment == pytest.approx(float(exact.abandonment), abs=0.003)


@pytest.mark.parametrize(
    ("own", "shared"), [((16.0, 12.0), 5), ((8.0, 7.0), 18), ((14.0, 4.0), 12)], ids=["few", "half", "uneven"]
)
def test_near_simulation(own: tuple[float, float], shared: int) -> None:
    centre = Shared(np.array([50.0, 30.0]), np.array([300.0, 420.0]), np.full(2, 240.0), np.array(own), shared)
    level, lost = errors(centre, runs=30, seed=3)
    assert np.abs(level).max() < 0.1
    assert np.abs(lost).max() < 0.04


def test_more_shared_people_help_every_kind() -> None:
    found = [evaluate_shared([50, 30], **TWO, agents=[14, 11], shared=s).service_level for s in range(12)]
    assert (np.diff(found, axis=0) > 0).all()


def test_the_smallest_group_is_found() -> None:
    need = required_shared([50, 30], **TWO, agents=[14, 11], service_level=0.8)
    reached = [
        evaluate_shared([50, 30], **TWO, agents=[14, 11], shared=s).service_level.min() for s in (need - 1, need)
    ]
    assert reached[0] < 0.8 <= reached[1]
    assert required_shared([5, 3], **TWO, agents=[14, 11], service_level=0.8) == 0


def test_nobody_and_nothing() -> None:
    alone = evaluate_shared([10, 0], **TWO, agents=0, shared=0)
    assert alone.abandonment[0] == pytest.approx(1)
    assert alone.mean_wait_s[0] == pytest.approx(240)
    assert alone.service_level.tolist() == pytest.approx([0, 1])
    assert (alone.abandonment[1], alone.mean_wait_s[1], alone.p_wait[1]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"offered": [-1, 5]}, "offered must be at least 0"),
        ({"offered": [float("nan"), 5]}, "NaN"),
        ({"offered": [24_000, 24_000]}, "simulate it"),
        ({"agents": [1.5, 2]}, "whole"),
        ({"shared": -1}, "shared must be at least 0"),
        ({"aht_s": 0}, "aht_s must be greater than 0"),
        ({"patience_s": np.inf}, "patience_s"),
        ({"patience_s": 0}, "patience_s"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, Any], said: str) -> None:
    known: dict[str, Any] = {"offered": [50, 30], **TWO, "agents": [3, 3], "shared": 2}
    with pytest.raises(ValueError, match=said):
        evaluate_shared(**(known | change))


def test_a_goal_is_a_share() -> None:
    with pytest.raises(ValueError, match="in \\(0, 1\\)"):
        required_shared([50, 30], **TWO, agents=3, service_level=80)
