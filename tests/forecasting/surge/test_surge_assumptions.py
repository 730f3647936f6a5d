"""Assumptions are ranges with a source, and a person can change each of them."""

from __future__ import annotations

import pytest

from forecasting.surge import Assumed, SurgeAssumptions


def test_ends_are_the_tenth_and_ninetieth_percent_point() -> None:
    assumed = Assumed(0.16, 0.68, "x")
    assert assumed.middle == pytest.approx((0.16 * 0.68) ** 0.5)
    assert assumed.middle * 2.718281828459045 ** (1.2815515655446004 * assumed.sigma) == pytest.approx(0.68)


@pytest.mark.parametrize(
    "ends", [(0.0, 1.0), (0.0, -1.0), (2.0, 1.0), (-1.0, 1.0), (1.0, float("inf")), (float("nan"), 1.0)]
)
def test_no_range_no_assumption(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="0 < low ≤ high"):
        Assumed(*ends, "x")


def test_every_default_names_its_source_and_is_unchanged() -> None:
    ranges = SurgeAssumptions().ranges()
    assert len(ranges) == 16
    assert all(one.source and not one.changed for one in ranges.values())


def test_defaults_agree_with_one_another() -> None:
    """A third of the customers and a peak of 1.2 % per 15 min fit one curve within its half-life's range."""
    given = SurgeAssumptions()
    assert given.contact_share.middle == pytest.approx(1 / 3, rel=0.02)
    assert given.peak_share.middle == pytest.approx(0.012)
    area_s = given.contact_share.middle / given.peak_share.middle * 900
    half_life_s = (area_s - given.onset_to_peak_s.middle / 2) * 0.6931
    assert given.half_life_s.low < half_life_s < given.half_life_s.high


def test_attempts_are_the_geometric_sum_of_redials() -> None:
    given = SurgeAssumptions().changed("redial", 0.5, 0.5).changed("abandonment", 0.4, 0.4)
    assert given.attempts_per_caller == pytest.approx(1.25)


def test_a_change_is_marked_and_keeps_its_source_key() -> None:
    changed = SurgeAssumptions().changed("peak_share", 0.01, 0.02)
    assert changed.peak_share == Assumed(0.01, 0.02, "peak_share", changed=True)
    assert changed.contact_share == SurgeAssumptions().contact_share


@pytest.mark.parametrize(
    ("name", "low", "high", "word"),
    [
        ("nonsense", 1.0, 2.0, "unknown assumption"),
        ("contact_share", 0.5, 1.5, "share"),
        ("redial", 0.0, 0.5, "0 < low"),
    ],
)
def test_senseless_changes_are_refused(name: str, low: float, high: float, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        SurgeAssumptions().changed(name, low, high)


def test_only_the_second_wave_may_be_none_at_all() -> None:
    none = SurgeAssumptions().changed("second_wave_share", 0.0, 0.0).second_wave_share
    assert (none.middle, none.sigma, none.changed) == (0.0, 0.0, True)
    with pytest.raises(ValueError, match="only second_wave_share may be 0"):
        SurgeAssumptions().changed("contact_share", 0.0, 0.0)


def test_split_and_delay_are_checked() -> None:
    with pytest.raises(ValueError, match="split"):
        SurgeAssumptions(split={"call": 1.5})
    with pytest.raises(ValueError, match="second_split"):
        SurgeAssumptions(second_split={"call": 0.0})
    with pytest.raises(ValueError, match="delay"):
        SurgeAssumptions(delay={"call": 0.0})
