"""`andrang staff`: Erlang B, C and A over a CSV file."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from dashboard.cli.staff_day import day
from dashboard.cli.staff_share import share
from dashboard.cli.staff_table import Table, read_table
from forecasting.staffing import (
    CONVENTIONS,
    MODELS,
    SHORT_ABANDON_S,
    Convention,
    Measures,
    Model,
    Requirement,
    evaluate,
    required_agents,
    scheduled_agents,
)
from forecasting.staffing.inputs import MAX_OFFERED_LOAD

MEASURES = ("p_wait", "p_blocked", "abandonment", "asa_s", "mean_wait_s", "service_level", "occupancy", "status")
EVALUATE_SCHEMA = "andrang.staff.evaluate/1"
REQUIRE_SCHEMA = "andrang.staff.require/1"
LOAD = ("offered", "interval_s", "aht_s")
Columns = dict[str, NDArray[Any]]


class _Number(click.FloatRange):
    """A number in a range; NaN is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options both commands have."""
    for option in (
        click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True),
        click.option(
            "--short-abandon",
            type=_Number(min=0),
            default=SHORT_ABANDON_S,
            show_default=True,
            help="Seconds: abandonments that excl_short leaves out; a column short_abandon_s takes precedence.",
        ),
        click.option(
            "--convention",
            type=click.Choice(CONVENTIONS),
            default="offered",
            show_default=True,
            help="Service level: answered in time ÷ all offered; ÷ (offered − short abandons); (answered or abandoned "
            "in time) ÷ offered.",
        ),
        click.option(
            "--input", "path", type=click.Path(path_type=Path), required=True, help="CSV in UTF-8, .gz allowed."
        ),
    ):
        command = option(command)
    return command


@click.group()
def staff() -> None:
    """Evaluate and size staffing from a file."""


staff.add_command(day)
staff.add_command(share)


@staff.command("evaluate")
@_shared
def evaluate_command(path: Path, convention: Convention, *, short_abandon: float, form: str) -> None:
    """Append the measures of each row's centre.

    Columns: model (erlang_b, erlang_c or erlang_a), offered (per interval), interval_s, aht_s, patience_s (erlang_a;
    may be inf), agents, answer_within_s, concurrency (chats that one agent works on at once; 1 without the column);
    others are passed through.
    """
    table = read_table(path)
    table.require(["model", *LOAD, "agents"], fresh=MEASURES)
    models = np.array(table.text("model"))
    for index in np.flatnonzero(~np.isin(models, MODELS))[:1]:
        raise table.refusal(index, "model", got=models[index], expected=f"one of {', '.join(MODELS)}")
    impatient, queueing = models == "erlang_a", models != "erlang_b"
    needed = {"patience_s": impatient.any(), "answer_within_s": queueing.any()}
    table.require([name for name, need in needed.items() if need], fresh=())
    known = _load(table)
    known["agents"] = table.numbers("agents", rule="at least 0 without decimals")
    known["patience_s"] = _patience(table, impatient)
    known["answer_within_s"] = _column(table, "answer_within_s", absent=0.0, where=queueing)
    known["short_abandon_s"] = _column(table, "short_abandon_s", absent=short_abandon)
    known |= _at_once(table)
    with _readable(table):
        measures = evaluate(models, **known, convention=convention)
    about = {"schema": EVALUATE_SCHEMA, "convention": convention}
    _print(table, _named(measures), known=known, form=form, about=about)


@staff.command("require")
@_shared
@click.option("--service-level", type=_Number(0, 1), help="Least share answered in time, such as 0.8.")
@click.option(
    "--answer-within",
    type=_Number(min=0),
    help="Seconds of the service level.  [default: the column answer_within_s, else 20]",
)
@click.option("--max-occupancy", type=_Number(0.01, 1), help="Greatest occupancy, such as 0.9.")
@click.option("--max-abandonment", type=_Number(0, 1), help="Greatest share abandoning, such as 0.05.")
@click.option("--max-asa", type=_Number(min=0), help="Greatest mean wait of the answered, in seconds.")
@click.option("--shrinkage", type=_Number(0, 1, max_open=True), default=0.0, show_default=True)
@click.option("--patience", type=_Number(min=0), help="Seconds, for erlang_a where there is no column patience_s.")
@click.option("--model", type=click.Choice(MODELS), default="erlang_a", show_default=True)
def require_command(
    path: Path,
    model: Model,
    *,
    form: str,
    shrinkage: float,
    answer_within: float | None,
    patience: float | None,
    short_abandon: float,
    convention: Convention,
    **targets: float | None,
) -> None:
    """Append the agents each row needs, the people to schedule, and what they reach.

    Columns: offered (per interval), interval_s, aht_s, for erlang_a patience_s (may be inf), concurrency (chats that
    one agent works on at once; 1 without the column); others are passed through.
    At least one target is needed; the smallest number of agents that meets all of them is given.
    """
    if all(value is None for value in targets.values()):
        raise click.UsageError("give at least one of --service-level, --max-occupancy, --max-abandonment, --max-asa")
    table = read_table(path)
    table.require(LOAD, fresh=("agents", "scheduled_agents", *MEASURES))
    known = _load(table)
    known["patience_s"] = _required_patience(table, model, patience=patience)
    known["answer_within_s"] = _threshold(table, answer_within)
    known["short_abandon_s"] = _column(table, "short_abandon_s", absent=short_abandon)
    known |= _at_once(table)
    with _readable(table):
        need = _require(known, targets, model=model, convention=convention)
    answer: Columns = {"agents": need.agents, "scheduled_agents": scheduled_agents(need.agents, shrinkage)}
    about = {"convention": convention, "model": model, "shrinkage": shrinkage, "targets": targets}
    _print(table, answer | _named(need.measures), known=known, form=form, about={"schema": REQUIRE_SCHEMA, **about})


def _require(known: Columns, targets: dict[str, float | None], *, model: Model, convention: Convention) -> Requirement:
    return required_agents(
        known["offered"],
        interval_s=known["interval_s"],
        aht_s=known["aht_s"],
        patience_s=known["patience_s"],
        answer_within_s=known["answer_within_s"],
        short_abandon_s=known["short_abandon_s"],
        concurrency=known.get("concurrency", 1),
        service_level=targets["service_level"],
        max_occupancy=targets["max_occupancy"],
        max_abandonment=targets["max_abandonment"],
        max_asa_s=targets["max_asa"],
        model=model,
        convention=convention,
    )


@contextmanager
def _readable(table: Table) -> Iterator[None]:
    """Turn what the formulas refuse, and the columns' own rules let pass, into an error about the file."""
    try:
        yield
    except ValueError as error:
        raise table.failure(str(error)) from error


