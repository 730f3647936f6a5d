"""The ordinary day: our forecasters beside statsforecast, Prophet, LightGBM and the mean of four weekdays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import pandas as pd

from forecasting.evaluation.backtest import backtest, scores
from forecasting.volume import FORECASTERS, VolumeForecaster
from tests.bench.bench_volume import CASES, PEER, Case, counts, interval_of_ratio
from tests.bench.forecast_report.figures import dots
from tests.bench.forecast_report.measured import Ratio, Section
from tests.bench.peers.ask import MODELS, PeerForecaster, ask

OWN = ("two_way_svd", "two_way", "svd", "two_way_hgb", "seasonal_naive")
GOALS = {"bank, 1 day": 0.70, "bank, 14 days": 0.81, "anonymous bank, 1 day": 0.88}
_PROTOCOL = (
    "Rolling origins on the development months; each model is fitted again from what precedes its origin. Quantiles of "
    "every model, ours and others', are made alike from its own errors of the twelve weeks before. Loss: mean pinball "
    "over 0.05 … 0.95; intervals: 95 % of 2,000 bootstrap draws by origin."
)


def section(*, python: Path, peers: Sequence[str] = MODELS, cases: Sequence[Case] = CASES) -> Section:
    """Judge every case; `python` is the peers' interpreter."""
    ratios = [ratio for case in cases for ratio in _judge(case, python=python, peers=peers)]
    return Section("The ordinary day", _PROTOCOL, ratios, dots(ratios))


def _judge(case: Case, *, python: Path, peers: Sequence[str]) -> list[Ratio]:
    history = counts(case)
    first, last, every = case.origins
    origins = list(pd.date_range(first, last, freq=f"{every}D", tz="UTC"))
    makers: dict[str, Callable[[], VolumeForecaster]] = {name: FORECASTERS[name] for name in (PEER, *OWN)}
    for name in peers:
        print(f"{case.title}: {name}", flush=True)
        asked = ask(name, history, case.calendar, interval_s=case.interval_s, origins=origins, python=python)
        makers[name] = partial(PeerForecaster, asked.answers, asked.days)
    result = backtest(
        history,
        case.calendar,
        interval_s=case.interval_s,
        forecasters=makers,
        origins=origins,
        horizon=timedelta(days=case.days),
    )
    return _ratios(case, result)


def _ratios(case: Case, result: pd.DataFrame) -> list[Ratio]:
    judged, out = scores(result), []
    for name, score in judged.items():
        if name == PEER:
            continue
        low, high = interval_of_ratio(result, name)
        out.append(
            Ratio(
                case.title,
                name,
                PEER,
                score.pinball / judged[PEER].pinball,
                low,
                high,
                goal=GOALS.get(case.title) if name == OWN[0] else None,
                coverage_80=score.coverage_80,
                note=f"WAPE {score.wape:.1%}",
            )
        )
    return out
