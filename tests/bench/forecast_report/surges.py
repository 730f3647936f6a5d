"""The outage: the stacked library beside persistence, scaling, analogs and boosting, each fold by the others."""

from __future__ import annotations

from functools import partial

import pandas as pd

from forecasting.evaluation.surge_backtest import INTERVAL_MIN, cross_validate, ratio_of, scores
from forecasting.surge.library import MODELS, TARGETS, make_model
from forecasting.surge.library.shipped import shipped_surges
from tests.bench.bench_surge import AGES, GOALS
from tests.bench.forecast_report.figures import dots
from tests.bench.forecast_report.measured import Ratio, Section

OWN = "ensemble"
_PROTOCOL = (
    "59 surges of 2018–2019, each fold forecast by what the other folds taught, after 15, 30, 60 and 120 minutes. "
    "Peers are calibrated by their past residuals. Loss: CRPS, of log(1 + count) for the total of four hours and its "
    "peak, of minutes for the end; intervals: 5 % and 95 % of a bootstrap by day."
)


def section() -> Section:
    """Judge the library against its peers, for every goal and all of the rest."""
    surges = shipped_surges()
    judged = {name: scores(cross_validate(surges, ages=AGES, make=partial(make_model, name))) for name in MODELS}
    days = [surge.day for surge in surges]
    goals = {(target, age, peer): goal for target, age, peer, goal in GOALS}
    peers = [name for name in MODELS if name != OWN]
    asked = [(target, age, peer) for target in TARGETS for peer in peers for age in (None, *AGES)]
    ratios = [_ratio(judged, key, days=days, goal=goals.get(key)) for key in asked if key in goals or key[1] is None]
    return Section("The outage", _PROTOCOL, ratios, dots(ratios), _columns(), _crps(judged))


def _ratio(
    judged: dict[str, pd.DataFrame], key: tuple[str, int | None, str], *, days: list[str], goal: float | None
) -> Ratio:
    target, age, peer = key
    own, other = (_part(judged[name], target, age) for name in (OWN, peer))
    found = ratio_of(own, other, days=days)
    case = f"{target}, {'all' if age is None else f'{INTERVAL_MIN * age} min'} ÷ {peer}"
    return Ratio(case, OWN, peer, found.ratio, found.low, found.high, goal, float(own["covered"].mean()))


def _part(table: pd.DataFrame, target: str, age: int | None) -> pd.DataFrame:
    own = table[table["target"] == target]
    return own if age is None else own[own["n_elapsed"] == age]


def _columns() -> tuple[str, ...]:
    return ("target", "model", *(f"{INTERVAL_MIN * age} min" for age in AGES), "all", "80 % band covers")


def _crps(judged: dict[str, pd.DataFrame]) -> list[tuple[str, ...]]:
    rows = []
    for target in TARGETS:
        for name, table in judged.items():
            parts = [_part(table, target, age) for age in (*AGES, None)]
            figures = [f"{part['crps'].mean():.3g}" for part in parts]
            rows.append((target, name, *figures, f"{parts[-1]['covered'].mean():.2f}"))
    return rows
