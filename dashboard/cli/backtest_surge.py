"""`andrang backtest surge`: what the library would have said of each surge, from its first intervals."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from dashboard.cli.surge_files import load_surges
from forecasting.evaluation.surge_backtest import (
    INTERVAL_MIN,
    SurgeForecastRow,
    backtest_surges,
    cross_validate,
    dump,
    scores,
)
from forecasting.surge.library import MODELS, SurgeTable, make_model

_FILE = click.Path(path_type=Path)
_MOST_MINUTES = 24 * 60


class Minutes(click.ParamType[tuple[int, ...]]):
    """Minutes since the onset, by comma, each a multiple of 15."""

    name = "minutes"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Read the text as intervals elapsed; wrong use for anything else."""
        if isinstance(value, tuple):
            return value
        minutes = []
        for part in str(value).split(","):
            text = part.strip()
            if not text.isdecimal() or not 0 < int(text) <= _MOST_MINUTES or int(text) % INTERVAL_MIN:
                self.fail(f"{text!r} is not a multiple of 15 up to {_MOST_MINUTES}; write 15,30,60,120", param, ctx)
            minutes.append(int(text))
        return tuple(sorted({each // INTERVAL_MIN for each in minutes}))


@click.command()
@click.option(
    "--train", type=_FILE, required=True, help="Counts of past surges: outage,[provider],interval_start,reports."
)
@click.option("--train-onsets", type=_FILE, required=True, help="Their onsets: outage,[provider],onset,[day],[fold].")
@click.option("--input", "path", type=_FILE, required=True, help="Counts of the surges to forecast.")
@click.option("--onsets", type=_FILE, required=True, help="Their onsets.")
@click.option("--elapsed", type=Minutes(), default="15,30,60,120", show_default=True, help="Minutes since the onset.")
@click.option("--model", type=click.Choice(list(MODELS)), default="ensemble", show_default=True)
@click.option("--folds", help="Column of folds: forecast each by the others (training and input the same file).")
@click.option("--dump", "target", type=click.Path(path_type=Path, dir_okay=False), required=True, help="CSV, or .gz.")
def surge(
    train: Path,
    train_onsets: Path,
    path: Path,
    onsets: Path,
    elapsed: tuple[int, ...],
    model: str,
    folds: str | None,
    target: Path,
) -> None:
    """Forecast total and peak of the next four hours and the time to the end, and dump the quantiles.

    A forecast at ELAPSED minutes sees the counts before the onset and the first ELAPSED ÷ 15 intervals from it on, of
    that series only. Rows: outage,onset,elapsed_min,target,p05,p10,...,p95,mean. A table of scores of what is known by
    now goes to standard output.
    """
    past = load_surges(train, train_onsets, fold=folds)
    table = past if folds and (path, onsets) == (train, train_onsets) else load_surges(path, onsets, fold=folds)
    rows = _forecasts(past, table, ages=elapsed, model=model, folds=folds)
    if folds is None and (path, onsets) == (train, train_onsets):
        click.echo(
            "Note: training and input are the same surges; add --folds to judge what was not learned from.", err=True
        )
    _say_left_out(table, rows, elapsed)
    if not rows:
        raise click.ClickException("no series reaches an --elapsed time, so nothing was forecast; check the onsets")
    made = dump(rows, outages=[s.key for s in table.surges], onsets=table.written)
    try:
        made.to_csv(target, index=False, float_format="%.4f", lineterminator="\n")
    except OSError as error:
        raise click.ClickException(
            f"{target} cannot be written: {error.strerror or error}; name another --dump"
        ) from error
    click.echo(_table(scores(rows)))


def _forecasts(
    past: SurgeTable, table: SurgeTable, *, ages: tuple[int, ...], model: str, folds: str | None
) -> list[SurgeForecastRow]:
    try:
        if folds is None:
            return backtest_surges(past.surges, table.surges, ages=ages, make=lambda: make_model(model))
        if past.written != table.written or [s.key for s in past.surges] != [s.key for s in table.surges]:
            raise ValueError("with --folds, --train and --input must hold the same surges; name the same files twice")
        return cross_validate(table.surges, ages=ages, make=lambda: make_model(model))
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _say_left_out(table: SurgeTable, rows: list[SurgeForecastRow], ages: tuple[int, ...]) -> None:
    missing = len(table.surges) * len(ages) - len(rows)
    if missing:
        click.echo(f"Note: {missing} forecasts left out: the series ends before that time.", err=True)


def _table(judged: pd.DataFrame) -> str:
    lines = ["target,elapsed_min,crps,coverage_80,n"]
    for (target, age), part in judged.groupby(["target", "n_elapsed"], sort=False):
        minutes = INTERVAL_MIN * int(str(age))
        lines.append(f"{target},{minutes},{part['crps'].mean():.4f},{part['covered'].mean():.4f},{len(part)}")
    return "\n".join(lines)
