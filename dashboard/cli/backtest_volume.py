"""`andrang backtest volume`: what each forecaster would have said, and what came."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pandas as pd

from dashboard.cli.volume_options import Duration, Histories, load, model_option, parse_time, say, volume_options
from forecasting.evaluation.backtest import COLUMNS, backtest, choose, scores
from forecasting.intervals import horizon_end
from forecasting.volume import FORECASTERS, OpenCalendar, complete

_RANGE = re.compile(r"^(?P<first>.+?)\.\.(?P<last>.+?)(?:/(?P<step>[^/]+))?$")
_CHOOSE_AGAIN = timedelta(days=7)
_MOST_ORIGINS = 5_000


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
    _write(result, dump, timezone=histories.calendar.timezone)
    click.echo(_scores(result))


def parse_origins(text: str, timezone: str) -> list[pd.Timestamp]:
    """`FIRST..LAST/STEP` or times by comma; days are stepped on the local calendar. Wrong use for anything else."""
    match = _RANGE.match(text.strip())
    if match is None:
        return [parse_time(part.strip(), timezone, hint="--origins") for part in text.split(",")]
    first, last = (parse_time(match[end], timezone, hint="--origins") for end in ("first", "last"))
    step = Duration().convert(match["step"] or "1d", None, None)
    times = [first]
    while (following := horizon_end(first, step * len(times), timezone=timezone)) <= last:
        times.append(following)
        if len(times) > _MOST_ORIGINS:
            raise click.BadParameter(f"more than {_MOST_ORIGINS} origins; take a longer step", param_hint="--origins")
    if first > last:
        raise click.BadParameter(f"the first origin lies after the last in {text!r}", param_hint="--origins")
    return times


def _run(
    histories: Histories, queue: str, name: str, *, times: list[pd.Timestamp], horizon: timedelta
) -> Iterator[pd.DataFrame]:
    chosen: tuple[pd.Timestamp, str] | None = None
    used: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    for origin in times:
        past, calendar = histories.at(queue, origin)
        if past.notna().sum() == 0:
            notes["Left out: no count before the origin"] += 1
            continue
        actual = name
        if name == "auto":
            if chosen is None or origin - chosen[0] >= _CHOOSE_AGAIN:
                chosen = (origin, _choose(past, calendar, histories.interval_s))
            actual = chosen[1]
        used[actual] += 1
        series = pd.concat([past, _after(histories, queue, calendar, origin=origin, horizon=horizon)])
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
    for note, times_said in notes.items():
        say(queue, f"{note} ({times_said} of {len(times)} origins).")
    if name == "auto" and used:
        say(queue, "chosen by auto: " + ", ".join(f"{each} at {n} origins" for each, n in used.most_common()) + ".")


def _choose(past: pd.Series, calendar: OpenCalendar, interval_s: int) -> str:
    return choose(past, calendar, interval_s=interval_s, forecasters=FORECASTERS).name


def _after(
    histories: Histories, queue: str, calendar: OpenCalendar, *, origin: pd.Timestamp, horizon: timedelta
) -> pd.Series:
    """What came from the origin on, absent rows read by the same rule as in the past."""
    counts = histories.queues[queue]
    end = horizon_end(origin, horizon, timezone=calendar.timezone)
    known_until = min(end, counts.index[-1] + pd.Timedelta(seconds=histories.interval_s))
    full = complete(counts, calendar, interval_s=histories.interval_s, end=known_until)
    return full[full.index >= origin]


def _write(result: pd.DataFrame, dump: Path, *, timezone: str) -> None:
    written = result.copy()
    for column in ("origin", "interval_start"):
        local = pd.DatetimeIndex(written[column]).tz_convert(timezone)
        written[column] = [time.isoformat(timespec="seconds") for time in local]
    columns = ["model", "queue", "origin", "interval_start", *COLUMNS, "mean", "actual"]
    try:
        written[columns].to_csv(dump, index=False, float_format="%.4f", lineterminator="\n")
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
