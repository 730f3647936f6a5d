"""`andrang plan`: whom to call in when, and which levers to pull when."""

from __future__ import annotations

import csv
import io
import json
import math
import tomllib
from pathlib import Path
from typing import Any

import click

from dashboard.cli.plan_table import Demand, read_demand
from dashboard.cli.solver_output import solver_silenced
from dashboard.cli.staff_table import read_table
from dashboard.components.words import Words
from dashboard.services.levers.lever_catalogue import STARTER, Catalogue, parse
from forecasting.staffing.levers import PENALTY, PlanLine, SurgePlan, solve_plan

SCHEMA = "andrang.plan.solve/1"
COLUMNS = ("lever", "kind", "start", "end", "people", "hours", "cost", "why")
EFFECTS = ("low", "expected", "high")
_SHARES = ("share", "low", "high", "used")


@click.group()
def plan() -> None:
    """Plan a surge: whom to call in, which levers to pull."""


@plan.command("levers")
def levers_command() -> None:
    """Print the catalogue of levers to start from, as TOML."""
    click.echo(STARTER.read_text(encoding="utf-8"), nl=False)


@plan.command("solve")
@click.option("--demand", type=click.Path(path_type=Path), required=True, help="CSV in UTF-8, .gz allowed.")
@click.option("--levers", type=click.Path(path_type=Path), required=True, help="TOML, see `andrang plan levers`.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="CSV to write the plan to.")
@click.option("--budget", type=click.FloatRange(min=0), help="Most money to spend.")
@click.option("--goal", type=click.FloatRange(0, 1), help="Share of required person-hours to cover, per skill.")
@click.option(
    "--goal-level", type=click.FloatRange(0, 1), help="Quantile the goal is for, such as 0.8.  [default: lowest]"
)
@click.option(
    "--penalty", type=click.FloatRange(min=0), default=PENALTY, show_default=True, help="Money per hour missing."
)
@click.option("--effect", type=click.Choice(EFFECTS), default="expected", show_default=True, help="Of the levers.")
@click.option("--service-level", type=click.FloatRange(0, 1), default=0.8, show_default=True)
@click.option("--answer-within", type=click.FloatRange(min=0), default=20.0, show_default=True, help="Seconds.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True, help="Of the reasons.")
def solve_command(
    demand: Path,
    levers: Path,
    *,
    out: Path,
    service_level: float,
    answer_within: float,
    effect: str,
    form: str,
    language: str,
    **limits: float | None,
) -> None:
    """Choose levers for the people missing; write the plan, print cost, bound, gap and what binds.

    Columns of --demand: interval_start, interval_s, p50 and higher quantiles such as p80 and p95 (or offered) with
    aht_s and optional patience_s, from which the people required follow; or required_p50 … (or required) instead.
    Optional: agents (already scheduled), skill. Lead times count from the first interval.
    """
    table = read_table(demand)
    wanted = read_demand(table, service_level=service_level, answer_within_s=answer_within)
    catalogue = _catalogue(levers)
    penalty = limits.pop("penalty")
    for name, value in limits.items():
        if value is not None and not math.isfinite(value):
            raise click.UsageError(f"--{name.replace('_', '-')} must be a finite number, got {value}")
    try:
        with solver_silenced():
            answer = solve_plan(
                wanted.shortage,
                catalogue.levers,
                penalty=PENALTY if penalty is None else penalty,
                effect=EFFECTS.index(effect),
                budget=limits["budget"],
                goal=limits["goal"],
                goal_level=limits["goal_level"],
            )
    except (ValueError, RuntimeError) as error:
        raise click.ClickException(f"{levers}: {error}.") from error
    words = Words(language)
    rows = [_row(wanted, line, words=words, currency=catalogue.currency) for line in answer.lines]
    _write(out, rows)
    about = _about(wanted, answer, catalogue)
    if form == "json":
        click.echo(json.dumps({**about, "lines": rows}, allow_nan=False, indent=1))
    else:
        click.echo("\n".join(_text(about, rows=len(rows), out=out)))


def _catalogue(path: Path) -> Catalogue:
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be read ({error.strerror or error}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path}: is not TOML ({error}).") from error
    except ValueError as error:
        raise click.ClickException(f"{path}: {error}.") from error


def _row(wanted: Demand, line: PlanLine, *, words: Words, currency: str) -> dict[str, Any]:
    return {
        "lever": line.lever,
        "kind": line.kind,
        "start": wanted.at(line.first).isoformat(),
        "end": wanted.at(line.last).isoformat(),
        "people": round(line.people, 3),
        "hours": round(line.hours, 3),
        "cost": round(line.cost, 2),
        "why": why(line, words=words, currency=currency),
    }


def why(line: PlanLine, *, words: Words, currency: str) -> str:
    """Return the reason for a line in words."""
    shown = {name: _said(name, value, words) for name, value in line.values}
    return words(f"plan.{line.why}", currency=currency, **shown)


def _said(name: str, value: str | float, words: Words) -> str:
    if isinstance(value, str):
        return value
    if name in _SHARES:
        return words.percent(value)
    return words.number(value, 2 if name == "rate" else 0)


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    try:
        path.write_text(text.getvalue(), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written ({error.strerror or error}).") from error


def _about(wanted: Demand, answer: SurgePlan, catalogue: Catalogue) -> dict[str, Any]:
    names = [f"p{round(100 * level)}" for level in wanted.shortage.levels]
    return {
        "schema": SCHEMA,
        "status": answer.status,
        "currency": catalogue.currency,
        "cost": round(answer.cost, 2),
        "objective": answer.objective,
        "bound": answer.bound,
        "gap": answer.gap,
        "missing_hours": dict(zip(names, answer.missing_hours.tolist(), strict=True)),
        "missing_before_hours": dict(zip(names, answer.missing_before_hours.tolist(), strict=True)),
        "covered": dict(zip(names, answer.covered.tolist(), strict=True)),
        "binding": [
            {"limit": one.limit, "lever": one.lever or None, "worth": None if math.isnan(one.worth) else one.worth}
            for one in answer.binding
        ],
    }


def _text(about: dict[str, Any], *, rows: int, out: Path) -> list[str]:
    lines = [f"{name}: {about[name]}" for name in ("status", "cost", "currency", "objective", "bound", "gap")]
    for name, missing in about["missing_hours"].items():
        before, covered = about["missing_before_hours"][name], about["covered"][name]
        lines.append(f"{name}: {missing:.1f} of {before:.1f} person-hours still missing, {covered:.1%} covered")
    binding = [f"{one['limit']} {one['lever']}" if one["lever"] else one["limit"] for one in about["binding"]]
    lines.append(f"binding: {', '.join(binding) or 'nothing'}")
    lines.append(f"plan: {rows} lines in {out}")
    return lines
