"""The number given meets every target, and one fewer does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.staffing import CONVENTIONS, MODELS, Measures, evaluate, required_agents
from forecasting.staffing.targets import Targets

BASE: dict[str, Any] = {"interval_s": 900, "aht_s": 360, "patience_s": 240}


def met(measures: Measures, targets: dict[str, float]) -> np.ndarray:
    """The targets read plainly, not through the margins of the search."""
    result = np.isfinite(measures.mean_wait_s)
    if "service_level" in targets:
        result &= measures.service_level >= targets["service_level"] - 1e-12
    if "max_occupancy" in targets:
        result &= measures.occupancy <= targets["max_occupancy"] + 1e-12
    if "max_abandonment" in targets:
        result &= measures.abandonment <= targets["max_abandonment"] + 1e-12
    if "max_asa_s" in targets:
        result &= measures.asa_s <= targets["max_asa_s"] * (1 + 1e-12) + 1e-12
    return np.asarray(result)


def check_smallest(model: Any, offered: Any, targets: dict[str, float], **centre: Any) -> np.ndarray:
    need = required_agents(offered, model=model, **targets, **centre)
    assert met(evaluate(model, need.agents, offered=offered, **centre), targets).all()
    fewer = evaluate(model, np.maximum(need.agents - 1, 0), offered=offered, **centre)
    assert ((need.agents == 0) | ~met(fewer, targets)).all()
    return need.agents


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "targets",
    [
        {"service_level": 0.8},
        {"service_level": 0.999},
        {"max_abandonment": 0.03},
        {"max_asa_s": 12.0},
        {"max_occupancy": 0.85},
        {"service_level": 0.9, "max_occupancy": 0.9, "max_abandonment": 0.02, "max_asa_s": 30.0},
    ],
)
def test_smallest_over_many_sizes(model: str, convention: str, targets: dict[str, float]) -> None:
    offered = np.concatenate([[0, 0.01, 0.5], np.geomspace(1, 24_000, 25)])
    check_smallest(model, offered, targets, convention=convention, **BASE)


def test_brute_force() -> None:
    """Count up from nobody until the target is met."""
    offered = np.arange(1.0, 120.0, 7.3)
    need = required_agents(offered, service_level=0.8, answer_within_s=30, **BASE).agents
    tried = evaluate("erlang_a", np.arange(120)[:, None], offered=offered, answer_within_s=30, **BASE)
    assert need.tolist() == np.argmax(tried.service_level >= 0.8, axis=0).tolist()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    offered=st.floats(0, 24_000),
    aht=st.one_of(st.just(0.0), st.floats(1, 1800)),
    patience=st.one_of(st.sampled_from([0.0, np.inf]), st.floats(1, 3600)),
    within=st.floats(0, 600),
    level=st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1)),
    abandonment=st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1)),
)
def test_smallest_for_any_centre(
    offered: float, aht: float, *, patience: float, within: float, level: float, abandonment: float
) -> None:
    centre = {"interval_s": 900, "aht_s": aht, "patience_s": patience, "answer_within_s": within}
    check_smallest("erlang_a", offered, {"service_level": level, "max_abandonment": abandonment}, **centre)


def test_below_the_load_when_customers_give_up() -> None:
    need = required_agents(24_000, service_level=0.5, answer_within_s=30, **{**BASE, "patience_s": 60})
    assert need.agents == 5979


def test_erlang_c_always_exceeds_the_load() -> None:
    need = required_agents([25, 24_000], model="erlang_c", max_occupancy=1.0, **BASE)
    assert need.agents.tolist() == [11, 9601]
    assert required_agents(25, max_abandonment=1.0, **{**BASE, "patience_s": np.inf}).agents == 11


def test_targets_at_their_ends() -> None:
    assert required_agents(200, service_level=0.0, **BASE).agents == 0
    sure = required_agents(200, service_level=1.0, **BASE)
    assert sure.measures.service_level >= 1 - 1e-12
    assert required_agents(0, service_level=1.0, max_asa_s=0.0, max_occupancy=0.01, **BASE).agents == 0
    assert required_agents(200, max_occupancy=0.01, **BASE).agents == 8000


def test_measures_are_those_of_the_agents() -> None:
    offered = np.geomspace(1, 5000, 40)
    need = required_agents(offered, service_level=0.8, **BASE)
    again = evaluate("erlang_a", need.agents, offered=offered, **BASE)
    assert need.measures.service_level.tolist() == again.service_level.tolist()


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ({}, "no target given; give at least one of"),
        ({"service_level": 80}, r"service_level must be in \[0, 1\], got 80; write 80 % as 0.8"),
        ({"service_level": float("nan")}, "service_level must be in"),
        ({"max_occupancy": 0.0}, r"max_occupancy must be in \[0.01, 1\], got 0.0"),
        ({"max_abandonment": -0.1}, "max_abandonment must be in"),
        ({"max_asa_s": float("inf")}, "max_asa_s must be at least 0 and finite, got inf"),
    ],
)
def test_refusals(targets: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        required_agents(10, **BASE, **targets)


def test_a_target_missed_by_the_last_digit_is_met() -> None:
    reached = evaluate("erlang_a", 83, offered=200, **BASE).service_level.item()
    assert required_agents(200, service_level=reached + 1e-14, **BASE).agents == 83
    assert Targets(service_level=reached + 1e-9).margin(evaluate("erlang_a", [83], offered=200, **BASE))[0] < 0
