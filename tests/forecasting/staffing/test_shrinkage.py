"""Whole people, without a person for a rounding error."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from forecasting.staffing import scheduled_agents


def test_every_percentage_is_exact() -> None:
    agents = np.arange(0, 3000, 7)
    for hundredths in range(0, 100):
        share = Fraction(hundredths, 100)
        exact = [-int(-Fraction(int(n)) // (1 - share)) for n in agents]
        assert scheduled_agents(agents, hundredths / 100).tolist() == exact, hundredths


def test_per_mille_at_ten_thousand() -> None:
    for thousandths in range(0, 1000, 13):
        exact = -(-10_000 * 1000 // (1000 - thousandths))
        assert scheduled_agents(10_000, thousandths / 1000) == exact


def test_a_true_fraction_rounds_up() -> None:
    assert scheduled_agents(7, 0.3) == 10
    assert scheduled_agents(7, 0.300001) == 11
    assert scheduled_agents([1, 2], [0.5, 0.0]).tolist() == [2, 2]


@pytest.mark.parametrize("shrinkage", [1.0, 1.2, -0.1, float("nan")])
def test_refusals(shrinkage: float) -> None:
    with pytest.raises(ValueError, match="shrinkage must be"):
        scheduled_agents(5, shrinkage)
