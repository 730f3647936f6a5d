"""Counts cut by busy lines are a lower bound: they raise what is thought of a surge and never lower it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.surge import SurgeQueue, forecast_surge
from forecasting.surge.censored import raised, stands_still
from tests.forecasting.surge.surge_centre import INDEX, KNOWN, START, at, four_queues, one_queue, outlook, wave


def capped(n: int, *, said: bool, top: float = 400.0) -> SurgeQueue:
    """A telephone queue of whose surge only so many a quarter-hour get through, unevenly."""
    queue = one_queue(np.minimum(wave(), top * (1 + 0.1 * np.cos(np.arange(len(INDEX))))), n)
    full = (wave() > top) & (np.arange(len(INDEX)) < START + n)
    return replace(queue, at_least=full if said else None)


@pytest.mark.parametrize("n", [2, 4, 8])
def test_the_facts_are_pulled_less_by_a_lower_bound_than_by_a_count(n: int) -> None:
    said, unsaid = (
        forecast_surge(KNOWN, [capped(n, said=told)], index=INDEX, now=at(n), timezone="Europe/Berlin")
        for told in (True, False)
    )
    assert said.total[0.5] > 1.1 * unsaid.total[0.5]
    assert said.share_prior > unsaid.share_prior


@pytest.mark.parametrize("n", [2, 4, 8])
def test_the_library_too_reads_more_where_the_facts_expect_more(n: int) -> None:
    said, unsaid = (outlook(KNOWN, [capped(n, said=told)], n) for told in (True, False))
    assert said.next_4h[0.5] > 1.1 * unsaid.next_4h[0.5]
    assert "busy_lines" in said.notes
    assert said.observed == unsaid.observed


def test_a_bound_far_above_what_is_believed_raises_it() -> None:
    small = replace(KNOWN, affected_low=900.0, affected_high=1100.0)
    queue = capped(4, said=True)
    told = forecast_surge(small, [queue], index=INDEX, now=at(4), timezone="Europe/Berlin")
    before = forecast_surge(small, [one_queue(wave(), 0)], index=INDEX, now=at(0), timezone="Europe/Berlin")
    assert told.total[0.5] > 2 * before.total[0.5]


def test_open_channels_count_as_they_are_beside_one_that_is_full() -> None:
    queues = four_queues(wave(), 6)
    full = replace(queues[0], at_least=np.arange(len(INDEX)) >= START)
    made = outlook(KNOWN, [full, *queues[1:]], 6)
    assert np.isfinite(made.overall.quantiles).all()
    assert made.total[0.5] >= 0.95 * outlook(KNOWN, queues, 6).total[0.5]


def test_nothing_known_of_the_customers_leaves_the_bound_as_it_is() -> None:
    unknown = replace(KNOWN, affected_low=None, affected_high=None)
    said, unsaid = (outlook(unknown, [capped(4, said=told)], 4) for told in (True, False))
    assert list(said.next_4h.values()) == pytest.approx(list(unsaid.next_4h.values()), rel=0.01)
    assert "busy_lines" in said.notes


def test_lifting_stays_between_the_count_and_four_times_it() -> None:
    since, mask = np.array([10.0, 20.0, 30.0]), np.array([True, True, False])
    facts = np.array([[1000.0] * 3, [5.0] * 3, [90.0] * 3])
    np.testing.assert_array_equal(raised(since, mask, facts=facts), [40.0, 20.0, 30.0])


def test_still_counts_are_found_in_any_four_in_a_row() -> None:
    rng = np.random.default_rng(1)
    free = rng.poisson(500, 8).astype(float)
    counts = np.concatenate([free, np.full(4, 900.0), free])
    found = stands_still(counts, np.full(20, 50.0))
    np.testing.assert_array_equal(np.flatnonzero(found), [8, 9, 10, 11])
    assert not stands_still(np.full(6, 60.0), np.full(6, 50.0)).any()  # near normal a level is a level
    gap = counts.copy()
    gap[9] = np.nan
    assert not stands_still(gap, np.full(20, 50.0)).any()


def test_a_mask_of_another_length_is_refused() -> None:
    queue = replace(one_queue(wave(), 2), at_least=np.ones(3, dtype=bool))
    with pytest.raises(ValueError, match="at_least"):
        outlook(KNOWN, [queue], 2)
