"""The compiled event loop: conserved, by seed, in agreement with queueing theory, and true to each rule of a centre."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecasting.simulation import (
    AgentGroup,
    Centre,
    ContactType,
    Shift,
    constant,
    empirical,
    exponential,
    lognormal,
    people_of,
    replicate,
    simulate_centre,
    weibull,
)
from forecasting.simulation.compiled.layout import (
    ABANDONED,
    ANSWERED,
    BUSY,
    CALLED_BACK,
    CLOSED,
    IN_SERVICE,
    WAITING,
)
from forecasting.simulation.engine import (
    Contacts,
)
from forecasting.staffing import erlang_a, erlang_b
from tests.conftest import REPO_ROOT

ALWAYS: dict[str, Any] = {"handling": constant(), "patience": constant()}


def one_queue(
    *, agents: int | list[tuple[float, int]] = 1, trunks: dict[str, int] | None = None, **type_: Any
) -> Centre:
    people = [(0.0, agents)] if isinstance(agents, int) else agents
    kind = ContactType(**{"name": "call", "aht_s": 100.0, **type_})
    return Centre(
        types=[kind], groups=[AgentGroup(name="team", people=people, serves={"call": 0})], trunks=trunks or {}
    )


def poisson(per_s: float, n: int, *, seed: int = 1) -> np.ndarray[Any, Any]:
    return np.cumsum(np.random.default_rng(seed).exponential(1 / per_s, n))


def waits(contacts: Contacts) -> np.ndarray[Any, Any]:
    return np.minimum(contacts.answered, contacts.ended) - contacts.arrived


def busiest(contacts: Contacts, begins: Any, ends: Any, where: Any) -> int:
    at = np.concatenate([begins[where], ends[where]])
    step = np.concatenate([np.ones(where.sum()), -np.ones(where.sum())])
    return int(np.cumsum(step[np.lexsort((step, at))]).max(initial=0))


def test_numba_is_not_loaded_before_the_first_simulation() -> None:
    said = "import sys, forecasting.simulation; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


_ONE_CALL = """
from forecasting.simulation import AgentGroup, Centre, ContactType, simulate_centre
centre = Centre(
    types=[ContactType(name="call", aht_s=1.0)], groups=[AgentGroup(name="team", people=[(0, 1)], serves={"call": 0})]
)
print(simulate_centre(centre, [[1.0, 2.0]], seed=1).fate.tolist())
"""


def _in_a_copy(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one simulation in a process of its own; the package lies elsewhere, so no file on disk is known."""
    if not (folder / "forecasting").exists():
        ignore = shutil.ignore_patterns("__pycache__", "library", "surge", "volume", "evaluation")
        shutil.copytree(REPO_ROOT / "forecasting", folder / "forecasting", ignore=ignore)
    known = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1", **environment}
    return subprocess.run(
        [sys.executable, "-c", _ONE_CALL], cwd=folder, env=known, capture_output=True, text=True, check=False
    )


def test_it_runs_where_nothing_can_be_written_and_where_what_was_written_is_damaged(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert _in_a_copy(tmp_path, NUMBA_CACHE_DIR=str(kept)).stdout.strip() == "[2, 2]"
    files = [file for file in kept.rglob("*") if file.suffix in (".nbi", ".nbc")]
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:40])
    damaged = _in_a_copy(tmp_path, NUMBA_CACHE_DIR=str(kept))
    assert (damaged.stdout.strip(), damaged.stderr) == ("[2, 2]", "")
    # A folder that cannot be made, for root as for anybody: its parent is a file.
    (tmp_path / "file").touch()
    nowhere = _in_a_copy(tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "file" / "cache"))
    assert (nowhere.stdout.strip(), nowhere.stderr) == ("[2, 2]", "")


