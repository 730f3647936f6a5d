"""The response curve conserves contacts: nothing is made out of nothing, by day, at night or behind closed lines."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.surge.curve import ResponseCurve, awake, defer


def curve(
    restored_s: float = np.inf, *, peak_s: float = 3600.0, half_life_s: float = 18_000.0, rise: float = 1.0
) -> ResponseCurve:
    return ResponseCurve(*(np.array([[x]]) for x in (peak_s, half_life_s, 5400.0, restored_s, rise)))


@pytest.mark.parametrize("rise", [0.5, 1.0, 3.0])
def test_the_whole_curve_is_one(rise: float) -> None:
    far = np.array([-900.0, 0.0, 1e7])
    assert curve(rise=rise).cumulative(far)[0].tolist() == pytest.approx([0.0, 0.0, 1.0])


def test_a_greater_power_begins_more_slowly() -> None:
    early = np.array([900.0])
    shares = [float(curve(rise=rise).cumulative(early)[0, 0]) for rise in (0.5, 1.0, 2.0)]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("rise", [0.5, 1.0, 3.0])
def test_it_rises_to_the_peak_and_halves_after_a_half_life(rise: float) -> None:
    edges = np.arange(0, 10 * 3600, 60.0)
    rate = np.diff(curve(rise=rise).cumulative(edges)[0])
    assert edges[rate.argmax()] == pytest.approx(3600, abs=60)
    at_peak, later = rate[60], rate[60 + 300]
    assert later / at_peak == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize("restored_s", [1.0, 1800.0, 3600.0, 20_000.0])
def test_an_earlier_end_brings_fewer_contacts_and_never_a_jump(restored_s: float) -> None:
    edges = np.arange(0, 4e5, 300.0)
    made = curve(restored_s).cumulative(edges)[0]
    whole = curve().cumulative(edges)[0]
    assert (np.diff(made) >= 0).all()
    assert (made <= whole + 1e-12).all()
    assert made[-1] < whole[-1]
    until = edges <= restored_s
    assert made[until] == pytest.approx(whole[until])
    assert np.abs(np.diff(np.diff(made))).max() < 0.01


def test_sleep_is_deepest_in_the_small_hours() -> None:
    assert awake(np.array([3.0, 10.0, 15.0, 22.0, 23.5])).tolist() == pytest.approx([0.0, 1.0, 1.0, 0.5, 0.0])


def test_deferred_contacts_are_made_after_opening_and_never_more_than_wished() -> None:
    wished = np.full((40, 1), 10.0)
    access = np.where(np.arange(40) < 20, 0.0, 1.0)[:, None]
    made = defer(wished, access, deferred_share=np.array([0.5]), interval_s=900.0)
    assert made[:20].sum() == 0
    assert made[20, 0] > 10.0
    assert made.sum() == pytest.approx(200 + 0.5 * 200, rel=0.01)


def test_open_lines_by_day_change_nothing() -> None:
    wished = np.random.default_rng(1).random((50, 3))
    assert defer(wished, np.ones((50, 1)), deferred_share=np.full(3, 0.5), interval_s=900.0) == pytest.approx(wished)
