"""Where the closure is warned of, it does err; where it is not, it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forecasting.staffing import erlang_a
from forecasting.staffing.overload import solve_day
from forecasting.staffing.overload.limits import cautions


@pytest.mark.parametrize(
    ("patience_s", "agents", "expected"),
    [
        (240, 20, ()),
        (240, 9, ("few_agents",)),
        (60, 20, ("short_patience",)),
        (np.inf, 20, ("long_patience",)),
        (60, 3, ("few_agents", "short_patience")),
        (60, 0, ()),
    ],
)
def test_reasons(patience_s: float, agents: int, expected: tuple[str, ...]) -> None:
    assert cautions([50.0, 0.0], agents=[agents, agents], aht_s=300, patience_s=patience_s) == expected


@pytest.mark.parametrize("patience_s", [3.0, 30.0, 75.0, 150.0, 300.0, 600.0, 900.0, 3000.0])
def test_errors_are_small_where_nothing_is_said(patience_s: float) -> None:
    inputs: dict[str, Any] = {"interval_s": 900, "aht_s": 300, "patience_s": patience_s}
    worst = 0.0
    for load in (26, 29, 32):
        steady = erlang_a(30, 3 * load, **inputs)
        day = solve_day([3.0 * load] * 60, agents=30, **inputs)
        worst = max(worst, abs(float(day.service_level[-1] - steady.service_level)))
        if not cautions(90, agents=30, aht_s=300, patience_s=patience_s):
            assert day.abandonment[-1] == pytest.approx(float(steady.abandonment), rel=0.08, abs=0.002)
    if cautions(90, agents=30, aht_s=300, patience_s=patience_s):
        assert worst > 0.02
    else:
        assert worst < 0.035
