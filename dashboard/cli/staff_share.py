"""`andrang staff share`: kinds of contacts with agents of their own, and a group that serves all of them."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import click

from dashboard.cli.staff_table import Table, read_table
from forecasting.staffing.skills import SharedMeasures, evaluate_shared, required_shared

SCHEMA = "andrang.staff.share/1"
COLUMNS = ("offered", "aht_s", "patience_s", "agents")
MEASURES = ("service_level", "abandonment", "mean_wait_s", "p_wait", "shared_busy")


@click.command()
@click.option("--input", "path", type=click.Path(path_type=Path), required=True, help="CSV in UTF-8, one row a kind.")
@click.option("--interval", type=click.FloatRange(min=0, min_open=True), default=900.0, show_default=True)
@click.option("--shared", type=click.IntRange(min=0), help="Agents who serve all kinds.")
@click.option(
    "--service-level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Instead of --shared: the smallest group with which every kind reaches it.",
)
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def share(path: Path, interval: float, *, shared: int | None, service_level: float | None, form: str) -> None:
    """Append what each kind meets beside a shared group: cross-trained agents, or overflow to a second level.

    Columns: offered (per interval of --interval seconds), aht_s, patience_s, agents (of this kind alone),
    answer_within_s (20 without the column); others are passed through. An approximation: docs/overload.md says how
    good.
    """
    if (shared is None) == (service_level is None):
        raise click.UsageError("give either --shared N or --service-level SHARE")
    table = read_table(path)
    table.require(COLUMNS, fresh=("shared_agents", *MEASURES))
    known = _known(table, interval)
    try:
        helping = shared if shared is not None else required_shared(**known, service_level=service_level or 0.0)
        found = evaluate_shared(**known, shared=helping)
    except ValueError as error:
        raise table.failure(str(error)) from error
    _print(table, found, shared=helping, form=form)


def _known(table: Table, interval: float) -> dict[str, Any]:
    if not math.isfinite(interval):
        raise click.UsageError("--interval must be a finite number of seconds")
    within = table.numbers("answer_within_s") if "answer_within_s" in table.header else 20.0
    return {
        "offered": table.numbers("offered"),
        "interval_s": interval,
        "aht_s": table.numbers("aht_s", rule="greater than 0"),
        "patience_s": table.numbers("patience_s", rule="greater than 0"),
        "agents": table.numbers("agents", rule="at least 0 without decimals"),
        "answer_within_s": within,
    }


def _print(table: Table, found: SharedMeasures, *, shared: int, form: str) -> None:
    columns = [getattr(found, name).tolist() for name in MEASURES]
    if form == "json":
        rows = [
            dict(zip(table.header, row, strict=True)) | dict(zip(MEASURES, values, strict=True))
            for row, *values in zip(table.rows, *columns, strict=True)
        ]
        click.echo(json.dumps({"schema": SCHEMA, "shared_agents": shared, "rows": rows}, allow_nan=False, indent=1))
        return
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*table.header, "shared_agents", *MEASURES])
    writer.writerows([*row, shared, *new] for row, *new in zip(table.rows, *columns, strict=True))
    click.echo(out.getvalue(), nl=False)
