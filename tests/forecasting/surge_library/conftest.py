"""Surges of the package and made ones."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.surge.library import PEERS, Surge
from forecasting.surge.library.ensemble import EnsembleModel
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.library.part import SurgeModel
from forecasting.surge.library.registry import MODELS, make_model
from forecasting.surge.library.shipped import shipped_nowcaster, shipped_surges

EXTREME = {
    "constant": [50.0] * 80,
    "zero_after_onset": [12.0] + [0.0] * 79,
    "million": [1e6] * 40 + [3e5] * 40,
    "one_contact": [1.0] + [0.0] * 79,
    "growing": [float(2**n) for n in range(20)],
}


def made_surge(counts: list[float], *, before: list[float] | None = None, hour: float = 12.0) -> Surge:
    """A surge of given counts from its onset on."""
    quiet = [1.0, 0.0, 2.0] * 10 if before is None else before
    return Surge(
        "made",
        np.array([*quiet, *counts]),
        len(quiet),
        np.datetime64("1970-01-01T12:00:00"),
        hour,
        "made",
    )


@pytest.fixture(scope="session")
def surges() -> tuple[Surge, ...]:
    return shipped_surges()


@pytest.fixture(scope="session")
def nowcaster() -> Nowcaster:
    return shipped_nowcaster()


@pytest.fixture(scope="session")
def fitted(surges: tuple[Surge, ...], nowcaster: Nowcaster) -> dict[str, SurgeModel]:
    """Every model, fitted on all but the first fold; the ensemble on all of them."""
    ensemble: EnsembleModel = nowcaster.ensemble
    others = [surge for surge in surges if surge.fold != 0]
    peers = {name: make_model(name).fit(others) for name in PEERS if name != "quantile_hgb"}
    assert set(ensemble.parts) | set(peers) | {"ensemble", "quantile_hgb"} == set(MODELS)
    return {"ensemble": ensemble, **ensemble.parts, **peers}
