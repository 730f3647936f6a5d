"""The nowcast: measures and announced ends, small surges, paths that agree with totals, and its time."""

from __future__ import annotations

import time

import numpy as np
import pytest

from forecasting.surge.library import LEVELS, Surge, SurgeView
from forecasting.surge.library.activity import busiest_hour, library_hour
from forecasting.surge.library.nowcast import Nowcaster

MEDIAN = LEVELS.index(0.5)


def view_of(*since: float) -> SurgeView:
    return SurgeView(np.array([1.0, 0.0, 2.0] * 10), np.array(since), 15.0)


def test_a_factor_lowers_what_it_falls_on_and_an_end_far_off_keeps_paths_up(
    nowcaster: Nowcaster, surges: tuple[Surge, ...]
) -> None:
    view = surges[3].seen(4)
    normal = np.full(4, view.baseline)
    plain = nowcaster.nowcast(view, normal=normal)
    half = nowcaster.nowcast(view, normal=normal, factor=np.full(32, 0.5))
    np.testing.assert_allclose(np.expm1(half.quantiles[0]), 0.5 * np.expm1(plain.quantiles[0]), rtol=0.1)
    long = nowcaster.nowcast(view, normal=normal, over_by=np.zeros(32))
    assert long.quantiles[0, MEDIAN] > plain.quantiles[0, MEDIAN]
    assert long.quantiles[2, MEDIAN] > plain.quantiles[2, MEDIAN]
    over = nowcaster.nowcast(view, normal=normal, over_by=np.ones(32))
    np.testing.assert_allclose(over.quantiles[0], plain.quantiles[0], atol=0.05)


def test_paths_keep_their_totals_and_get_the_peaks_that_are_forecast(
    nowcaster: Nowcaster, surges: tuple[Surge, ...]
) -> None:
    said = nowcaster.nowcast(surges[10].seen(4), normal=np.full(4, 0.5))
    ahead = said.paths[:, :16]
    np.testing.assert_allclose(np.quantile(np.log1p(ahead.sum(axis=1)), LEVELS), said.quantiles[0], atol=0.03)
    np.testing.assert_allclose(np.quantile(np.log1p(ahead.max(axis=1)), LEVELS), said.quantiles[1], atol=0.06)


def test_after_six_hours_the_hour_of_the_day_goes_on(surges: tuple[Surge, ...]) -> None:
    view = SurgeView(np.zeros(0), np.ones(30), 10.0)
    assert view.recent(24).onset_hour == pytest.approx(11.5)
    assert view.recent(40) is view


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
        nowcaster.nowcast(view, normal=np.full(4, view.baseline))
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
