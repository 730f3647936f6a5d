"""Rolling-origin backtest: every forecast is made again from what preceded its origin, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import pandas as pd

from forecasting.evaluation.point import bias, wape
from forecasting.evaluation.probabilistic import coverage, pinball
from forecasting.intervals import floor_interval, horizon_end
from forecasting.volume import OpenCalendar, VolumeForecaster

LEVELS: tuple[float, ...] = tuple(round(0.05 * i, 2) for i in range(1, 20))
_NEAR = 1.03
COLUMNS: tuple[str, ...] = tuple(f"p{round(100 * level):02d}" for level in LEVELS)

Factory = Callable[[], VolumeForecaster]


def backtest(
    history: pd.Series,
    calendar: OpenCalendar,
    *,
    interval_s: int,
    forecasters: Mapping[str, Factory],
    origins: Sequence[datetime],
    horizon: timedelta,
) -> pd.DataFrame:
    """Forecast from each origin by each forecaster, fitted on what is over by then.

    Parameters
    ----------
    history : Series of float, index UTC
        Counts; NaN means unknown. Intervals in [origin, origin + horizon) are the actuals.
    horizon : timedelta
        Whole days are counted on the local calendar.

    Returns
    -------
    DataFrame
        model, origin, interval_start (both UTC), p05 … p95 by 0.05, mean, actual; open intervals with a known actual.
    """
    frames = [
        _one(history, calendar, interval_s=interval_s, name=name, make=make, origin=origin, horizon=horizon)
        for name, make in forecasters.items()
        for origin in origins
    ]
    return pd.concat(frames, ignore_index=True) if frames else _empty()


def _one(
    history: pd.Series,
    calendar: OpenCalendar,
    *,
    interval_s: int,
    name: str,
    make: Factory,
    origin: datetime,
    horizon: timedelta,
) -> pd.DataFrame:
    start = pd.Timestamp(origin).tz_convert("UTC")
    index = calendar.open_index(start, horizon_end(start, horizon, timezone=calendar.timezone), interval_s)
    index = index[(index >= start) & index.isin(history.index[history.notna()])]
    if not len(index):
        return _empty()
    past = history[history.index < floor_interval(start, interval_s, timezone=calendar.timezone)]
    mean, quantiles = make().fit(past, calendar, interval_s=interval_s).predict_all(index, LEVELS)
    frame = quantiles.set_axis(list(COLUMNS), axis=1).assign(mean=mean, actual=history[index])
    frame.insert(0, "model", name)
    frame.insert(1, "origin", start)
    frame.insert(2, "interval_start", index)
    return frame.reset_index(drop=True)


def _empty() -> pd.DataFrame:
    return pd.DataFrame(columns=["model", "origin", "interval_start", *COLUMNS, "mean", "actual"])


@dataclass(frozen=True)
class Score:
    """How one forecaster did: pinball [contacts per interval], WAPE, 80 % coverage, bias, and intervals judged."""

    pinball: float
    wape: float
    coverage_80: float
    bias: float
    n_intervals: int


def scores(result: pd.DataFrame) -> dict[str, Score]:
    """Scores of each model of a backtest; intervals for which any model knew nothing are left out for all."""
    known = result.groupby(["origin", "interval_start"])["mean"].transform(lambda means: means.notna().all())
    return {str(name): _score(rows) for name, rows in result[known.astype(bool)].groupby("model", sort=False)}


def _score(rows: pd.DataFrame) -> Score:
    actual = rows["actual"].to_numpy(dtype=float)
    mean = rows["mean"].to_numpy(dtype=float)
    quantiles = rows[list(COLUMNS)].to_numpy(dtype=float)
    return Score(
        pinball=float(pinball(actual, quantiles, LEVELS).mean()),
        wape=wape(actual, mean),
        coverage_80=coverage(actual, quantiles[:, LEVELS.index(0.1)], quantiles[:, LEVELS.index(0.9)]),
        bias=bias(actual, mean),
        n_intervals=len(rows),
    )


class Reason(StrEnum):
    """Why a forecaster was chosen."""

    LOWEST = "lowest"  # pinball loss of all
    NEAR_LOWEST = "near_lowest"  # the preferred one, within 3 % of the lowest
    SHORT = "short"  # history: nothing could be judged
    UNJUDGED = "unjudged"  # no interval of the weeks to judge was known


@dataclass(frozen=True)
class Choice:
    """The forecaster chosen for a queue, why, what each one scored, and on how many intervals from how many origins."""

    name: str
    reason: Reason
    scores: Mapping[str, Score]
    lowest: str = ""
    n_intervals: int = 0
    n_origins: int = 0

    @property
    def why(self) -> str:
        """The reason in a sentence."""
        rests_on = f"over {self.n_intervals} intervals from {self.n_origins} origins"
        return {
            Reason.LOWEST: f"lowest pinball loss {rests_on}",
            Reason.NEAR_LOWEST: f"pinball loss within 3 % of the lowest ({self.lowest}) {rests_on}",
            Reason.SHORT: "the history is too short to judge forecasters",
            Reason.UNJUDGED: "no interval could be judged",
        }[self.reason]


def choose(
    history: pd.Series,
    calendar: OpenCalendar,
    *,
    interval_s: int,
    forecasters: Mapping[str, Factory],
    horizon: timedelta = timedelta(days=7),
    n_origins: int = 6,
    fallback: str = "recent_weekdays",
    preferred: str = "two_way_svd",
) -> Choice:
    """Choose by the lowest mean pinball loss over the last `n_origins` horizons, one after the other.

    A few weeks judge forecasters only roughly, so `preferred`, an average that is seldom far from the best, is kept
    while its loss is within 3 % of the lowest. Forecasters that are `by_name_only` are not judged. Where the history is
    too short to judge (no origin with three weeks before it), `fallback` is chosen, or the first forecaster.
    """
    judgeable = {name: make for name, make in forecasters.items() if not getattr(make, "by_name_only", False)}
    otherwise = fallback if fallback in forecasters else next(iter(forecasters))
    origins = _origins(history, calendar, horizon=horizon, n_origins=n_origins)
    if not origins:
        return Choice(otherwise, Reason.SHORT, {})
    result = backtest(history, calendar, interval_s=interval_s, forecasters=judgeable, origins=origins, horizon=horizon)
    judged = scores(result) if len(result) else {}
    if not judged:
        return Choice(otherwise, Reason.UNJUDGED, {})
    return _best(judged, preferred=preferred, n_origins=len(origins))


def _best(judged: Mapping[str, Score], *, preferred: str, n_origins: int) -> Choice:
    lowest = min(judged, key=lambda name: judged[name].pinball)
    near = preferred in judged and judged[preferred].pinball <= _NEAR * judged[lowest].pinball
    name, reason = (preferred, Reason.NEAR_LOWEST) if near and lowest != preferred else (lowest, Reason.LOWEST)
    return Choice(name, reason, judged, lowest, judged[lowest].n_intervals, n_origins)


def _origins(history: pd.Series, calendar: OpenCalendar, *, horizon: timedelta, n_origins: int) -> list[pd.Timestamp]:
    """Local midnights, one horizon apart, the last one horizon before the end; each with three weeks before it."""
    if history.empty:
        return []
    wall = calendar.local(pd.DatetimeIndex([history.index[0], history.index[-1]]))
    last = wall[1].normalize()
    candidates = [last - (n + 1) * horizon for n in range(n_origins)]
    early = wall[0] + timedelta(days=21)
    kept = [time for time in reversed(candidates) if time >= early]
    return [
        time.tz_localize(calendar.timezone, ambiguous=True, nonexistent="shift_forward").tz_convert("UTC")
        for time in kept
    ]
