"""`andrang backtest intraday`: what the rest of each day would have been forecast to bring, at several times of day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import astuple, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pandas as pd

from dashboard.cli.backtest_choice import ModelChoice
from dashboard.cli.backtest_volume import after, parse_origins, write_dump
from dashboard.cli.volume_options import Histories, load, model_option, say, volume_options
from forecasting.evaluation.intraday_backtest import DUMPED, IntradayScore, backtest_day, intraday_score
from forecasting.intervals import DAY_S
from forecasting.volume import FORECASTERS, make_forecaster

_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})$")
_FIRST_WEEKS = 8


@click.command()
@volume_options
@click.option("--at", default="10:00,12:00,14:00", show_default=True, help="Local times of day, by comma.")
@click.option("--days", help="FIRST..LAST/STEP, or dates by comma; default: every day from the ninth week on.")
@click.option("--model", default="auto", show_default=True, help=f"auto, {', '.join(FORECASTERS)}.")
@click.option("--dump", type=click.Path(path_type=Path, dir_okay=False), required=True, help="CSV, .gz if so named.")
def intraday(at: str, days: str | None, model: str, dump: Path, **options: Any) -> None:
    """Forecast each day before it begins, and its rest again AT each time from the hours that are over.

    Rows: queue,day,at,interval_start,mean_before,p05,p10,...,p95,mean,actual; one for each time and each open interval
    with a known count that begins no earlier. A table of errors goes to standard output, beside those of the morning's
    forecast, of that forecast times actual over expected, and of the mean of four weekdays scaled alike.
    """
    model_option(model)
    times = [_clock(part) for part in at.split(",")]
    histories = load(**options)
    for note in histories.notes:
        say("", note)
    frames = [
        frame for queue in histories.queues for frame in _run(histories, queue, days=days, model=model, times=times)
    ]
    if not frames:
        raise click.ClickException(
            "no interval could be judged: no queue has counts both before one of the days and on it; "
            "check --days, --timezone and --opening"
        )
    result = pd.concat(frames, ignore_index=True)
    write_dump(result, dump, columns=("queue", *DUMPED), timezone=histories.calendar.timezone)
    click.echo(_scores(result))


def _clock(text: str) -> timedelta:
    match = _CLOCK.match(text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise click.BadParameter(f"{text.strip()!r} is not a time of day; write 10:00,14:30", param_hint="--at")
    return timedelta(hours=int(match[1]), minutes=int(match[2]))


def _run(
    histories: Histories, queue: str, *, days: str | None, model: str, times: list[timedelta]
) -> Iterator[pd.DataFrame]:
    choice = ModelChoice(model, interval_s=histories.interval_s)
    origins = parse_origins(days or _every_day(histories, queue), histories.calendar.timezone, hint="--days")
    for origin in origins:
        past, calendar = histories.at(queue, origin)
        today = after(histories, queue, calendar, origin=origin, horizon=timedelta(seconds=DAY_S))
        if past.notna().sum() == 0 or today.notna().sum() == 0:
            continue
        forecaster = make_forecaster(choice.at(origin, past, calendar))
        frame = backtest_day(
            past, today, calendar, interval_s=histories.interval_s, forecaster=forecaster, at=times
        ).dropna(subset=["mean"])
        if len(frame):
            frame.insert(0, "queue", queue)
            yield frame
    note = choice.note()
    if note:
        say(queue, note)


def _every_day(histories: Histories, queue: str) -> str:
    local = histories.calendar.local(pd.DatetimeIndex(histories.queues[queue].index))
    first, last = local[0].normalize() + timedelta(weeks=_FIRST_WEEKS), local[-1].normalize()
    if first > last:
        raise click.ClickException(
            f"queue {queue!r} has counts of {(local[-1] - local[0]).days + 1} days only, and judging begins in the "
            "ninth week; name --days to judge earlier ones"
        )
    return f"{first:%Y-%m-%d}..{last:%Y-%m-%d}/1d"


def _scores(result: pd.DataFrame) -> str:
    names = [field.name for field in fields(IntradayScore)]
    lines = [",".join(["queue", "at", *names])]
    for queue, rows in result.groupby("queue"):
        parts = [(str(at), part) for at, part in rows.groupby("at")]
        for at, part in [*parts, ("all", rows)] if len(parts) > 1 else parts:
            values = [f"{value:.4f}" for value in astuple(intraday_score(part))[:-1]]
            lines.append(",".join([str(queue), at, *values, str(len(part))]))
    return "\n".join(lines)
