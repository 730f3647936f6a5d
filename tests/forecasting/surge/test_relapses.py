"""A repeated failure adds a curve of its own; a rise in the counts is told apart from noise."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.outages import Outage, Relapse
from forecasting.surge.relapses import episodes
from forecasting.surge.rises import rises_from
from tests.forecasting.surge.surge_centre import INDEX, KNOWN, ONSET, START, at, four_queues, one_queue, outlook, wave

AGAIN = Relapse(at=at(16), restored_at=at(10))
TWICE = replace(KNOWN, relapses=(AGAIN,))
ONCE_BACK = replace(KNOWN, ended_at=at(10))
BOTH = wave() + wave(begins=START + 16)


def test_down_again_brings_more_than_service_that_stays_back() -> None:
    again = outlook(TWICE, four_queues(wave(), 16), 16)
    back = outlook(ONCE_BACK, four_queues(wave(), 16), 16)
    assert "relapsed" in again.notes
    assert again.next_4h[0.5] > 3 * back.next_4h[0.5]
    assert again.observed == back.observed  # what was counted stays what was counted


def test_counts_of_the_second_surge_are_its_own() -> None:
    """Two hours into it the forecast knows the second surge better than a reading as one long surge does."""
    n = 22
    truth = float(BOTH[START + n : START + n + 16].sum())
    made = outlook(TWICE, [one_queue(BOTH, n)], n)
    assert made.next_4h[0.1] < truth < made.next_4h[0.9]
    assert made.n_elapsed == 6
    assert made.targets is not None
    np.testing.assert_allclose(np.expm1(made.targets[0, 9]), made.next_4h[0.5], rtol=0.02)


def test_a_relapse_after_now_changes_nothing() -> None:
    queues = four_queues(wave(), 8)
    plain, later = outlook(KNOWN, queues, 8), outlook(replace(KNOWN, relapses=(Relapse(at=at(9)),)), queues, 8)
    np.testing.assert_array_equal(plain.overall.quantiles, later.overall.quantiles)
    assert later.notes == plain.notes


def test_an_outage_is_cut_at_its_failures_and_an_old_end_belongs_to_none_of_them() -> None:
    outage = replace(TWICE, eta=at(12), relapses=(AGAIN, Relapse(at=at(20))))
    first, second, third = episodes(outage, now=at(30), last=INDEX[-1])
    assert (first.onset, first.ended_at, first.eta) == (ONSET, at(10), at(12))
    assert (second.onset, second.ended_at, second.eta) == (at(16), at(20), None)
    assert (third.onset, third.ended_at) == (at(20), None)
    assert episodes(outage, now=at(15), last=INDEX[-1]) == (replace(outage, relapses=()),)


def test_many_failures_and_two_in_one_quarter_hour_are_answered() -> None:
    often = tuple(Relapse(at=at(2) + timedelta(minutes=5 * i)) for i in range(8))
    made = outlook(replace(KNOWN, relapses=often), four_queues(BOTH, 6), 6)
    assert np.isfinite(made.overall.quantiles).all()
    assert (np.diff(made.overall.quantiles, axis=0) >= 0).all()


@pytest.mark.parametrize(
    ("relapses", "word"),
    [
        ((Relapse(at=ONSET - timedelta(hours=1)),), "follow the onset"),
        ((Relapse(at=at(8)), Relapse(at=at(4))), "follow the onset"),
        ((Relapse(at=at(8)), Relapse(at=at(8))), "follow the onset"),
        ((Relapse(at=at(8), restored_at=ONSET - timedelta(hours=1)),), "follow the onset"),
    ],
)
def test_failures_out_of_order_are_refused(relapses: tuple[Relapse, ...], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Outage(onset=ONSET, relapses=relapses)


def test_a_failure_before_service_was_back_or_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="restored_at"):
        Relapse(at=at(4), restored_at=at(5))
    with pytest.raises(ValueError, match="aware"):
        Relapse(at=datetime(2026, 11, 24, 12))  # noqa: DTZ001


def test_a_second_rise_is_seen_where_it_begins_and_said() -> None:
    counts = np.array([100.0, 400, 300, 150, 60, 50, 55, 160, 400])
    assert rises_from(counts) == 6
    assert rises_from(counts[:8]) is None  # one count is none
    made = outlook(KNOWN, [one_queue(BOTH, 20)], 20)
    assert "rises_again" in made.notes
    assert "rises_again" not in outlook(KNOWN, [one_queue(wave(), 20)], 20).notes


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=40), st.integers(1, 40))
def test_what_was_seen_as_a_rise_stays_one_whatever_comes_later(counts: list[int], n: int) -> None:
    since = np.array(counts, dtype=float)
    then, now = rises_from(since[:n]), rises_from(since)
    assert then is None or (now is not None and now >= then)


def test_noise_is_no_rise() -> None:
    rng = np.random.default_rng(3)
    assert all(rises_from(rng.poisson(wave(life=8.0)[START : START + 32]).astype(float)) is None for _ in range(50))