def test_every_attempt_has_one_fate_and_every_person_comes_from_an_arrival() -> None:
    centre = one_queue(
        agents=10,
        aht_s=300,
        patience_s=240,
        redial=0.4,
        reconnect=0.1,
        redial_busy=0.5,
        trunk="line",
        trunks={"line": 30},
    )
    found = simulate_centre(centre, [poisson(0.1, 3000)], seed=1)
    firsts = found.tries == 0
    assert firsts.sum() == 3000
    assert sorted(found.person[firsts]) == list(range(3000))
    # Whoever comes again does so once for each time it was said, at that time.
    assert np.allclose(np.sort(found.again[np.isfinite(found.again)]), np.sort(found.arrived[~firsts]))
    assert set(found.fate) == {ANSWERED, ABANDONED, BUSY}
    assert (np.diff(found.arrived) >= 0).all()
    assert ((found.answered < inf) == (found.fate == ANSWERED)).all()
    assert busiest(found, found.arrived, found.ended, found.fate != BUSY) == 30
    assert busiest(found, found.answered, found.ended, found.fate == ANSWERED) == 10
    n = (found.fate == ANSWERED).sum()
    assert found.events == len(found.fate) + 2 * n + (found.fate == ABANDONED).sum()


def test_first_come_first_served() -> None:
    found = simulate_centre(one_queue(agents=5, aht_s=300), [poisson(0.03, 4000)], seed=2)
    assert (np.diff(found.answered) >= 0).all()
    assert busiest(found, found.answered, found.ended, found.fate == ANSWERED) == 5


