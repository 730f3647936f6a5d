"""`andrang backtest onset`: how soon the watch would have seen known onsets, and how often it would have erred."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pandas as pd

from dashboard.cli.backtest_volume import write_dump
from dashboard.cli.surge_files import read_table
from dashboard.cli.volume_options import Histories, load, parse_time, say, volume_options
from forecasting.evaluation.onset_backtest import (
    COLUMNS,
    OnsetScore,
    days_per_week,
    onset_score,
    watched_days,
)
from forecasting.surge.onset import MIN_DAYS
from forecasting.volume import FORECASTERS, make_forecaster
from forecasting.volume.past_days import PastDays

_LONG = 10_000


@click.command()
@volume_options
@click.option("--onsets", type=click.Path(path_type=Path), help="CSV with a column onset and, if wanted, queue.")
@click.option("--rate", type=click.FloatRange(1e-4, 100), default=0.1, show_default=True, help="False alarms a week.")
@click.option("--model", type=click.Choice(list(FORECASTERS)), default="two_way_svd", show_default=True)
@click.option("--dump", type=click.Path(path_type=Path, dir_okay=False), required=True, help="CSV, .gz if so named.")
def onset(onsets: Path | None, rate: float, model: str, dump: Path, **options: Any) -> None:
    """Watch every day that has 28 forecast days before it, each by a watch set on the past and on nothing else.

    The RATE is for all queues of the file together. Rows: queue,began,raised_at,over_at,observed,expected,
    times_normal,threshold; one for each alarm. Standard output: false alarms and, with --onsets, what was found and
    the median delay from the onset to the end of the interval that raised the alarm. Without --onsets every alarm is
    counted as false.
    """
    histories = load(**options)
    for note in histories.notes:
        say("", note)
    known = _onsets(onsets, histories) if onsets else pd.DataFrame({"onset": [], "queue": []})
    frames, lines = [], []
    for queue in histories.queues:
        past, calendar = _days(histories, queue, model)
        if past.n_days <= MIN_DAYS:
            say(queue, f"Left out: {past.n_days} days could be forecast, more than {MIN_DAYS} are needed.")
            continue
        alarms = watched_days(
            past,
            calendar,
            interval_s=histories.interval_s,
            rate_per_week=rate / len(histories.queues),
            first=MIN_DAYS,
        )
        alarms.insert(0, "queue", queue)
        frames.append(alarms)
        lines.append(_line(queue, _score(alarms, known, past, histories=histories, queue=queue)))
    if not frames:
        raise click.ClickException("no queue has days enough to watch; check --timezone and --opening")
    write_dump(
        pd.concat(frames, ignore_index=True),
        dump,
        columns=("queue", *COLUMNS),
        timezone=histories.calendar.timezone,
        times=("began", "raised_at", "over_at"),
    )
    click.echo("\n".join(["queue,false_alarms,weeks,false_per_week,onsets,found,median_delay_min", *lines]))


def _days(histories: Histories, queue: str, model: str) -> tuple[PastDays, Any]:
    counts = histories.queues[queue]
    end = counts.index[-1] + pd.Timedelta(seconds=histories.interval_s)
    history, calendar = histories.at(queue, end)
    fitted = make_forecaster(model).fit(history, calendar, interval_s=histories.interval_s)
    return fitted.past_days(_LONG), calendar


def _onsets(path: Path, histories: Histories) -> pd.DataFrame:
    table = read_table(path)
    if "onset" not in table.columns:
        raise click.ClickException(f"{path} lacks the column onset; it has: {', '.join(map(str, table.columns))}")
    zone = histories.calendar.timezone
    times = [parse_time(str(text), zone, hint=f"onset in {path}") for text in table["onset"]]
    queues = table["queue"] if "queue" in table.columns else pd.Series([None] * len(table), dtype=object)
    unknown = sorted({str(name) for name in queues.dropna()} - set(histories.queues))
    if unknown:
        raise click.ClickException(
            f"{path} names the queue {unknown[0]!r}, which the counts lack; they have: {', '.join(histories.queues)}"
        )
    return pd.DataFrame({"onset": times, "queue": queues.to_numpy()})


def _score(
    alarms: pd.DataFrame, known: pd.DataFrame, past: PastDays, *, histories: Histories, queue: str
) -> OnsetScore:
    own = known[known["queue"].isna() | (known["queue"] == queue)]
    watched = past.day[MIN_DAYS:]
    days = pd.DatetimeIndex((watched * 86_400).astype("datetime64[s]")).date
    local = [time for time in own["onset"] if time.tz_convert(histories.calendar.timezone).date() in set(days)]
    if len(local) < len(own):
        say(queue, f"{len(own) - len(local)} of {len(own)} onsets lie on days that are not watched and are left out.")
    weeks = len(watched) / days_per_week(past.day)
    return onset_score(alarms, local, weeks=weeks, interval_s=histories.interval_s)


def _line(queue: str, score: OnsetScore) -> str:
    figures = (score.false_per_week, score.found, score.median_delay_min)
    rate, found, delay = ("" if pd.isna(value) else f"{value:.4g}" for value in figures)
    return f"{queue},{score.false_alarms},{score.weeks:.1f},{rate},{len(score.delays_min)},{found},{delay}"
