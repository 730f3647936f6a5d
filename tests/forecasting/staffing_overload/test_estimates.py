"""Estimates find again what waits, handling times and redials were drawn from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forecasting.simulation import ABANDON, COMPLETE, CONNECT, ENTER, QueueModel, arrival_times, simulate
from forecasting.staffing.estimates import (
    exponential_patience,
    handling_times,
    kaplan_meier,
    redials,
    unique_customers,
)
from tests.bench.erlang_a_check import read_calls


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Waits that end with whichever comes first, an answer or a hang-up; and the patience behind them."""
    draw = np.random.default_rng(4)
    patience, offered = draw.exponential(240, 20_000), draw.exponential(90, 20_000)
    return np.minimum(patience, offered), patience < offered, patience


def test_exponential_patience_is_found(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    waits, lost, _ = drawn
    found = exponential_patience(waits, lost)
    assert found.patience_s == pytest.approx(240, rel=4 * found.relative_error)
    assert found.low_s < 240 < found.high_s
    assert (found.contacts, found.abandoned) == (20_000, lost.sum())
    assert found.patience_s == pytest.approx(waits.mean() / lost.mean())


def test_the_interval_covers_as_often_as_it_says() -> None:
    draw = np.random.default_rng(8)
    inside = 0
    for _ in range(300):
        patience, offered = draw.exponential(240, 120), draw.exponential(60, 120)
        found = exponential_patience(np.minimum(patience, offered), patience < offered)
        inside += found.low_s < 240 < found.high_s
    assert 0.85 < inside / 300 < 0.96


def test_nobody_abandoned() -> None:
    found = exponential_patience([5, 10], [False, False])
    assert found.patience_s == found.high_s == found.relative_error == np.inf
    assert 0 < found.low_s < np.inf


def test_the_product_finds_the_whole_curve(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    waits, lost, patience = drawn
    curve = kaplan_meier(waits, lost)
    for at in (30, 120, 300):
        step = np.searchsorted(curve.at_s, at)
        assert float(curve.share_beyond(at)) == pytest.approx(
            (patience > at).mean(), abs=4 * curve.standard_error[step]
        )
    assert curve.quantile(0.5) == pytest.approx(240 * np.log(2), rel=0.05)
    assert curve.mean_until(300) == pytest.approx(np.minimum(patience, 300).mean(), rel=0.03)


def test_uncensored_waits_are_counted() -> None:
    curve = kaplan_meier([1, 2, 3, 4], [True] * 4)
    assert curve.share_beyond([0.5, 1, 2.5, 4]).tolist() == [1.0, 0.75, 0.5, 0.0]
    assert np.isnan(curve.share_beyond(5))
    assert curve.mean_until(4) == 2.5
    assert kaplan_meier([3, 5], [False, False]).share_beyond([2, 4]).tolist() == [1.0, 1.0]
    assert np.isnan(kaplan_meier([3, 5], [True, False]).quantile(0.9))


def test_handling_times_by_hour() -> None:
    draw = np.random.default_rng(2)
    hour = draw.integers(8, 12, 4000)
    handled = draw.exponential(np.where(hour == 9, 500, 300))
    times = handling_times(handled, hour)
    assert times.group.tolist() == [8, 9, 10, 11]
    np.testing.assert_allclose(times.aht_s, [300, 500, 300, 300], rtol=0.1)
    assert (times.standard_error_s < 30).all()
    alone = handling_times([*handled, 9000.0], [*hour, 12])
    assert alone.aht_s[-1] < 600
    assert np.isnan(alone.standard_error_s[-1])


@pytest.fixture(scope="module")
def stream() -> dict[str, np.ndarray]:
    """Thirty hours of a centre in overload, whose callers redial with probability 0.4 after 5 minutes in the mean."""
    model = QueueModel(agents=[(0.0, 30)], aht_s=300, patience_s=240, redial=0.4, redial_after_s=300)
    arrivals = arrival_times(lambda t: np.full(t.shape, 0.15), start_s=0.0, end_s=108_000, seed=3)
    callers: dict[int, int] = {}
    rows = []
    for event in simulate(arrivals, model, seed=5):
        if event.kind == ENTER:
            callers[event.contact] = event.caller
        elif event.kind in (ABANDON, COMPLETE):
            rows.append((callers[event.contact], event.arrived_at, event.at, event.kind == ABANDON))
        else:
            assert event.kind == CONNECT
    caller, arrived, left, lost = (np.array(column) for column in zip(*rows, strict=True))
    return {"caller": caller, "arrived_s": arrived, "left_s": left, "abandoned": lost}


def test_redials_are_found(stream: dict[str, np.ndarray]) -> None:
    found = redials(stream["caller"], **{name: stream[name] for name in ("arrived_s", "left_s", "abandoned")})
    assert found.probability == pytest.approx(0.4, abs=4 * found.standard_error)
    assert found.delay_s == pytest.approx(300, rel=0.08)
    assert found.by_chance == 0
    short = redials(
        stream["caller"], **{name: stream[name] for name in ("arrived_s", "left_s", "abandoned")}, window_s=900
    )
    assert short.delay_s == pytest.approx(300, rel=0.15)


def test_callers_who_come_back_anyhow_are_taken_out() -> None:
    draw = np.random.default_rng(1)
    n = 4000
    arrived = np.sort(draw.uniform(0, 4e6, n))
    lost = draw.random(n) < 0.5
    again = draw.random(n) < np.where(lost, 0.2 + 0.8 * 0.3, 0.2)
    second = arrived[again] + 10 + draw.exponential(300, again.sum())
    who = np.concatenate([np.arange(n), np.arange(n)[again]])
    at = np.concatenate([arrived, second])
    # Second calls are answered, and nobody calls a third time: they halve the share that comes back by chance.
    gave_up = np.concatenate([lost, np.zeros(again.sum(), dtype=bool)])
    found = redials([f"caller {one}" for one in who], arrived_s=at, left_s=at + 5, abandoned=gave_up)
    assert found.by_chance == pytest.approx(0.2 * 2000 / (2000 + again.sum()), abs=0.02)
    assert found.followed / found.abandoned == pytest.approx(0.44, abs=0.03)
    assert found.probability == pytest.approx((0.44 - found.by_chance) / (1 - found.by_chance), abs=0.04)


def test_no_abandons_no_redials() -> None:
    found = redials(["a", "b"], arrived_s=[0, 9000], left_s=[5, 9005], abandoned=[False, False])
    assert np.isnan(found.probability)
    assert np.isnan(found.delay_s)


def test_customers_behind_attempts(stream: dict[str, np.ndarray]) -> None:
    attempts, lost = len(stream["caller"]), stream["abandoned"].sum()
    unique = len(set(stream["caller"].tolist()))
    assert float(unique_customers(attempts, abandoned=lost, redial_probability=0.4)) == pytest.approx(unique, rel=0.01)


def test_refusals() -> None:
    with pytest.raises(ValueError, match="wait_s must be at least 0, got -1"):
        exponential_patience([-1.0], [True])
    with pytest.raises(ValueError, match="one entry a contact"):
        kaplan_meier([1.0, 2.0], [True])
    with pytest.raises(ValueError, match="true or false"):
        kaplan_meier([1.0], [2])
    with pytest.raises(ValueError, match="at least one"):
        handling_times([], [])
    with pytest.raises(ValueError, match="exceed the attempts"):
        unique_customers(10, abandoned=8, blocked=3, redial_probability=0.4)
    with pytest.raises(ValueError, match=r"redial_probability must be in \[0, 1\)"):
        unique_customers(10, abandoned=8, redial_probability=1)
    with pytest.raises(ValueError, match="left_s must not lie before"):
        redials(["a"], arrived_s=[5], left_s=[4], abandoned=[True])
    with pytest.raises(ValueError, match="window_s must be positive"):
        redials(["a"], arrived_s=[5], left_s=[6], abandoned=[True], window_s=0)


@pytest.mark.shared
def test_a_real_month(shared: Path) -> None:
    """Half of the month's customers would wait for more than five minutes: longer than exponential patience says."""
    calls = read_calls(shared / "data" / "anonymous_bank_feb1999_call_by_call.csv.gz")
    waits, lost = calls["q_time"].to_numpy(dtype=float), calls["lost"].to_numpy()
    mean, curve = exponential_patience(waits, lost), kaplan_meier(waits, lost)
    assert mean.contacts > 25_000
    assert mean.high_s / mean.low_s < 1.1
    assert 300 < mean.patience_s < 900
    for at, within in ((60, 0.05), (180, 0.06), (300, 0.08)):
        assert float(curve.share_beyond(at)) == pytest.approx(np.exp(-at / mean.patience_s), abs=within)
    assert float(curve.share_beyond(300)) > np.exp(-300 / mean.patience_s) + 0.04
    assert curve.quantile(0.5) == pytest.approx(285, abs=40)
    served = calls[~calls["lost"]]
    times = handling_times(served["ser_time"].to_numpy(dtype=float), served["hour"].to_numpy())
    busy = times.contacts > 500
    assert busy.sum() >= 10
    np.testing.assert_allclose(times.aht_s[busy], times.overall_s, rtol=0.25)
