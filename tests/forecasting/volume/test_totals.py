"""Totals over queues: means add up, bands hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.volume import OpenCalendar, complete, make_forecaster
from forecasting.volume.past_days import PastDays
from forecasting.volume.totals import error_correlations, total_of


def days(common: float, own: float, *, seed: int, n: int = 120, level: float = 200.0) -> PastDays:
    """Days whose level a shared cause and one of its own move; the shared one is the same for every seed."""
    shared = np.random.default_rng(0).normal(0, 1, (n, 1)) * common
    rng = np.random.default_rng(seed)
    mean = level * np.exp(shared + rng.normal(0, own, (n, 1)))
    return PastDays(np.arange(n), np.full((n, 24), level), rng.poisson(np.broadcast_to(mean, (n, 24))).astype(float))


def test_a_shared_cause_is_found_and_its_absence_too() -> None:
    together = error_correlations([days(0.3, 0.0, seed=1), days(0.3, 0.0, seed=2)])
    apart = error_correlations([days(0.0, 0.3, seed=1), days(0.0, 0.3, seed=2)])
    assert together[0, 1] > 0.7
    assert abs(apart[0, 1]) < 0.25


def test_few_days_say_little() -> None:
    few = error_correlations([days(0.3, 0.0, seed=1, n=4), days(0.3, 0.0, seed=2, n=4)])
    assert few[0, 1] < 0.35


def test_queues_without_a_day_or_a_slot_in_common_count_as_independent() -> None:
    one, other = days(0.3, 0.0, seed=1), days(0.3, 0.0, seed=2)
    elsewhere = PastDays(other.day + 999, other.expected, other.counts)
    half_hours = PastDays(other.day, np.repeat(other.expected, 2, 1), np.repeat(other.counts, 2, 1))
    empty = PastDays(np.empty(0, dtype=np.int64), np.empty((0, 24)), np.empty((0, 24)))
    np.testing.assert_array_equal(error_correlations([one, elsewhere, half_hours, empty]), np.eye(4))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 7), st.integers(0, 999))
def test_a_correlation_matrix_has_no_negative_eigenvalue(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = [
        PastDays(
            np.sort(rng.choice(60, 30, replace=False)),
            np.full((30, 6), 20.0),
            np.where(rng.random((30, 6)) < 0.1, np.nan, rng.poisson(20.0, (30, 6))),
        )
        for _ in range(n)
    ]
    matrix = error_correlations(made)
    np.testing.assert_allclose(np.diag(matrix), 1.0)
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.linalg.eigvalsh(matrix).min() > -1e-9


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=4, max_size=4))
def test_means_add_up_however_the_queues_are_grouped(levels: list[float]) -> None:
    mean = np.array(levels)[:, None] * np.ones(3)
    low, high = 0.8 * mean, 1.2 * mean
    skill = [total_of(mean[i : i + 2], low[i : i + 2], high[i : i + 2], np.eye(2)).mean for i in (0, 2)]
    whole = total_of(mean, low, high, np.eye(4))
    np.testing.assert_allclose(whole.mean, sum(skill), rtol=1e-12)
    assert (np.diff(whole.quantiles, axis=1) >= 0).all()
    assert (whole.quantiles >= 0).all()


def test_a_total_is_wider_the_more_its_parts_go_together() -> None:
    mean = np.full((3, 1), 100.0)
    widths = [
        float(np.ptp(total_of(mean, mean - 30, mean + 30, matrix).quantiles))
        for matrix in (np.eye(3), np.full((3, 3), 0.5) + 0.5 * np.eye(3), np.ones((3, 3)))
    ]
    assert widths[0] < widths[1] < widths[2]
    np.testing.assert_allclose(widths[2], 180, rtol=0.02)


def test_a_hundred_rare_queues_are_not_nothing() -> None:
    """Each brings 0.3 an interval: P10 and P50 are 0, and adding or squaring those would promise a silent total."""
    mean = np.full((100, 1), 0.3)
    quantiles = total_of(mean, mean * 0, mean * 0 + 1, np.eye(100)).quantiles[0]
    truth = np.quantile(np.random.default_rng(1).poisson(0.3, (20_000, 100)).sum(axis=1), (0.1, 0.5, 0.9))
    np.testing.assert_allclose(quantiles, truth, atol=1.5)


def test_closed_intervals_are_zero_and_wrong_shapes_are_named() -> None:
    zero = np.zeros((2, 3))
    assert (total_of(zero, zero, zero, np.eye(2)).quantiles == 0).all()
    with pytest.raises(ValueError, match="correlation"):
        total_of(zero, zero, zero, np.eye(3))


@pytest.mark.shared
def test_the_band_of_a_real_total_holds_where_simpler_rules_do_not(shared: Path) -> None:
    """Three types of emergency calls together, hourly, a day ahead."""
    rows = pd.read_csv(shared / "data" / "montgomery911_15min.csv.gz")
    start = pd.to_datetime(rows["interval_start"], utc=True).dt.as_unit("us").dt.floor("h")
    counts = rows["offered"].astype(float).groupby([rows["queue"], start]).sum()
    always = OpenCalendar()
    known = [each.droplevel(0) for _, each in counts.groupby(level=0)]
    known = [complete(each, always, interval_s=3600, end=each.index[-1]) for each in known]
    inside: dict[str, list[float]] = {"measured": [], "independent": [], "added": []}
    for origin in pd.date_range("2016-03-15", "2016-08-10", freq="40D", tz="UTC"):
        index = always.open_index(origin, origin + pd.Timedelta(days=3), 3600)
        made = [
            make_forecaster("two_way_svd").fit(each[each.index < origin], always, interval_s=3600) for each in known
        ]
        said = [one.predict_all(index, (0.1, 0.9)) for one in made]
        mean, low, high = np.array([[m, q[0.1], q[0.9]] for m, q in said]).transpose(1, 0, 2)
        actual = sum(each[index].to_numpy() for each in known)
        measured = error_correlations([one.past_days(60) for one in made])
        for name, matrix in (("measured", measured), ("independent", np.eye(3)), ("added", np.ones((3, 3)))):
            band = total_of(mean, low, high, matrix).quantiles
            inside[name].append(float(((actual >= band[:, 0]) & (actual <= band[:, 2])).mean()))
    covered = {name: float(np.mean(each)) for name, each in inside.items()}
    assert 0.77 <= covered["measured"] <= 0.84
    assert covered["independent"] < covered["measured"] < covered["added"]
    assert covered["added"] > 0.88
