"""The board's outlook on real surges, cross-validated: with nothing known of the customers it is the library's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.outages import Outage
from forecasting.surge import SurgeForecast, SurgeQueue, forecast_surge
from forecasting.surge.library.ensemble import EnsembleModel
from forecasting.surge.library.levels import LEVELS, Array
from forecasting.surge.library.nowcast import Nowcaster
from forecasting.surge.library.surges import Surge
from forecasting.surge.library.tables import surges_of
from forecasting.surge.library.targets import targets_of
from forecasting.surge.seen import N_BEFORE

pytestmark = pytest.mark.shared
ELAPSED, FOLDS = (1, 4), (0, 2, 4)  # a part is enough for what must be equal
AHEAD = 32


@pytest.fixture(scope="module")
def surges(shared: Path) -> tuple[Surge, ...]:
    folder = shared / "data"
    series = pd.read_csv(folder / "outage_series_2018_2019.csv.gz")
    return surges_of(series, pd.read_csv(folder / "outage_onsets_2018_2019.csv")).surges


def board(surge: Surge, n: int, library: Nowcaster) -> SurgeForecast:
    """One telephone queue without a normal volume, on the clock of the library."""
    before = surge.counts[max(surge.start - N_BEFORE, 0) : surge.start]
    onset = pd.Timestamp(surge.onset, tz="UTC")
    begins = onset - len(before) * pd.Timedelta(minutes=15)
    index = pd.date_range(begins, periods=len(before) + n + AHEAD, freq="15min", unit="us")
    offered = np.full(len(index), np.nan)
    offered[: len(before) + n] = surge.counts[surge.start - len(before) : surge.start + n]
    queue = SurgeQueue("all", "call", np.zeros(len(index)), np.ones(len(index), dtype=bool), offered)
    now = (onset + n * pd.Timedelta(minutes=15)).to_pydatetime()
    return forecast_surge(Outage(onset=onset.to_pydatetime()), [queue], index=index, now=now, library=library)


def crps(quantiles: Array, truth: float) -> float:
    level = np.array(LEVELS)
    off = truth - quantiles
    return 2 * float(np.maximum(level * off, (level - 1) * off).mean())


def test_it_scores_like_the_library_and_its_bands_hold(surges: tuple[Surge, ...]) -> None:
    board_scores, library_scores, held = [], [], []
    for fold in FOLDS:
        others = [surge for surge in surges if surge.fold != fold]
        library = Nowcaster(others, EnsembleModel().fit(others))
        for surge in (one for one in surges if one.fold == fold):
            for n in ELAPSED:
                truth = targets_of(surge, n)
                assert truth is not None
                made = board(surge, n, library)
                assert made.targets is not None
                view = surge.seen(n)
                alone = library.nowcast(view, normal=np.zeros(n)).quantiles
                board_scores.append(crps(made.targets[0], truth[0]))
                library_scores.append(crps(alone[0], truth[0]))
                low, high = (np.log1p(made.next_4h[level]) for level in (0.1, 0.9))
                held.append(low <= truth[0] <= high)
    assert len(board_scores) >= 50
    assert np.mean(board_scores) < 1.02 * np.mean(library_scores)
    assert 0.65 < np.mean(held) < 0.93  # what is drawn over the intervals covers like the quantiles
