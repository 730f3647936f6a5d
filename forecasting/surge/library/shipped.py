"""The first library: the surges shipped with the package, until a centre has its own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

import numpy as np
import pandas as pd

from forecasting.surge.library.ensemble import EnsembleModel
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.library.surges import Surge

CURVES = "curves.csv.gz"
SCORES = "scores.csv"
_EPOCH = np.datetime64("1970-01-01T00:00:00")


@lru_cache(maxsize=1)
def shipped_surges() -> tuple[Surge, ...]:
    """The surges of the package; their notice stands beside them."""
    with resources.files(__package__).joinpath(CURVES).open("rb") as stream:
        table = pd.read_csv(stream, compression="gzip")
    return tuple(_surge(part.sort_values("step")) for _, part in table.groupby("surge", sort=True))


def _surge(part: pd.DataFrame) -> Surge:
    first = part.iloc[0]
    return Surge(
        key=str(first["surge"]),
        counts=part["count"].to_numpy(dtype=float),
        start=int((part["step"] < 0).sum()),
        onset=_EPOCH + np.timedelta64(round(3600 * float(first["onset_hour"])), "s"),
        onset_hour=float(first["onset_hour"]),
        day=str(first["day"]),
        fold=int(first["fold"]),
    )


@lru_cache(maxsize=1)
def shipped_nowcaster() -> Nowcaster:
    """The ensemble fitted on the shipped surges; seconds the first time in a process, nothing afterwards."""
    return Nowcaster(shipped_surges(), EnsembleModel().fit(shipped_surges()))


@lru_cache(maxsize=1)
def shipped_scores() -> Mapping[tuple[str, int], Mapping[str, float]]:
    """Cross-validated score by target and minutes elapsed: crps, crps_scaling, coverage_80, n."""
    with resources.files(__package__).joinpath(SCORES).open("rb") as stream:
        table = pd.read_csv(stream)
    return {
        (str(row["target"]), int(row["elapsed_min"])): {
            name: float(row[name]) for name in ("crps", "crps_scaling", "coverage_80", "n")
        }
        for row in table.to_dict("records")
    }
