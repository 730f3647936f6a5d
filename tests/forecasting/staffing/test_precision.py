"""Twelve digits also for random centres: sizes, loads, patience and thresholds over several powers of ten."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forecasting.staffing import CONVENTIONS, erlang_a, erlang_b, erlang_c
from tests.forecasting.staffing.exact_queue import blocking, queue_with_patience

TOLERANCE = 1e-12


def random_centres(count: int) -> list[dict[str, Any]]:
    draw = np.random.default_rng(20)
    centres = []
    while len(centres) < count:
        agents = int(np.exp(draw.uniform(0, 6)))
        aht = float(np.exp(draw.uniform(1, 7)))
        patience = aht * float(np.exp(draw.uniform(-7, 2)))
        offered = agents * float(np.exp(draw.normal(0, 0.7))) * 900 / aht
        if max(offered / 900, agents / aht) * patience < 300:  # beyond, the exact sums need too many digits
            within = patience * float(np.exp(draw.normal(-2, 1.5)))
            centres.append(
                {
                    "agents": agents,
                    "offered": offered,
                    "interval_s": 900.0,
                    "aht_s": aht,
                    "patience_s": patience,
                    "answer_within_s": within,
                    "short_abandon_s": within * float(np.exp(draw.normal(0, 1))),
                }
            )
    return centres


@pytest.mark.parametrize("centre", random_centres(40))
def test_erlang_a(centre: dict[str, Any]) -> None:
    exact = queue_with_patience(**centre)
    for convention in CONVENTIONS:
        got = erlang_a(**centre, convention=convention)
        assert float(abs(float(got.service_level) / exact[convention] - 1)) <= TOLERANCE
    for name in ("p_wait", "abandonment", "mean_wait_s", "occupancy"):
        assert float(abs(float(getattr(got, name)) / exact[name] - 1)) <= TOLERANCE, name


@pytest.mark.parametrize(
    ("agents", "load"), [(1, 0.3), (64, 50.0), (255, 300.0), (256, 180.5), (257, 180.5), (900, 950)]
)
def test_erlang_b_and_c(agents: int, load: float) -> None:
    exact = blocking(agents, load)
    got = erlang_b(agents, load)
    assert float(abs(float(got.p_blocked) / exact - 1)) <= TOLERANCE
    assert float(abs(float(got.service_level) / (1 - exact) - 1)) <= TOLERANCE
    if load < agents:
        delayed = agents * exact / (agents - load * (1 - exact))
        got = erlang_c(agents, load, interval_s=60, aht_s=60)
        assert float(abs(float(got.p_wait) / delayed - 1)) <= TOLERANCE


def test_published_table() -> None:
    """Loads that n lines carry at a given blocking, as printed in every Erlang B table."""
    for lines, blocked, load in ((10, 0.01, 4.46), (20, 0.02, 13.2), (50, 0.01, 37.9), (100, 0.001, 75.2)):
        assert float(erlang_b(lines, load).p_blocked) == pytest.approx(blocked, rel=0.02)
