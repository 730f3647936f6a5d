"""Other libraries' forecasts of the days after each origin, run in the peers' own environment.

    peers-python models.py NAME REQUEST.npz ANSWER.npz

REQUEST holds the usable days of one series: `day` (days since 1970-01-01), `weekday`, `counts` (n_days, n_slots; NaN
closed or unknown), `ahead_day` and `ahead_weekday` (days that follow the last one), `origins` (how many of the days are
known at each forecast) and `n_ahead`. ANSWER holds `means` (n_origins, n_ahead, n_slots). At an origin a model sees the
days before it and nothing else.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

_PROFILE_DAYS = 8
_REFIT_EVERY = 5  # origins; boosting is fitted anew once a week
_LIGHTGBM = {
    "objective": "poisson",
    "num_leaves": 31,
    "learning_rate": 0.05,
    "verbose": -1,
    "num_threads": 1,
    "seed": 0,
}


@dataclass(frozen=True)
class Past:
    """What is known at one origin, and which weekdays and dates follow."""

    day: Any
    weekday: Any
    counts: Any
    ahead_day: Any
    ahead_weekday: Any


def profile(past: Past) -> Any:
    """Share of each slot in its day, by the last days of the same weekday; (n_ahead, n_slots)."""
    filled = np.nan_to_num(past.counts)
    out = []
    for weekday in past.ahead_weekday:
        same = np.flatnonzero(past.weekday == weekday)[-_PROFILE_DAYS:]
        total = filled[same if same.size else slice(-_PROFILE_DAYS, None)].sum(axis=0)
        out.append(total / max(total.sum(), 1.0))
    return np.array(out)


def daily_statsforecast(make: Callable[[int], Any]) -> Callable[[Past], Any]:
    """A model of statsforecast on the daily totals, spread by the profile."""

    def forecast(past: Past) -> Any:
        totals = np.nan_to_num(past.counts).sum(axis=1)
        season = len(np.unique(past.weekday))
        ahead = make(season).forecast(y=totals, h=len(past.ahead_weekday))["mean"]
        return np.maximum(ahead, 0.0)[:, None] * profile(past)

    return forecast


def ets(season: int) -> Any:
    from statsforecast.models import AutoETS

    return AutoETS(season_length=season)


def arima(season: int) -> Any:
    from statsforecast.models import AutoARIMA

    return AutoARIMA(season_length=season, approximation=True, max_p=3, max_q=3, nmodels=30)


def mstl(past: Past) -> Any:
    """Seasons of a day and a week by loess, the trend by ETS, on the open slots in a row."""
    from statsforecast.models import MSTL, AutoETS

    used = np.isfinite(past.counts).any(axis=0)
    series = np.nan_to_num(past.counts[-60:][:, used]).ravel()
    slots, week = int(used.sum()), len(np.unique(past.weekday))
    model = MSTL(season_length=[slots, slots * week], trend_forecaster=AutoETS(model="ZZN"))
    ahead = model.forecast(y=series, h=slots * len(past.ahead_day))["mean"].reshape(-1, slots)
    out = np.zeros((len(past.ahead_day), past.counts.shape[1]))
    out[:, used] = np.maximum(ahead, 0.0)
    return out


def prophet(past: Past) -> Any:
    """Prophet on the daily totals with weekly seasonality, spread by the profile."""
    from prophet import Prophet

    frame = pd.DataFrame({"ds": _dates(past.day), "y": np.nan_to_num(past.counts).sum(axis=1)})
    model = Prophet(weekly_seasonality=True, daily_seasonality=False, yearly_seasonality=False, uncertainty_samples=0)
    ahead = model.fit(frame).predict(pd.DataFrame({"ds": _dates(past.ahead_day)}))["yhat"].to_numpy()
    return np.maximum(ahead, 0.0)[:, None] * profile(past)


def _dates(day: Any) -> Any:
    return pd.to_datetime(np.asarray(day), unit="D")


class Boosting:
    """LightGBM on slot, weekday, lead and what the same slots did on past days."""

    def __init__(self) -> None:
        self.model: Any = None
        self.calls = 0

    def __call__(self, past: Past) -> Any:
        if self.calls % _REFIT_EVERY == 0:
            self.model = self._fit(past)
        self.calls += 1
        rows = self._rows(past.counts, past.weekday, past.ahead_weekday, known=len(past.counts))
        means = self.model.predict(rows.reshape(-1, rows.shape[-1]))
        return means.reshape(rows.shape[:2])

    def _fit(self, past: Past) -> Any:
        import lightgbm

        features, targets = [], []
        for known in range(21, len(past.counts)):
            ahead = slice(known, min(known + 14, len(past.counts)))
            features.append(self._rows(past.counts, past.weekday, past.weekday[ahead], known=known))
            targets.append(past.counts[ahead])
        rows = np.concatenate([each.reshape(-1, each.shape[-1]) for each in features])
        target = np.concatenate([each.ravel() for each in targets])
        kept = np.isfinite(target)
        return lightgbm.train(_LIGHTGBM, lightgbm.Dataset(rows[kept], target[kept]), num_boost_round=200)

    @staticmethod
    def _rows(counts: Any, weekdays: Any, ahead: Any, *, known: int) -> Any:
        """Features of each slot of the days ahead from the first `known` days; (n_ahead, n_slots, n_features)."""
        past, own = counts[:known], weekdays[:known]
        slots = np.arange(counts.shape[1])
        days = []
        for lead, weekday in enumerate(ahead):
            same = past[np.flatnonzero(own == weekday)[-4:]]
            same = same if len(same) else past[-4:]
            columns = [
                slots,
                np.full(len(slots), weekday),
                np.full(len(slots), lead),
                _mean(same),
                same[-1],
                _mean(past[-5:]),
                np.full(len(slots), np.nansum(past[-1])),
                np.full(len(slots), np.nansum(past[-5:]) / max(len(past[-5:]), 1)),
            ]
            days.append(np.stack(columns, axis=1))
        return np.array(days)


def _mean(rows: Any) -> Any:
    known = np.isfinite(rows)
    return np.where(known.any(axis=0), np.nansum(rows, axis=0) / np.maximum(known.sum(axis=0), 1), np.nan)


MODELS: dict[str, Callable[[], Callable[[Past], Any]]] = {
    "ets": lambda: daily_statsforecast(ets),
    "arima": lambda: daily_statsforecast(arima),
    "mstl": lambda: mstl,
    "prophet": lambda: prophet,
    "lightgbm": Boosting,
}


def main(name: str, request: Path, answer: Path) -> None:
    """Forecast from every origin of the request."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    asked = np.load(request)
    day = np.concatenate([asked["day"], asked["ahead_day"]])
    weekday = np.concatenate([asked["weekday"], asked["ahead_weekday"]])
    forecast, n_ahead, means = MODELS[name](), int(asked["n_ahead"]), []
    for known in asked["origins"]:
        ahead = slice(known, known + n_ahead)
        means.append(forecast(Past(day[:known], weekday[:known], asked["counts"][:known], day[ahead], weekday[ahead])))
    np.savez(answer, means=np.array(means))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
