"""`andrang forecast volume`: quantiles of the ordinary volume of each queue of a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TextIO

import click
import numpy as np
import orjson
import pandas as pd

from dashboard.cli.volume_options import Duration, Histories, load, model_option, parse_time, say, volume_options
from forecasting.evaluation.backtest import Score, choose
from forecasting.intervals import floor_interval, horizon_end, interval_index
from forecasting.volume import FORECASTERS, OpenCalendar, make_forecaster

SCHEMA = "andrang.forecast.volume/1"
_LEVELS = (0.1, 0.5, 0.9)
_COLUMNS = ("p10", "p50", "p90", "mean")
_LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class QueueForecast:
    """The forecast of one queue and what it rests on."""

    queue: str
    model: str
    why: str
    scores: dict[str, Score]
    calendar: OpenCalendar
    notes: tuple[str, ...]
    n_days: int
    table: pd.DataFrame


@click.command()
@volume_options
@click.option("--origin", required=True, help="Moment of the forecast; counts from then on are not used.")
@click.option("--horizon", type=Duration(), default="14d", show_default=True)
@click.option("--model", default="auto", show_default=True, help=f"auto, {', '.join(FORECASTERS)}.")
@click.option("--format", "style", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="Default: standard output.")
def volume(origin: str, horizon: timedelta, model: str, style: str, output: TextIO, **options: Any) -> None:
    """Forecast the offered contacts of each interval from ORIGIN on.

    Input: interval_start,[queue],offered, as fine as --interval or finer. Output: queue,interval_start,p10,p50,p90,mean
    with times in --timezone and their offset. Closed intervals are 0.
    """
    model_option(model)
    if horizon > _LONGEST:
        raise click.BadParameter("a forecast reaches at most 366d ahead", param_hint="--horizon")
    histories = load(**options)
    start = parse_time(origin, histories.calendar.timezone, hint="--origin")
    forecasts = _forecast_all(histories, start, horizon=horizon, model=model)
    if style == "json":
        output.write(_as_json(forecasts, histories, start, horizon).decode() + "\n")
    else:
        _as_table(forecasts).to_csv(output, index=False, float_format="%.4f", lineterminator="\n")


def _forecast_all(histories: Histories, start: pd.Timestamp, *, horizon: timedelta, model: str) -> list[QueueForecast]:
    for note in histories.notes:
        say("", note)
    made = []
    for queue in histories.queues:
        forecast = _forecast_one(histories, queue, start, horizon=horizon, model=model)
        for note in forecast.notes:
            say(queue, note)
        if len(forecast.table):
            made.append(forecast)
    if not made:
        raise click.ClickException(
            f"no queue has a count before {start:%Y-%m-%dT%H:%M} UTC, so there is nothing to learn from; "
            "choose a later --origin or check --timezone"
        )
    return made


def _forecast_one(
    histories: Histories, queue: str, start: pd.Timestamp, *, horizon: timedelta, model: str
) -> QueueForecast:
    history, calendar = histories.at(queue, start)
    if not np.isfinite(history.to_numpy(dtype=float)).any():
        note = "It has no count before the origin and was left out: there is nothing to learn from."
        return QueueForecast(queue, model, note, {}, calendar, (note,), 0, pd.DataFrame())
    name, why, judged = model, "asked for", {}
    if model == "auto":
        choice = choose(history, calendar, interval_s=histories.interval_s, forecasters=FORECASTERS)
        name, why, judged = choice.name, choice.why, dict(choice.scores)
    forecaster = make_forecaster(name).fit(history, calendar, interval_s=histories.interval_s)
    index = _index(start, horizon, histories.interval_s, calendar.timezone)
    mean, quantiles = forecaster.predict_all(index, _LEVELS)
    table = quantiles.set_axis(list(_COLUMNS[:3]), axis=1).assign(mean=mean)
    table.index = index.tz_convert(calendar.timezone)
    return QueueForecast(queue, name, why, judged, calendar, forecaster.notes, forecaster.n_days_, table)


def _index(start: pd.Timestamp, horizon: timedelta, interval_s: int, timezone: str) -> pd.DatetimeIndex:
    """Intervals that begin in [start, start + horizon)."""
    first = floor_interval(start, interval_s, timezone=timezone)
    index = interval_index(first, horizon_end(start, horizon, timezone=timezone), interval_s, timezone=timezone)
    return index[index >= start]


def _as_table(forecasts: list[QueueForecast]) -> pd.DataFrame:
    frames = []
    for forecast in forecasts:
        frame = forecast.table.reset_index(names="interval_start")
        frame["interval_start"] = _texts(frame["interval_start"])
        frame.insert(0, "queue", forecast.queue)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _texts(times: pd.Series) -> list[str]:
    return [time.isoformat(timespec="seconds") for time in times]


def _as_json(forecasts: list[QueueForecast], histories: Histories, start: pd.Timestamp, horizon: timedelta) -> bytes:
    zone = histories.calendar.timezone
    return orjson.dumps(
        {
            "schema": SCHEMA,
            "origin": start.tz_convert(zone).isoformat(timespec="seconds"),
            "horizon_s": int(horizon.total_seconds()),
            "interval_s": histories.interval_s,
            "timezone": zone,
            "notes": list(histories.notes),
            "queues": [_queue_json(forecast, histories) for forecast in forecasts],
        },
        option=orjson.OPT_INDENT_2,
    )


def _queue_json(forecast: QueueForecast, histories: Histories) -> dict[str, Any]:
    times = _texts(forecast.table.index.to_series())
    values = forecast.table.round(4).to_numpy().tolist()
    return {
        "queue": forecast.queue,
        "model": forecast.model,
        "why": forecast.why,
        "scores": {name: vars(score) for name, score in forecast.scores.items()},
        "opening": str(forecast.calendar.opening),
        "opening_inferred": not histories.opening_known,
        "history_days": forecast.n_days,
        "notes": list(forecast.notes),
        "intervals": [
            {"interval_start": time, **dict(zip(_COLUMNS, row, strict=True))}
            for time, row in zip(times, values, strict=True)
        ],
    }
