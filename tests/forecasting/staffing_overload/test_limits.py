"""Where the closure is warned of, it does err; where it is not, it does not."""

from __future__ import annotations

import tomllib
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from forecasting.staffing import erlang_a
from forecasting.staffing.overload import solve_day
from forecasting.staffing.overload.limits import (
    CALLBACKS,
    CALM_DAY,
    FEW_AGENTS,
    LONG_PATIENCE,
    SHORT_PATIENCE,
    cautions,
)
from tests.conftest import REPO_ROOT

staff_day, whatif = (import_module(f"dashboard.cli.{name}") for name in ("staff_day", "whatif"))


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


def test_a_calm_day_and_call_backs_are_said() -> None:
    inputs: dict[str, Any] = {"aht_s": 300, "patience_s": 240, "interval_s": 900}
    assert cautions([60.0, 50.0], agents=[25, 25], **inputs) == ("calm_day",)
    assert cautions([60.0, 70.0], agents=[25, 25], **inputs) == ()
    assert cautions([0.0, 0.0], agents=[25, 25], **inputs) == ()
    assert cautions([90.0], agents=[25], callback_share=0.2, **inputs) == ("callbacks",)


def test_words_for_every_caution() -> None:
    for language in ("de", "en"):
        words = tomllib.loads((REPO_ROOT / f"dashboard/locales/{language}/whatif.toml").read_text())["whatif"][
            "caution"
        ]
        known = {FEW_AGENTS, SHORT_PATIENCE, LONG_PATIENCE, CALM_DAY}
        assert known == set(words)  # the board knows no call-backs in its what-if
        assert known | {CALLBACKS} == set(staff_day._SAID) == set(whatif._SAID)


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
