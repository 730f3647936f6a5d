"""The tables of surges that `backtest surge` reads: every doubt about a file is one sentence."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO
from pathlib import Path

import click
import pandas as pd

from forecasting.surge.library import SurgeTable, surges_of

MAX_ROWS = 5_000_000


def load_surges(series: Path, onsets: Path, *, fold: str | None = None) -> SurgeTable:
    """Surges of a file of counts and one of onsets; ClickException (exit 1) where they cannot be used.

    `fold` names the column of the onsets that holds the cross-validation folds.
    """
    counts, times = read_table(series), read_table(onsets)
    if fold is not None:
        if fold not in times.columns:
            raise click.ClickException(
                f"{onsets} lacks the column {fold}, got: {', '.join(times.columns)}; name another"
            )
        times = times.assign(fold=times[fold])
    try:
        table = surges_of(counts, times)
    except ValueError as error:
        raise click.ClickException(f"{series} with {onsets}: {error}") from error
    for note in table.notes:
        click.echo(f"Note: {note}", err=True)
    return table


def read_table(path: Path) -> pd.DataFrame:
    """A CSV file, plain or gzipped, every field a text; ClickException where it is none."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise click.ClickException(f"{path} {what}; name a CSV file, plain or gzipped")
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        return _table(content, path)
    except (OSError, EOFError, zlib.error) as error:
        raise click.ClickException(f"{path} cannot be read to its end: {error}; copy it again") from error


def _table(content: bytes, path: Path) -> pd.DataFrame:
    if not content.strip():
        raise click.ClickException(f"{path} is empty; it needs a header and rows")
    if b"\0" in content[:4096]:
        raise click.ClickException(f"{path} is binary or UTF-16, not a UTF-8 text; export it as CSV in UTF-8")
    try:
        table = pd.read_csv(
            BytesIO(content), dtype=str, encoding="utf-8-sig", keep_default_na=False, na_values=[""], nrows=MAX_ROWS + 1
        )
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{path} is not UTF-8; save it again as UTF-8") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise click.ClickException(f"{path} is not a table of comma-separated values: {str(error).strip()}") from error
    if len(table) > MAX_ROWS:
        raise click.ClickException(f"{path} has more than {MAX_ROWS:,} rows; split it")
    if not isinstance(table.index, pd.RangeIndex):
        raise click.ClickException(f"{path} has rows with more fields than its header; export it again as CSV")
    return table
