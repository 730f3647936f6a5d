"""Chats: one agent works on several at once."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.simulation import AgentGroup, Centre, ContactType, replicate
from forecasting.staffing import erlang_a, evaluate, required_agents

CHATS = {"interval_s": 900.0, "aht_s": 600.0, "patience_s": 180.0}


@pytest.mark.parametrize("each", [1, 2, 3, 5])
def test_places_are_what_erlang_a_knows(each: int) -> None:
    found = evaluate("erlang_a", 9, offered=30, **CHATS, concurrency=each)
    exact = erlang_a(9 * each, 30, **CHATS)
    assert found.service_level == exact.service_level
    assert found.occupancy == exact.occupancy


@pytest.mark.parametrize("targets", [{"service_level": 0.8}, {"service_level": 0.8, "max_occupancy": 0.7}])
def test_the_smallest_number_of_agents(targets: dict[str, float]) -> None:
    offered, each = np.array([0, 3, 30, 200, 3000])[:, None], np.array([1, 2, 3, 4])
    need = required_agents(np.broadcast_to(offered, (5, 4)), **CHATS, concurrency=each, **targets)
    exact = evaluate("erlang_a", need.agents, offered=offered, **CHATS, concurrency=each)
    assert (exact.service_level >= 0.8).all()
    assert np.array_equal(exact.service_level, need.measures.service_level)
    fewer = evaluate("erlang_a", np.maximum(need.agents - 1, 0), offered=offered, **CHATS, concurrency=each)
    missed = (fewer.service_level < 0.8) | (fewer.occupancy > targets.get("max_occupancy", 1.0))
    assert missed[1:].all()
    assert (need.agents[0] == 0).all()


def test_the_simulation_finds_the_same() -> None:
    chat = ContactType(name="chat", aht_s=600.0, patience_s=180.0, concurrency=3)
    team = AgentGroup(name="team", people=[(0.0, 7)], serves={"chat": 0.0})
    edges = np.arange(41) * 900.0
    day = replicate(Centre(types=[chat], groups=[team]), np.full((1, 40), 30.0), edges=edges, runs=80, seed=1)
    late = slice(8, 40)
    attempts = day.attempts[0, late].sum()
    exact = evaluate("erlang_a", 7, offered=30, **CHATS, concurrency=3)
    assert day.in_time[0, late].sum() / attempts == pytest.approx(float(exact.service_level), abs=0.01)
    assert day.abandoned[0, late].sum() / attempts == pytest.approx(float(exact.abandonment), abs=0.006)


@pytest.mark.parametrize(("each", "said"), [(0, "at least 1"), (1.5, "whole"), (-1, "at least 0"), (np.nan, "NaN")])
def test_what_cannot_be_is_refused(each: float, said: str) -> None:
    with pytest.raises(ValueError, match=f"concurrency must be.*{said}"):
        required_agents(30, **CHATS, service_level=0.8, concurrency=each)
