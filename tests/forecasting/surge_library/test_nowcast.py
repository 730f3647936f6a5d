"""The nowcast: facts against counts, small surges, paths that agree with totals, and its time."""

from __future__ import annotations

import time

import numpy as np
import pytest

from forecasting.surge.library import LEVELS, Surge, SurgeView
from forecasting.surge.library.activity import busiest_hour, library_hour
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.library.pull import FactsRange, pulled

MEDIAN = LEVELS.index(0.5)


def view_of(*since: float) -> SurgeView:
    return SurgeView(np.array([1.0, 0.0, 2.0] * 10), np.array(since), 15.0)


def test_facts_weigh_less_with_every_count(nowcaster: Nowcaster, surges: tuple[Surge, ...]) -> None:
    facts = FactsRange.of(2_000, 20_000, 200_000)
    shares, moves = [], []
    for age in (1, 2, 4, 8):
        view = surges[3].seen(age)
        normal = np.full(age, view.baseline)
        alone = nowcaster.nowcast(view, normal=normal)
        both = nowcaster.nowcast(view, normal=normal, facts=facts)
        assert alone.share_facts == 0
        shares.append(both.share_facts)
        moves.append(both.quantiles[0, MEDIAN] - alone.quantiles[0, MEDIAN])
        np.testing.assert_array_equal(both.quantiles[2], alone.quantiles[2])
    assert shares == sorted(shares, reverse=True)
    assert 0 < shares[-1] < shares[0] < 0.6
    assert min(moves) > 0


def test_a_pull_is_the_product_of_two_normals() -> None:
    z = np.interp(LEVELS, [0.05, 0.1, 0.5, 0.9, 0.95], [-1.6449, -1.28155, 0, 1.28155, 1.6449])
    said = np.stack([6 + 1.0 * z, 4 + z, 5 + z])
    found = pulled(said, FactsRange(8.0, 1.0), n_elapsed=1)
    assert found.share_facts == pytest.approx(0.5, abs=1e-4)
    assert found.quantiles[0, MEDIAN] == pytest.approx(7, abs=1e-3)
    assert found.quantiles[0, -1] - found.quantiles[0, MEDIAN] == pytest.approx(1.6449 / np.sqrt(2), rel=1e-3)
    assert found.quantiles[1, MEDIAN] == pytest.approx(5, abs=1e-3)


def test_facts_that_expect_nothing_pull_nothing() -> None:
    assert FactsRange.of(0, 0, 0) is None
    known = FactsRange.of(100, 100, 100)
    assert known is not None
    assert known.sigma == 0.1


def test_what_does_not_stand_out_is_too_small(nowcaster: Nowcaster) -> None:
    small, normal = view_of(6, 9), np.array([1.0, 1.0])
    assert nowcaster.is_small(small, normal)
    said = nowcaster.nowcast(small, normal=normal)
    assert said.too_small
    assert said.nearest == ()
    assert np.isfinite(said.quantiles).all()
    assert not nowcaster.is_small(view_of(6, 60), normal)
    assert nowcaster.is_small(view_of(6, 60), np.array([200.0, 200.0]))


def test_the_least_height_grows_with_time_and_one_surge_in_twenty_is_below(
    nowcaster: Nowcaster, surges: tuple[Surge, ...]
) -> None:
    heights = [nowcaster.least_height(age) for age in range(1, 30)]
    assert heights == sorted(heights)
    assert heights[0] >= 10
    flagged = [nowcaster.is_small(s.seen(age), np.full(age, 0.5)) for s in surges for age in (1, 2, 4, 8)]
    assert np.mean(flagged) <= 0.06


def test_paths_have_the_total_that_is_forecast(nowcaster: Nowcaster, surges: tuple[Surge, ...]) -> None:
    view = surges[10].seen(4)
    quantiles = nowcaster.ensemble.quantiles(view)
    total = np.log1p(nowcaster.ensemble.paths(view, quantiles)[:, :16].sum(axis=1))
    np.testing.assert_allclose(np.quantile(total, LEVELS), quantiles[0], atol=0.03)


def test_the_middle_path_has_no_jumps(nowcaster: Nowcaster, surges: tuple[Surge, ...]) -> None:
    """Real surges move by a third between quarter-hours; a median path must not fall to a third in one."""
    for surge in surges[::5]:
        view = surge.seen(4)
        middle = nowcaster.nowcast(view, normal=np.full(4, view.baseline)).path[1]
        assert np.abs(np.diff(np.log1p(middle[:12]))).max() < np.log(3)


def test_nearest_surges_are_past_ones_best_first(nowcaster: Nowcaster, surges: tuple[Surge, ...]) -> None:
    said = nowcaster.nowcast(surges[20].seen(6), normal=np.full(6, 0.5))
    assert said.nearest[0].key == surges[20].key, "a surge of the library is most like itself"
    likeness = [one.likeness for one in said.nearest]
    assert likeness == sorted(likeness, reverse=True)
    assert said.nearest[0].peak == surges[20].counts[surges[20].start :].max()


def test_a_nowcast_takes_less_than_300_ms(nowcaster: Nowcaster, surges: tuple[Surge, ...]) -> None:
    took = []
    for surge in surges[:7]:
        view = surge.seen(4)
        began = time.process_time()
        nowcaster.nowcast(view, normal=np.full(4, view.baseline), facts=FactsRange.of(10, 100, 1000))
        took.append(time.process_time() - began)
    assert float(np.median(took)) < 0.3


def test_the_clock_of_a_centre_is_laid_over_the_librarys() -> None:
    hour = np.arange(96) / 4
    counts = 20 + 15 * np.cos(2 * np.pi * (hour - 14) / 24)
    found = busiest_hour(hour, counts)
    assert found == pytest.approx(14, abs=0.3)
    assert library_hour(14.0, busiest=14.0, library_busiest=18.5) == pytest.approx(18.5)
    assert library_hour(23.0, busiest=14.0, library_busiest=18.5) == pytest.approx(3.5)
    assert library_hour(9.0, busiest=None, library_busiest=18.5) == 9.0
    assert busiest_hour(hour, np.full(96, 7.0)) is None
    assert busiest_hour(hour[:40], counts[:40]) is None
