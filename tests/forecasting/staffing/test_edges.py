"""Stated answers at the edges, and refusals that say what was got and what to do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from forecasting.staffing import Measures, erlang_a, erlang_b, erlang_c, evaluate

CENTRE: dict[str, Any] = {"interval_s": 900, "aht_s": 360, "answer_within_s": 20}
QUEUE: dict[str, Any] = {**CENTRE, "patience_s": 240}


def seen(measures: Measures) -> tuple[float | str, ...]:
    """p_wait, abandonment, ASA, mean wait, service level, occupancy, status."""
    names = ("p_wait", "abandonment", "asa_s", "mean_wait_s", "service_level", "occupancy", "status")
    return tuple(getattr(measures, name).item() for name in names)


def test_no_contacts() -> None:
    nothing = (0, 0, 0, 0, 1, 0, "no_contacts")
    for agents in (0, 5):
        assert seen(erlang_a(agents, 0, **QUEUE)) == nothing
        assert seen(erlang_c(agents, 0, **CENTRE)) == nothing
        assert seen(erlang_b(agents, 0)) == nothing


def test_nobody_to_answer() -> None:
    assert seen(erlang_a(0, 10, **QUEUE)) == (1, 1, math.inf, 240, 0, 1, "no_agents")
    assert seen(erlang_c(0, 10, **CENTRE)) == (1, 0, math.inf, math.inf, 0, 1, "no_agents")
    refused = erlang_b(0, 4.0)
    assert (refused.p_blocked, refused.service_level, refused.status) == (1, 0, "no_agents")
    gone = erlang_a(0, 10, convention="incl_abandoned", **QUEUE)
    assert gone.service_level == pytest.approx(1 - math.exp(-20 / 240), rel=1e-14)


def test_work_that_takes_no_time() -> None:
    instant = {**QUEUE, "aht_s": 0}
    assert seen(erlang_a(1, 50, **instant)) == (0, 0, 0, 0, 1, 0, "ok")
    assert seen(erlang_a(0, 50, **instant))[-1] == "no_agents"
    assert seen(erlang_c(1, 50, **{**CENTRE, "aht_s": 0})) == (0, 0, 0, 0, 1, 0, "ok")
    assert erlang_a(1, 50, **{**instant, "patience_s": 0}).service_level == 1


def test_overload_has_an_answer() -> None:
    for agents in (80, 40, 3):
        assert seen(erlang_c(agents, 200, **CENTRE)) == (1, 0, math.inf, math.inf, 0, 1, "overload")
    flood = erlang_a(3, 24_000, **QUEUE)
    assert flood.abandonment == pytest.approx(1 - 3 / 9600, rel=1e-14)
    assert flood.asa_s == pytest.approx(240 * math.log(9600 / 3), rel=0.1)
    assert flood.occupancy == pytest.approx(1, rel=1e-15)
    assert erlang_a(3, 24_000, **{**QUEUE, "patience_s": np.inf}).status == "overload"


def test_no_patience() -> None:
    hasty = erlang_a(80, 200, **{**QUEUE, "patience_s": 0})
    lost = erlang_b(80, 80.0)
    assert hasty.abandonment == pytest.approx(lost.p_blocked, rel=1e-14)
    assert (hasty.asa_s, hasty.mean_wait_s) == (0, 0)
    for convention in ("excl_short", "incl_abandoned"):
        assert erlang_a(80, 200, convention=convention, **{**QUEUE, "patience_s": 0}).service_level == 1


def test_threshold_of_nothing_and_of_for_ever() -> None:
    at_once = erlang_a(80, 200, **{**QUEUE, "answer_within_s": 0})
    assert at_once.service_level == pytest.approx(1 - at_once.p_wait, rel=1e-13)
    ever = erlang_a(80, 200, **{**QUEUE, "answer_within_s": 1e300})
    assert ever.service_level == pytest.approx(1 - ever.abandonment, rel=1e-13)


def test_rounding_of_the_load_is_not_felt() -> None:
    """Calls that do not divide: the same centre in other units gives the same digits."""
    one = erlang_a(20_000, 48_333.3, interval_s=900, aht_s=370.3, patience_s=240)
    other = erlang_a(20_000, 48_333.3, interval_s=900 / 64, aht_s=370.3 / 64, patience_s=240 / 64)
    assert one.p_wait == pytest.approx(other.p_wait, rel=1e-13)


def test_mixed_models() -> None:
    models = np.array(["erlang_b", "erlang_c", "erlang_a"])
    got = evaluate(models, 90, offered=200, **QUEUE)
    assert got.p_blocked[0] == pytest.approx(erlang_b(90, 80.0).p_blocked)
    assert got.p_wait[1] == erlang_c(90, 200, **CENTRE).p_wait
    assert got.p_wait[2] == erlang_a(90, 200, **QUEUE).p_wait


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"offered": -1}, r"offered must be at least 0, got -1\.0"),
        ({"offered": math.nan}, "offered must be a number, got NaN; fill the gap"),
        ({"offered": math.inf}, "offered must be finite, got inf"),
        ({"offered": "many"}, "offered must be numbers, got 'many'"),
        ({"agents": 2.5}, r"agents must be whole numbers, got 2\.5; round up"),
        ({"interval_s": 0}, r"interval_s must be greater than 0, got 0\.0"),
        ({"aht_s": [300, -2]}, r"aht_s must be at least 0, got -2\.0"),
        ({"patience_s": -5}, "patience_s must be at least 0"),
        ({"answer_within_s": math.inf}, "answer_within_s must be finite"),
        ({"offered": 1e30}, "offered must be at most 1e\\+15, got 1e\\+30"),
        ({"offered": 1e10}, "offered load must be at most 1e\\+09 erlang, got 4000000000.0; check the units"),
        ({"convention": "answered"}, "convention must be one of offered, excl_short, incl_abandoned, got 'answered'"),
    ],
)
def test_refusals(change: dict[str, Any], said: str) -> None:
    inputs = {"agents": 5, "offered": 10, **QUEUE, **change}
    with pytest.raises(ValueError, match=said):
        erlang_a(inputs.pop("agents"), inputs.pop("offered"), **inputs)


def test_unknown_model() -> None:
    with pytest.raises(ValueError, match="model must be one of erlang_b, erlang_c, erlang_a, got 'erlang_d'"):
        evaluate("erlang_d", 5, offered=10, **QUEUE)  # type: ignore[arg-type]
