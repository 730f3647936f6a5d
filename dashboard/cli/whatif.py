"""`andrang whatif`: a day with some input different, beside the day as it is."""

from __future__ import annotations

import csv
import io
import json
import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import numpy as np

from dashboard.cli.day_table import PATHS, QueueDay, read_config, read_days
from dashboard.cli.staff_table import Table, read_table
from dashboard.services.staffing.what_if_day import KEYS, Change, Measures, changed, measure, parse
from forecasting.staffing.overload import METHODS
from forecasting.staffing.overload.limits import cautions

SCHEMA = "andrang.whatif/1"
NUMBERS = (
    "service_level",
    "mean_wait_s",
    "longest_wait_s",
    "abandonment",
    "attempts",
    "unserved",
    "queue_peak",
    "required_peak",
)
COLUMNS = ("queue", "measure", "before", "after", "difference")
LIKELY_A_FACTOR = 5.0  # seconds: nobody handles or waits so shortly
_SAID = {
    "few_agents": "fewer than 10 people work in some interval",
    "short_patience": "customers give up more than four times as fast as they are served",
    "long_patience": "patience is more than two handling times",
    "calm_day": "hardly anybody gives up, and how many do is off by up to a third",
    "callbacks": "call-backs are offered",
}


@click.command("whatif")
@click.option("--input", "path", type=click.Path(path_type=Path), required=True, help="As of `andrang staff day`.")
@click.option("--config", type=click.Path(path_type=Path), help="TOML with values for columns the file lacks.")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Such as aht=1.2x, agents=+10, patience=300.")
@click.option("--queue", "chosen", multiple=True, help="Change these queues only.  [default: all]")
@click.option("--service-level", type=click.FloatRange(0, 1), default=0.8, show_default=True, help="For required_peak.")
@click.option("--method", type=click.Choice(METHODS), default="closure", show_default=True)
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def whatif(
    path: Path,
    config: Path | None,
    *,
    sets: tuple[str, ...],
    chosen: tuple[str, ...],
    service_level: float,
    method: str,
    form: str,
) -> None:
    """Print each measure of a day as it is, and with some inputs different.

    KEY is offered, agents, aht, patience, redial, redial_delay or answer_within. VALUE is a factor (1.2x), a difference
    (+10, -10) or the value itself (300). Several --set hold together, in their order.
    """
    changes = _changes(sets)
    table = read_table(path)
    days = read_days(table, read_config(config))
    unknown = sorted(set(chosen) - {one.name for one in days})
    if unknown:
        raise table.failure(f"has no queue {', '.join(unknown)}; it has {', '.join(one.name for one in days)}")
    pairs = []
    for one in days:
        moved = changes if not chosen or one.name in chosen else []
        pairs.append((one, *_both(table, one, moved, service_level=service_level, method=method)))
    warned = _warned([(one, day) for one, day, _, _ in pairs], method)
    rows = [row for one, _, before, after in pairs for row in _rows(one, before, after)]
    if form == "csv":
        _print_csv(rows)
        return
    about = {"schema": SCHEMA, "method": method, "changes": list(sets), "cautions": warned}
    click.echo(json.dumps({**about, "rows": [_plain(row) for row in rows]}, allow_nan=False, indent=1))


def _changes(sets: tuple[str, ...]) -> list[Change]:
    if not sets:
        raise click.UsageError(f"nothing to change; give --set KEY=VALUE with one of {', '.join(KEYS)}")
    try:
        changes = [parse(text) for text in sets]
    except ValueError as error:
        raise click.UsageError(f"--set: {error}") from error
    for one in changes:
        if one.kind == "to" and one.key in ("aht", "patience") and 0 < one.number < LIKELY_A_FACTOR:
            click.echo(f"Note: {one.key} is set to {one.number:g} s; a factor is written {one.number:g}x.", err=True)
    return changes


def _both(
    table: Table, one: QueueDay, changes: list[Change], *, service_level: float, method: str
) -> tuple[Any, Measures, Measures]:
    try:
        day = changed(one.day, changes)
        before = measure(one.day, service_level=service_level, method=method)
        return day, before, measure(day, service_level=service_level, method=method)
    except ValueError as error:
        raise table.failure(str(error)) from error


def _warned(days: list[tuple[QueueDay, Any]], method: str) -> list[str]:
    if method != "closure":
        return []
    found: dict[str, None] = {}
    for one, moved in days:
        for day in (one.day, moved):
            people, aht, patience = day.places, day.aht_s, day.patience_s
            inputs = {"agents": people, "aht_s": aht, "patience_s": patience, "interval_s": day.interval_s}
            inputs["callback_share"] = np.asarray(day.callback_share)
            found |= dict.fromkeys(cautions(day.offered, **inputs))
    for key in found:
        click.echo(f"Note: {_SAID[key]}, where the closure misleads; see docs/overload.md.", err=True)
    return list(found)


def _rows(one: QueueDay, before: Measures, after: Measures) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name in NUMBERS:
        old, new = getattr(before, name), getattr(after, name)
        gap = new - old if math.isfinite(new) and math.isfinite(old) else math.nan
        rows.append(dict(zip(COLUMNS, (one.name, name, old, new, gap), strict=True)))
    for path, old_s, new_s in zip(PATHS, before.clear_s, after.clear_s, strict=False):
        gap = new_s - old_s if math.isfinite(new_s) and math.isfinite(old_s) else math.nan
        name = "clear_time" if path == PATHS[0] else f"clear_time_{path}"
        values = (one.name, name, _clear(one, old_s), _clear(one, new_s), gap)
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def _clear(one: QueueDay, clear_s: float) -> str:
    """A time, or `no_backlog` or `open_at_end`."""
    if math.isfinite(clear_s):
        return (one.start + timedelta(seconds=round(clear_s))).isoformat()
    return "no_backlog" if math.isnan(clear_s) else "open_at_end"


def _print_csv(rows: list[dict[str, Any]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if _is_nan(value) else value for key, value in row.items()} for row in rows)
    click.echo(out.getvalue(), nl=False)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """JSON knows neither infinity nor a blank; a file without queues has none to name."""
    unknown = {key: None for key, value in row.items() if isinstance(value, float) and not math.isfinite(value)}
    return {**row, **unknown, "queue": row["queue"] or None}


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)