def test_the_seed_decides_all_and_threads_nothing() -> None:
    centre, given = one_queue(agents=10, aht_s=300, patience_s=240, redial=0.4), [poisson(0.1, 2000)]
    one, same, other = (simulate_centre(centre, given, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.ended, same.ended)
    assert not np.array_equal(one.ended[:100], other.ended[:100])
    told: list[tuple[int, int]] = []
    day: dict[str, Any] = {"edges": np.arange(5) * 900.0, "runs": 12, "seed": 3}
    alone = replicate(centre, np.full((1, 4), 90.0), **day, progress=lambda done, all_: told.append((done, all_)))
    together = replicate(centre, np.full((1, 4), 90.0), **day, workers=3)
    assert told == [(done, 12) for done in range(1, 13)]
    for name in ("attempts", "wait_s", "queue_mean", "in_centre", "answered"):
        assert np.array_equal(getattr(alone, name), getattr(together, name))


@pytest.mark.parametrize(("per_s", "agents"), [(0.34, 100), (0.30, 100), (0.6, 100), (0.02, 5)])
def test_it_agrees_with_erlang_a(per_s: float, agents: int) -> None:
    n = 400_000
    found = simulate_centre(one_queue(agents=agents, aht_s=300, patience_s=240), [poisson(per_s, n)], seed=4)
    exact = erlang_a(agents, per_s * 900, interval_s=900, aht_s=300, patience_s=240, answer_within_s=20)
    # Waits of neighbours hang together; a batch of 4,000 is long against that.
    for values, truth in (
        (found.fate == ABANDONED, exact.abandonment),
        (waits(found), exact.mean_wait_s),
        (found.answered - found.arrived <= 20, exact.service_level),
        (waits(found) > 0, exact.p_wait),
    ):
        batches = values[2000 : 2000 + 98 * 4000].reshape(98, 4000).mean(axis=1)
        assert abs(batches.mean() - float(truth)) < 4 * batches.std(ddof=1) / np.sqrt(98) + 1e-4


@pytest.mark.parametrize("law", [exponential(), constant(), lognormal(1.5), weibull(0.7)])
def test_without_a_queue_it_is_erlang_b_whatever_the_law(law: Any) -> None:
    centre = one_queue(agents=20, aht_s=200, handling=law, trunk="line", trunks={"line": 20})
    found = simulate_centre(centre, [poisson(0.1, 300_000)], seed=5)
    batches = (found.fate == BUSY)[: 75 * 4000].reshape(75, 4000).mean(axis=1)
    exact = float(erlang_b(20, 0.1 * 200).p_blocked)
    assert abs(batches.mean() - exact) < 4 * batches.std(ddof=1) / np.sqrt(75)


def test_littles_law_and_conservation_in_the_counts() -> None:
    centre = one_queue(agents=12, aht_s=300, patience_s=240, redial=0.3)
    edges = np.arange(9) * 900.0
    day = replicate(centre, np.array([[30, 40, 60, 80, 60, 40, 10, 0]], dtype=float), edges=edges, runs=40, seed=6)
    # All that wait do so within the day, since nobody comes in its last hour: area of the queue = sum of waits.
    assert day.queue_mean.sum() * 900 == pytest.approx(day.wait_s.sum(), rel=2e-3)
    assert day.attempts.sum() == pytest.approx((day.taken + day.abandoned).sum())
    assert (day.attempts == day.decided).all()
    left = day.in_centre[0, -1] + day.redialling_at_end[0]
    firsts = day.answered.sum() + day.unserved.sum() + left
    assert firsts == pytest.approx(320, rel=0.02)
    assert day.queue_end[0, -1] <= 0.5
    assert (day.in_time <= day.taken).all()


def test_more_people_never_make_the_same_customers_wait_longer() -> None:
    given, before = [poisson(0.34, 20_000)], inf
    for agents in range(90, 131, 8):
        found = simulate_centre(one_queue(agents=agents, aht_s=300), given, seed=7)
        assert waits(found).sum() <= before
        before = waits(found).sum()
    answers = [
        float((simulate_centre(one_queue(agents=n, aht_s=300, patience_s=240), given, seed=7).fate == ANSWERED).mean())
        for n in (80, 90, 100, 110)
    ]
    assert answers == sorted(answers)


LAWS = [(exponential(), 1.0), (constant(), 0.0), (lognormal(2.0), 2.0), (weibull(2.0), 0.5227), (weibull(0.5), 2.236)]


@pytest.mark.parametrize(("law", "cv"), LAWS)
def test_laws_keep_mean_and_spread(law: Any, cv: float) -> None:
    found = simulate_centre(one_queue(agents=10_000, aht_s=50, handling=law), [poisson(1.0, 200_000)], seed=8)
    times = found.ended - found.answered
    assert times.mean() == pytest.approx(50, rel=0.02)
    assert times.std() / times.mean() == pytest.approx(cv, rel=0.05, abs=1e-9)


def test_an_empirical_law_draws_what_it_was_given() -> None:
    law = empirical([10.0, 20.0, 60.0])
    found = simulate_centre(one_queue(agents=10_000, aht_s=300, handling=law), [poisson(1.0, 30_000)], seed=9)
    times, counts = np.unique(np.round(found.ended - found.answered, 6), return_counts=True)
    assert times.tolist() == [100.0, 200.0, 600.0]
    assert counts.min() > 9_600


def test_patience_scatters_as_told() -> None:
    found = simulate_centre(one_queue(agents=0, patience_s=60, patience=weibull(2.0)), [poisson(1.0, 50_000)], seed=9)
    assert (found.fate == ABANDONED).all()
    assert waits(found).mean() == pytest.approx(60, rel=0.02)
    assert waits(found).std() == pytest.approx(60 * 0.5227, rel=0.03)


def test_shrinking_staff_never_cuts_a_contact_and_breaks_end() -> None:
    shifts = [Shift(start_s=0, end_s=1000, people=2, breaks=[(50, 300)]), Shift(start_s=0, end_s=1000)]
    centre = one_queue(agents=people_of(shifts), **ALWAYS)
    found = simulate_centre(centre, [[0.0, 1.0, 2.0, 120.0, 130.0]], seed=1)
    # Three at work, then one: who is served is finished, the next waits for the one left, then all are back.
    assert found.answered.tolist() == [0.0, 1.0, 2.0, 120.0, 220.0]
    found = simulate_centre(centre, [[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]], seed=1)
    assert found.answered.tolist() == [0.0, 1.0, 2.0, 102.0, 202.0, 300.0]


def test_the_highest_priority_goes_first_then_who_came_first() -> None:
    kinds = [
        ContactType(name=name, aht_s=100, priority=p, **ALWAYS) for name, p in (("low", 0), ("high", 5), ("also", 0))
    ]
    team = AgentGroup(name="team", people=[(0, 1)], serves={"low": 0, "high": 0, "also": 0})
    found = simulate_centre(Centre(types=kinds, groups=[team]), [[0.0, 10.0], [30.0], [5.0]], seed=1)
    at = {(int(q), float(t)): float(s) for q, t, s in zip(found.type, found.arrived, found.answered, strict=True)}
    assert at == {(0, 0.0): 0.0, (1, 30.0): 100.0, (2, 5.0): 200.0, (0, 10.0): 300.0}


def test_another_group_helps_only_after_the_agreed_wait() -> None:
    kind = ContactType(name="call", aht_s=100, **ALWAYS)
    own = AgentGroup(name="own", people=[(0, 1)], serves={"call": 0})
    others = AgentGroup(name="others", people=[(0, 1)], serves={"call": 30})
    found = simulate_centre(Centre(types=[kind], groups=[own, others]), [[0.0, 10.0, 20.0]], seed=1)
    assert found.answered.tolist() == [0.0, 40.0, 100.0]
    assert found.group.tolist() == [0, 1, 0]


def test_one_agent_chats_with_several_at_once_but_not_beside_a_call() -> None:
    chat = ContactType(name="chat", aht_s=100, concurrency=3, **ALWAYS)
    call = ContactType(name="call", aht_s=100, **ALWAYS)
    team = AgentGroup(name="team", people=[(0, 2)], serves={"chat": 0, "call": 0})
    centre = Centre(types=[chat, call], groups=[team])
    found = simulate_centre(centre, [[0.0, 1.0, 2.0, 3.0], [4.0]], seed=1)
    # Three chats on one agent, the fourth on the other. When one has ended, one agent has all three.
    assert found.answered.tolist() == [0.0, 1.0, 2.0, 3.0, 100.0]
    found = simulate_centre(centre, [[1.0, 2.0, 3.0, 4.0], [0.0]], seed=1)
    assert found.answered.tolist() == [0.0, 1.0, 2.0, 3.0, 100.0]


def test_busy_lines_turn_callers_away_until_one_is_free() -> None:
    centre = one_queue(trunk="line", trunks={"line": 2}, **ALWAYS)
    found = simulate_centre(centre, [[0.0, 1.0, 2.0, 150.0]], seed=1)
    assert found.fate.tolist() == [ANSWERED, ANSWERED, BUSY, ANSWERED]


def test_a_call_back_frees_the_line_and_waits_its_turn() -> None:
    call = ContactType(
        name="call",
        aht_s=100,
        callback="back",
        callback_after_s=20,
        callback_share=1.0,
        trunk="line",
        priority=1,
        **ALWAYS,
    )
    back = ContactType(name="back", aht_s=50, **ALWAYS)
    team = AgentGroup(name="team", people=[(0, 1)], serves={"call": 0, "back": 0})
    centre = Centre(types=[call, back], groups=[team], trunks={"line": 2})
    found = simulate_centre(centre, [[0.0, 10.0, 35.0, 90.0], []], seed=1)
    calls = found.type == 0
    assert found.fate[calls].tolist() == [ANSWERED, CALLED_BACK, CALLED_BACK, ANSWERED]
    assert found.ended[calls].tolist() == [100.0, 30.0, 55.0, 200.0]
    assert found.arrived[~calls].tolist() == [30.0, 55.0]
    assert found.answered[~calls].tolist() == [200.0, 250.0]
    assert found.person[~calls].tolist() == [1, 2]


def test_tickets_wait_over_night_and_fill_the_gaps() -> None:
    call = ContactType(name="call", aht_s=100, priority=1, **ALWAYS)
    ticket = ContactType(name="ticket", aht_s=50, **ALWAYS)
    team = AgentGroup(name="team", people=[(1000, 1), (2000, 0), (3000, 1)], serves={"call": 0, "ticket": 0})
    found = simulate_centre(Centre(types=[call, ticket], groups=[team]), [[1010.0], [5.0, 6.0, 1990.0, 2500.0]], seed=1)
    assert found.answered[found.type == 1].tolist() == [1000.0, 1150.0, 1990.0, 3000.0]
    assert found.answered[found.type == 0].tolist() == [1050.0]


@pytest.mark.parametrize(("leave", "fate"), [(False, ANSWERED), (True, ABANDONED)])
def test_closing_time_with_a_full_queue(leave: bool, fate: int) -> None:
    centre = one_queue(opening=[(0.0, 50.0), (300.0, 400.0)], leave_at_closing=leave, redial=0.9, **ALWAYS)
    found = simulate_centre(centre, [[0.0, 40.0, 50.0, 300.0]], seed=1)
    assert found.fate.tolist() == [ANSWERED, fate, CLOSED, ANSWERED]
    assert found.answered[3] == 300.0


def test_spans_that_touch_stay_open() -> None:
    found = simulate_centre(one_queue(opening=[(0.0, 50.0), (50.0, 90.0)], **ALWAYS), [[49.0, 50.0, 90.0]], seed=1)
    assert found.fate.tolist() == [ANSWERED, ANSWERED, CLOSED]


def test_values_by_interval_hold_from_their_beginning() -> None:
    kind = ContactType(name="call", aht_s=[10, 40], patience_s=[inf, 5], **ALWAYS)
    team = AgentGroup(name="team", people=[(0, 1)], serves={"call": 0})
    centre = Centre(types=[kind], groups=[team], edges=np.array([0.0, 100.0]))
    found = simulate_centre(centre, [[0.0, 95.0, 99.0, 110.0]], seed=1)
    assert (found.ended - found.answered)[[0, 1, 2]].tolist() == [10.0, 10.0, 40.0]
    assert found.fate.tolist() == [ANSWERED, ANSWERED, ANSWERED, ABANDONED]
    assert found.ended[3] == 115.0


def test_what_is_open_at_the_end_is_told() -> None:
    found = simulate_centre(one_queue(**ALWAYS), [[0.0, 1.0, 2.0, 500.0]], seed=1, until_s=150.0)
    assert found.fate.tolist() == [ANSWERED, IN_SERVICE, WAITING]
    nobody = simulate_centre(one_queue(agents=0, **ALWAYS), [[0.0, 1.0]], seed=1)
    assert nobody.fate.tolist() == [WAITING, WAITING]


def test_edges_of_the_possible() -> None:
    assert len(simulate_centre(one_queue(), [[]], seed=1).fate) == 0
    at_once = simulate_centre(one_queue(agents=0, patience_s=0.0), [[1.0, 1.0]], seed=1)
    assert at_once.ended.tolist() == [1.0, 1.0]
    no_work = simulate_centre(one_queue(aht_s=0.0), [[1.0, 1.0, 1.0]], seed=2**64 - 1)
    assert no_work.ended.tolist() == [1.0, 1.0, 1.0]
    flood = simulate_centre(one_queue(agents=3, patience_s=60, redial=0.9), [poisson(24_000 / 900, 24_000)], seed=1)
    assert len(flood.fate) > 150_000  # the arrays had to grow several times
    assert set(flood.fate) == {ANSWERED, ABANDONED}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"aht_s": -1}, "aht_s must be in"),
        ({"aht_s": float("nan")}, "aht_s must be in"),
        ({"redial": 1.0}, "redial must be in"),
        ({"patience_s": [1, 2]}, "one for each of 1 intervals"),
        ({"concurrency": 0}, "at least 1"),
        ({"callback": "nobody"}, "no kind of contact is called nobody"),
        ({"trunk": "nobody"}, "trunks must name"),
        ({"opening": [(5, 1)]}, "do not overlap"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        simulate_centre(one_queue(**change), [[1.0]], seed=1)


def test_arrivals_must_rise_and_laws_make_sense() -> None:
    with pytest.raises(ValueError, match="must be finite and rise"):
        simulate_centre(one_queue(), [[2.0, 1.0]], seed=1)
    with pytest.raises(ValueError, match="one list for each of 1 types"):
        simulate_centre(one_queue(), [], seed=1)
    for make, value in (
        (lognormal, 0.0),
        (weibull, 0.0),
        (empirical, []),
        (empirical, [0.0]),
        (empirical, [-1.0, 3.0]),
    ):
        with pytest.raises(ValueError, match="law needs"):
            make(value)  # type: ignore[operator]
    with pytest.raises(ValueError, match="breaks apart and within"):
        Shift(start_s=0, end_s=10, breaks=[(5, 20)])
    with pytest.raises(ValueError, match="rising times"):
        AgentGroup(name="x", people=[(1, 1), (0, 2)], serves={})
