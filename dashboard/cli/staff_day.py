"""`andrang staff day`: a whole day of queues that may be far too small, with backlog, redials and time to clear."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import numpy as np

from dashboard.cli.day_table import PATHS, QueueDay, read_config, read_days
from dashboard.cli.staff_table import Table, read_table
from dashboard.services.staffing.day_model import MODELS, RUNS, SIMULATION, run_day
from dashboard.services.staffing.day_simulation import Progress
from forecasting.staffing.overload import DayResult
from forecasting.staffing.overload.limits import cautions

SCHEMA = "andrang.staff.day/1"
MEASURES = ("queue_mean", "queue_end", "mean_wait_s", "abandonment", "service_level", "attempts", "unserved")
LIMITED = ("blocked", "callbacks", "callbacks_open")
MAX_SIMULATED = 400_000_000  # first attempts; some minutes
_SAID = {
    "few_agents": "fewer than 10 people work in some interval",
    "short_patience": "customers give up more than four times as fast as they are served",
    "long_patience": "patience is more than two handling times",
    "calm_day": "hardly anybody gives up, and how many do is off by up to a third",
    "callbacks": "call-backs are offered",
}


@click.command("day")
@click.option("--input", "path", type=click.Path(path_type=Path), required=True, help="CSV in UTF-8, .gz allowed.")
@click.option("--config", type=click.Path(path_type=Path), help="TOML with values for columns the file lacks.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--method", type=click.Choice(MODELS), default="closure", show_default=True)
@click.option("--runs", type=click.IntRange(1, 100_000), default=RUNS, show_default=True, help="Simulated days.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the simulation.")
def day(path: Path, config: Path | None, *, form: str, method: str, runs: int, seed: int) -> None:
    """Append what happens in each interval of a day, whatever the overload, and when the queue is clear.

    Columns: interval_start, interval_s, offered (unique customers), agents, aht_s; optional patience_s (may be inf),
    redial_probability, redial_delay_s, answer_within_s, concurrency, lines, callback_share, callback_agents, open (0
    or 1), queue, and p10 and p90 of offered, which give clear_time a range. A day begins with an empty centre; other
    columns are passed through.
    """
    table = read_table(path)
    ranged = [name for name in PATHS[1:] if name in table.header]
    fresh = (*MEASURES, *LIMITED, "clear_time", *(f"clear_time_{name}" for name in ranged), "clear_status")
    table.require((), fresh=fresh)
    days = read_days(table, read_config(config))
    if method == SIMULATION:
        _refuse_endless(days, runs)
    try:
        with _progress(days, runs=runs, method=method) as step:
            answers = [run_day(one.day, method=method, runs=runs, seed=seed, progress=step) for one in days]
    except ValueError as error:
        raise table.failure(str(error)) from error
    warned = _warn(days, method)
    queues = [_summary(one, answer, method=method, ranged=ranged) for one, answer in zip(days, answers, strict=True)]
    values = _columns(len(table.rows), days, answers, queues=queues)
    _say_idle(days)
    if form == "csv":
        _print_csv(table, values)
        return
    latest = max((one["clear_time"] for one in queues if one["clear_time"]), default=None)
    open_at_end = any(one["clear_status"] == "open_at_end" for one in queues)
    about = {"schema": SCHEMA, "method": method, "cautions": warned, "clear_time": None if open_at_end else latest}
    if method == SIMULATION:
        about |= {"runs": runs, "seed": seed}
    click.echo(json.dumps({**about, "queues": queues, "rows": _objects(table, values)}, allow_nan=False, indent=1))


def _refuse_endless(days: list[QueueDay], runs: int) -> None:
    contacts = runs * sum(float(one.day.offered.sum()) for one in days)
    if contacts > MAX_SIMULATED:
        raise click.ClickException(
            f"{runs} runs would simulate {contacts:,.0f} contacts, at most {MAX_SIMULATED:,} are; "
            "lower --runs or use --method closure."
        )


@contextmanager
def _progress(days: list[QueueDay], *, runs: int, method: str) -> Iterator[Progress | None]:
    """A bar on stderr while a person watches simulated days go by."""
    if method != SIMULATION or not sys.stderr.isatty():
        yield None
        return
    total = runs * sum(1 if one.day.offered.ndim == 1 else len(one.day.offered) for one in days)
    with click.progressbar(length=total, label="days", file=sys.stderr, update_min_steps=max(1, total // 200)) as bar:
        yield lambda done, runs: bar.update(1)


def _warn(days: list[QueueDay], method: str) -> list[str]:
    if method != "closure":
        return []
    found: dict[str, None] = {}
    for one in days:
        agents, aht, patience = one.day.places, one.day.aht_s, one.day.patience_s
        inputs = {"agents": agents, "aht_s": aht, "patience_s": patience, "interval_s": one.day.interval_s}
        inputs["callback_share"] = np.asarray(one.day.callback_share)
        found |= dict.fromkeys(cautions(one.day.offered, **inputs))
    for key in found:
        click.echo(f"Note: {_SAID[key]}, where the closure misleads; check with --method simulation.", err=True)
    return list(found)


def _columns(
    rows: int, days: list[QueueDay], answers: list[DayResult], *, queues: list[dict[str, Any]]
) -> dict[str, list[Any]]:
    clear = [name for name in queues[0] if name.startswith("clear_")]
    measures = (*MEASURES, *(LIMITED if any(map(_is_limited, days)) else ()))
    columns: dict[str, list[Any]] = {name: [""] * rows for name in (*measures, *clear)}
    for one, answer, summary in zip(days, answers, queues, strict=True):
        for place, row in enumerate(one.rows.tolist()):
            for name in measures:
                columns[name][row] = float(getattr(answer, name)[0, place])
            for name in clear:
                columns[name][row] = summary[name] or ""
    return columns


def _summary(one: QueueDay, answer: DayResult, *, method: str, ranged: list[str]) -> dict[str, Any]:
    customers, unserved = float(one.day.offered[0].sum()), float(answer.unserved[0].sum())
    return {
        "queue": one.name or None,
        "clear_time": _clock(one, float(answer.clear_s[0])),
        **{f"clear_time_{name}": _clock(one, float(answer.clear_s[k])) for k, name in enumerate(ranged, start=1)},
        "clear_status": "not_modelled" if method == "stationary" else _status(float(answer.clear_s[0])),
        "customers": customers,
        "answered": float(answer.answered[0].sum()),
        "unserved": unserved,
        "attempts": float(answer.attempts[0].sum()),
        "waiting_at_end": float(answer.waiting_at_end[0]),
        "redialling_at_end": float(answer.redialling_at_end[0]),
        **(_limited(answer) if _is_limited(one) else {}),
    }


def _is_limited(one: QueueDay) -> bool:
    return one.day.offers_callbacks or bool(np.isfinite(one.day.lines).any())


def _limited(answer: DayResult) -> dict[str, float]:
    return {
        "blocked": float(answer.blocked[0].sum()),
        "callbacks": float(answer.callbacks[0].sum()),
        "callbacks_at_end": float(answer.callbacks_open[0, -1]),
    }


def _say_idle(days: list[QueueDay]) -> None:
    """Say where people cannot all work, since lines are fewer."""
    idle = sum(int((one.day.lines < one.day.places).sum()) for one in days)
    if idle:
        click.echo(f"Note: in {idle} rows there are fewer lines than people; some of them cannot work.", err=True)


def _status(clear_s: float) -> str:
    if math.isnan(clear_s):
        return "no_backlog"
    return "open_at_end" if math.isinf(clear_s) else "cleared"


def _clock(one: QueueDay, clear_s: float) -> str | None:
    if not math.isfinite(clear_s):
        return None
    return (one.start + timedelta(seconds=round(clear_s))).isoformat()


def _print_csv(table: Table, values: dict[str, list[Any]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*table.header, *values])
    writer.writerows([*row, *new] for row, *new in zip(table.rows, *values.values(), strict=True))
    click.echo(out.getvalue(), nl=False)


def _objects(table: Table, values: dict[str, list[Any]]) -> list[dict[str, Any]]:
    given = {name: [_read(text) for text in table.text(name)] for name in table.header}
    columns: dict[str, list[Any]] = given | values
    return [dict(zip(columns, map(_plain, row), strict=True)) for row in zip(*columns.values(), strict=True)]


def _read(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _plain(value: Any) -> Any:
    """JSON knows no infinity; a blank is null."""
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return None if value == "" else value
