"""What must hold between the formulas, whatever their numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.staffing import CONVENTIONS, erlang_a, erlang_b, erlang_c
from tests.forecasting.staffing.exact_queue import mean_queue

CENTRE = {"interval_s": 900, "aht_s": 360, "answer_within_s": 20}
NAMES = ("p_wait", "asa_s", "mean_wait_s", "service_level", "occupancy")


@pytest.mark.parametrize("agents", [10, 85, 300, 2000])
def test_erlang_a_becomes_c_as_patience_grows(agents: int) -> None:
    offered = (agents - 1.2 * np.sqrt(agents)) * 900 / 360
    patient = erlang_a(agents, offered, patience_s=1e13, **CENTRE)
    endless = erlang_c(agents, offered, **CENTRE)
    for name in NAMES:
        assert getattr(patient, name) == pytest.approx(getattr(endless, name), rel=1e-7), name
    assert erlang_a(agents, offered, patience_s=np.inf, **CENTRE).p_wait == endless.p_wait


@pytest.mark.parametrize("load_per_agent", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("agents", [1, 20, 400])
def test_erlang_a_becomes_b_as_patience_vanishes(agents: int, load_per_agent: float) -> None:
    load = agents * load_per_agent
    lost = erlang_b(agents, load)
    for patience, digits in ((1e-9, 1e-7), (1e-30, 1e-13), (0.0, 1e-13)):
        hasty = erlang_a(agents, load, interval_s=360, aht_s=360, patience_s=patience)
        assert hasty.p_wait == pytest.approx(lost.p_blocked, rel=digits)
        assert hasty.abandonment == pytest.approx(lost.p_blocked, rel=digits)
        assert hasty.service_level == pytest.approx(lost.service_level, rel=digits)
        assert hasty.mean_wait_s == pytest.approx(lost.p_blocked * patience, rel=digits)


@pytest.mark.parametrize(
    ("agents", "offered", "patience"), [(1, 2.0, 30.0), (12, 40.0, 200.0), (80, 200.0, 240.0), (30, 300.0, 90.0)]
)
def test_littles_law(agents: int, offered: float, patience: float) -> None:
    waiting = mean_queue(agents, offered * 360 / 900, patience_in_aht=patience / 360)
    got = erlang_a(agents, offered, patience_s=patience, **CENTRE)
    assert offered / 900 * got.mean_wait_s == pytest.approx(waiting, rel=1e-12)


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize(("offered", "patience"), [(3, 60), (200, 240), (200, 20), (1500, 600)])
def test_monotone_in_agents(offered: float, patience: float, convention: str) -> None:
    agents = np.arange(0, 900)
    got = erlang_a(agents, offered, patience_s=patience, convention=convention, **CENTRE)  # type: ignore[arg-type]
    assert (np.diff(got.service_level) >= -1e-14).all()
    for falling in (got.p_wait, got.abandonment, got.mean_wait_s, got.occupancy, got.asa_s[1:]):
        assert (np.diff(falling) <= 1e-14 * falling[:-1]).all()


def test_conventions_are_ordered() -> None:
    agents = np.arange(1, 150)
    strict, lenient, widest = (
        erlang_a(agents, 200, patience_s=120, convention=convention, **CENTRE).service_level
        for convention in CONVENTIONS
    )
    assert (strict <= lenient).all()
    assert (strict <= widest).all()


def test_one_flat_answer_for_any_shape() -> None:
    agents = np.arange(1, 7).reshape(2, 3)
    got = erlang_a(agents, [[5.0], [9.0]], patience_s=100, **CENTRE)
    assert got.p_wait.shape == (2, 3)
    assert got.p_wait[1, 2] == erlang_a(6, 9.0, patience_s=100, **CENTRE).p_wait


sizes = st.one_of(st.sampled_from([0, 1, 2, 255, 256, 257, 20_000, 1_000_000]), st.integers(0, 30_000))
seconds = st.one_of(st.sampled_from([0.0, 1e-300, 1e-17, 1e-9, 20.0, 1e9, 1e300]), st.floats(0, 1e5))
contacts = st.one_of(st.sampled_from([0.0, 1e-300, 1.0, 24_000.0]), st.floats(0, 50_000))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    agents=sizes,
    offered=contacts,
    interval=st.sampled_from([1.0, 60.0, 900.0, 86_400.0]),
    aht=st.one_of(st.sampled_from([0.0, 1e-300, 1e-9]), st.floats(0, 7200)),
    patience=st.one_of(seconds, st.just(np.inf)),
    within=seconds,
    short=seconds,
)
def test_never_nan_and_always_a_share(
    agents: int, offered: float, *, interval: float, aht: float, patience: float, within: float, short: float
) -> None:
    answers = [erlang_c(agents, offered, interval_s=interval, aht_s=aht, answer_within_s=within)]
    answers += [
        erlang_a(
            agents,
            offered,
            interval_s=interval,
            aht_s=aht,
            patience_s=patience,
            answer_within_s=within,
            short_abandon_s=short,
            convention=convention,
        )
        for convention in CONVENTIONS
    ]
    answers.append(erlang_b(agents, offered * aht / interval))
    for answer in answers:
        for name in ("p_wait", "p_blocked", "abandonment", "service_level", "occupancy"):
            assert 0 <= getattr(answer, name) <= 1, name
        assert answer.asa_s >= 0
        assert answer.mean_wait_s >= 0