def _load(table: Table) -> Columns:
    known: Columns = {
        "offered": table.numbers("offered"),
        "interval_s": table.numbers("interval_s", rule="greater than 0"),
        "aht_s": table.numbers("aht_s"),
    }
    with np.errstate(over="ignore"):
        load = known["offered"] * known["aht_s"] / known["interval_s"]
    for index in np.flatnonzero(~(load <= MAX_OFFERED_LOAD))[:1]:
        expected = f"such that offered × aht_s ÷ interval_s is at most {MAX_OFFERED_LOAD:g} erlang; check the units"
        raise table.refusal(index, "offered", got=table.text("offered")[index], expected=expected)
    return known


def _column(
    table: Table, name: str, *, absent: float, where: NDArray[np.bool_] | None = None, rule: str = "at least 0"
) -> NDArray[np.float64]:
    if name not in table.header:
        return np.full(len(table.rows), absent)
    return table.numbers(name, rule=rule, where=where, absent=absent)


def _at_once(table: Table) -> Columns:
    """Chats that one agent works on at once, where there is such a column."""
    if "concurrency" not in table.header:
        return {}
    return {"concurrency": table.numbers("concurrency", rule="from 1 without decimals")}


def _patience(table: Table, where: NDArray[np.bool_]) -> NDArray[np.float64]:
    return _column(table, "patience_s", absent=np.inf, where=where, rule="at least 0, or inf")


def _required_patience(table: Table, model: Model, *, patience: float | None) -> NDArray[np.float64]:
    everywhere = np.full(len(table.rows), model == "erlang_a")
    if "patience_s" in table.header or model != "erlang_a":
        return _patience(table, everywhere)
    if patience is None:
        raise table.failure("lacks column patience_s, which erlang_a needs; add it, or give --patience SECONDS")
    return np.full(len(table.rows), patience)


def _threshold(table: Table, chosen: float | None) -> NDArray[np.float64]:
    if chosen is not None:
        return np.full(len(table.rows), chosen)
    return _column(table, "answer_within_s", absent=20.0)


def _named(measures: Measures) -> Columns:
    return {name: getattr(measures, name) for name in MEASURES}


def _print(table: Table, answer: Columns, *, known: Columns, form: str, about: dict[str, Any]) -> None:
    values = {name: column.tolist() for name, column in answer.items()}
    if form == "json":
        click.echo(json.dumps({**about, "rows": _objects(table, values, known=known)}, allow_nan=False, indent=1))
        return
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*table.header, *values])
    writer.writerows([*row, *new] for row, *new in zip(table.rows, *values.values(), strict=True))
    click.echo(out.getvalue(), nl=False)


def _objects(table: Table, values: dict[str, list[Any]], *, known: Columns) -> list[dict[str, Any]]:
    """Return the rows; numbers that were read become numbers, other columns stay texts; null is infinite or blank."""
    columns: dict[str, list[Any]] = {name: table.text(name) for name in table.header}
    for name in known.keys() & columns.keys():
        read = known[name].astype(np.int64) if name in ("agents", "concurrency") else known[name]
        columns[name] = [value if text else None for text, value in zip(columns[name], read.tolist(), strict=True)]
    columns |= values
    rows = zip(*columns.values(), strict=True)
    return [dict(zip(columns, map(_finite, row), strict=True)) for row in rows]


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and math.isinf(value) else value
