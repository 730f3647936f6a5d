"""The example in docs/simulation.md runs as it stands there."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tests.conftest import REPO_ROOT


def test_the_example_runs() -> None:
    text = (REPO_ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found
    offered = np.array([[60.0] * 8, [0.0] * 8, [20.0] * 8])
    names: dict[str, Any] = {"offered": offered, "edges": np.arange(9) * 900.0}
    exec(found[1].replace("runs=500", "runs=5"), names)  # noqa: S102
    day = names["day"]
    assert day.runs == 5
    assert day.called_back[0].sum() > 0
    assert day.attempts[1].sum() == day.called_back[0].sum()
    assert day.answered[2].sum() > 0
