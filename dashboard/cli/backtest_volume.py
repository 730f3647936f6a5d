"""`andrang backtest volume`: what each forecaster would have said, and what came."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pandas as pd

from dashboard.cli.backtest_choice import ModelChoice
from dashboard.cli.volume_options import Duration, Histories, load, model_option, parse_time, say, volume_options
from forecasting.evaluation.backtest import COLUMNS, backtest, scores
from forecasting.intervals import horizon_end
from forecasting.volume import FORECASTERS, OpenCalendar, complete

_RANGE = re.compile(r"^(?P<first>.+?)\.\.(?P<last>.+?)(?:/(?P<step>[^/]+))?$")
_MOST_ORIGINS = 5_000
_COLUMNS = ("model", "queue", "origin", "interval_start", *COLUMNS, "mean", "actual")


@click.command()
@volume_options
@click.option("--origins", required=True, help="FIRST..LAST/STEP, both included: 2003-07-01..2003-08-15/1d.")
@click.option("--horizon", type=Duration(), default="1d", show_default=True)
@click.option(
    "--model", default="auto", show_default=True, help=f"One, or several by comma: auto, {', '.join(FORECASTERS)}."
)
@click.option("--dump", type=click.Path(path_type=Path, dir_okay=False), required=True, help="CSV, .gz if so named.")
def volume(origins: str, horizon: timedelta, model: str, dump: Path, **options: Any) -> None:
    """Forecast from each of ORIGINS, fitted only on what precedes it, and dump forecasts beside what came.

    Rows: model,queue,origin,interval_start,p05,p10,...,p95,mean,actual; one for each open interval with a known count.
    A table of scores goes to standard output. `auto` chooses anew every week of origins.
    """
    names = [model_option(name.strip()) for name in model.split(",")]
    histories = load(**options)
    times = parse_origins(origins, histories.calendar.timezone)
    frames = [
        frame
        for queue in histories.queues
        for name in names
        for frame in _run(histories, queue, name, times=times, horizon=horizon)
    ]
    if not frames:
        raise click.ClickException(
            "no interval could be judged: no queue has counts both before an origin and within the horizon after it; "
            "check --origins, --timezone and --opening"
        )
    result = pd.concat(frames, ignore_index=True)
    write_dump(result, dump, columns=_COLUMNS, timezone=histories.calendar.timezone)
    click.echo(_scores(result))


def parse_origins(text: str, timezone: str, *, hint: str = "--origins") -> list[pd.Timestamp]:
    """`FIRST..LAST/STEP` or times by comma; days are stepped on the local calendar. Wrong use for anything else."""
    match = _RANGE.match(text.strip())
    if match is None:
        return [parse_time(part.strip(), timezone, hint=hint) for part in text.split(",")]
    first, last = (parse_time(match[end], timezone, hint=hint) for end in ("first", "last"))
    step = Duration().convert(match["step"] or "1d", None, None)
    times = [first]
    while (following := horizon_end(first, step * len(times), timezone=timezone)) <= last:
        times.append(following)
        if len(times) > _MOST_ORIGINS:
            raise click.BadParameter(f"more than {_MOST_ORIGINS} origins; take a longer step", param_hint=hint)
    if first > last:
        raise click.BadParameter(f"the first origin lies after the last in {text!r}", param_hint=hint)
    return times


def _run(
    histories: Histories, queue: str, name: str, *, times: list[pd.Timestamp], horizon: timedelta
) -> Iterator[pd.DataFrame]:
    choice = ModelChoice(name, interval_s=histories.interval_s)
    without_past = 0
    for origin in times:
        past, calendar = histories.at(queue, origin)
        if past.notna().sum() == 0:
            without_past += 1
            continue
        actual = choice.at(origin, past, calendar)
        series = pd.concat([past, after(histories, queue, calendar, origin=origin, horizon=horizon)])
        frame = backtest(
            series,
            calendar,
            interval_s=histories.interval_s,
            forecasters={actual: FORECASTERS[actual]},
            origins=[origin],
            horizon=horizon,
        )
        if len(frame):
            frame["model"] = name
            frame.insert(1, "queue", queue)
            yield frame
    if without_past:
        say(queue, f"Left out: no count before the origin ({without_past} of {len(times)} origins).")
    note = choice.note()
    if note:
        say(queue, note)


def after(
    histories: Histories, queue: str, calendar: OpenCalendar, *, origin: pd.Timestamp, horizon: timedelta
) -> pd.Series:
    """What came from the origin on, absent rows read by the same rule as in the past."""
    counts = histories.queues[queue]
    end = horizon_end(origin, horizon, timezone=calendar.timezone)
    known_until = min(end, counts.index[-1] + pd.Timedelta(seconds=histories.interval_s))
    full = complete(counts, calendar, interval_s=histories.interval_s, end=known_until)
    return full[full.index >= origin]


def write_dump(
    result: pd.DataFrame,
    dump: Path,
    *,
    columns: Sequence[str],
    timezone: str,
    times: Sequence[str] = ("origin", "interval_start"),
) -> None:
    """Write these columns, times in `timezone` with their offset; ClickException where the file cannot be written."""
    written = result.copy()
    for column in times:
        if column in columns:
            local = pd.DatetimeIndex(pd.to_datetime(written[column], utc=True)).tz_convert(timezone)
            written[column] = ["" if pd.isna(time) else time.isoformat(timespec="seconds") for time in local]
    try:
        written[list(columns)].to_csv(dump, index=False, float_format="%.4f", lineterminator="\n")
    except OSError as error:
        raise click.ClickException(
            f"{dump} cannot be written: {error.strerror or error}; name another --dump"
        ) from error


def _scores(result: pd.DataFrame) -> str:
    lines = ["queue,model,pinball,wape,coverage_80,bias,n_intervals"]
    for queue, rows in result.groupby("queue"):
        lines += [
            f"{queue},{name},{s.pinball:.4f},{s.wape:.4f},{s.coverage_80:.4f},{s.bias:.4f},{s.n_intervals}"
            for name, s in scores(rows).items()
        ]
    return "\n".join(lines)
