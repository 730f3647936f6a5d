"""`andrang backtest onset`: how soon the watch would have seen known onsets, and how often it would have erred."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pandas as pd

from dashboard.cli.backtest_onset_series import is_series, watch_series_file
from dashboard.cli.backtest_volume import write_dump
from dashboard.cli.surge_files import read_table
from dashboard.cli.volume_options import Histories, load, parse_time, say, volume_options
from forecasting.evaluation.onset_backtest import (
    COLUMNS,
    OnsetScore,
    days_per_week,
    joined,
    onset_score,
    watched_days,
)
from forecasting.surge.onset import MIN_DAYS
from forecasting.surge.onset_pool import pooled_days, shared_rate
from forecasting.volume import FORECASTERS, make_forecaster
from forecasting.volume.past_days import PastDays

HEADER = "queue,false_alarms,weeks,false_per_week,onsets,found,median_delay_min"
# Names of lines that are no queue's: the queues summed up, and whichever of all raised the alarm first.
TOGETHER, ANY = "(together)", "(any)"
_LONG = 10_000


@click.command()
@volume_options
@click.option("--onsets", type=click.Path(path_type=Path), help="CSV with a column onset and, if wanted, queue.")
@click.option("--rate", type=click.FloatRange(1e-4, 100), default=0.1, show_default=True, help="False alarms a week.")
@click.option("--model", type=click.Choice(list(FORECASTERS)), default="two_way_svd", show_default=True)
@click.option("--dump", type=click.Path(path_type=Path, dir_okay=False), required=True, help="CSV, .gz if so named.")
def onset(onsets: Path | None, rate: float, model: str, dump: Path, **options: Any) -> None:
    """Watch every day that has 28 forecast days before it, each by a watch set on the past and on nothing else.

    The RATE is for all queues of the file together; several are watched together as well. Rows: queue,began,raised_at,
    over_at,observed,expected,times_normal,threshold; one for each alarm. Standard output: false alarms and, with
    --onsets, what was found and the median delay from the onset to the end of the interval that raised the alarm.
    Without --onsets every alarm is counted as false. Counts with a column outage are short series around outages, as
    `andrang backtest surge` reads them: each is watched by itself, against the level before.
    """
    if is_series(options["path"]):
        series, score = watch_series_file(options["path"], onsets, rate=rate)
        _dump(series, dump, timezone=options["timezone"])
        click.echo("\n".join([HEADER, _line("all", score)]))
        return
    histories = load(**options)
    for note in histories.notes:
        say("", note)
    known = _onsets(onsets, histories) if onsets else pd.DataFrame({"onset": [], "queue": []})
    watched = {queue: found for queue in histories.queues if (found := _watchable(histories, queue, model)) is not None}
    if not watched:
        raise click.ClickException("no queue has days enough to watch; check --timezone and --opening")
    alone, together = shared_rate(rate, n_queues=len(watched), n_pools=int(len(watched) > 1))
    tables = {queue: _watched(past, histories, rate=alone) for queue, past in watched.items()}
    lines = [_line(queue, _score(tables[queue], known, watched[queue], histories, queue=queue)) for queue in watched]
    if len(watched) > 1:
        all_days = pooled_days(list(watched.values()))
        tables[TOGETHER] = _watched(all_days, histories, rate=together)
        lines.append(_line(TOGETHER, _score(tables[TOGETHER], known, all_days, histories, queue=None)))
        any_ = joined(list(tables.values()))
        lines.append(_line(ANY, _score(any_, known, all_days, histories, queue=None)))
    _dump(_named(tables), dump, timezone=histories.calendar.timezone)
    click.echo("\n".join([HEADER, *lines]))


def _watchable(histories: Histories, queue: str, model: str) -> PastDays | None:
    past = _days(histories, queue, model)
    if past.n_days > MIN_DAYS:
        return past
    say(queue, f"Left out: {past.n_days} days could be forecast, more than {MIN_DAYS} are needed.")
    return None


def _watched(past: PastDays, histories: Histories, *, rate: float) -> pd.DataFrame:
    return watched_days(past, histories.calendar, interval_s=histories.interval_s, rate_per_week=rate, first=MIN_DAYS)


def _named(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All alarms under one another, each with the name of its queue."""
    told = [table.assign(queue=queue) for queue, table in tables.items() if len(table)]
    return pd.concat(told, ignore_index=True) if told else pd.DataFrame(columns=["queue", *COLUMNS])


def _dump(table: pd.DataFrame, dump: Path, *, timezone: str) -> None:
    write_dump(table, dump, columns=("queue", *COLUMNS), timezone=timezone, times=("began", "raised_at", "over_at"))


def _days(histories: Histories, queue: str, model: str) -> PastDays:
    counts = histories.queues[queue]
    end = counts.index[-1] + pd.Timedelta(seconds=histories.interval_s)
    history, calendar = histories.at(queue, end)
    fitted = make_forecaster(model).fit(history, calendar, interval_s=histories.interval_s)
    return fitted.past_days(_LONG)


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
    alarms: pd.DataFrame, known: pd.DataFrame, past: PastDays, histories: Histories, *, queue: str | None
) -> OnsetScore:
    """Of one queue its own onsets and those of no named queue; of several together all."""
    own = known if queue is None else known[known["queue"].isna() | (known["queue"] == queue)]
    watched = past.day[MIN_DAYS:]
    days = pd.DatetimeIndex((watched * 86_400).astype("datetime64[s]")).date
    local = [time for time in own["onset"] if time.tz_convert(histories.calendar.timezone).date() in set(days)]
    if len(local) < len(own):
        say(
            queue or "",
            f"{len(own) - len(local)} of {len(own)} onsets lie on days that are not watched and are left out.",
        )
    weeks = len(watched) / days_per_week(past.day)
    return onset_score(alarms, local, weeks=weeks, interval_s=histories.interval_s)


def _line(queue: str, score: OnsetScore) -> str:
    figures = (score.false_per_week, score.found, score.median_delay_min)
    rate, found, delay = ("" if pd.isna(value) else f"{value:.4g}" for value in figures)
    return f"{queue},{score.false_alarms},{score.weeks:.1f},{rate},{len(score.delays_min)},{found},{delay}"
