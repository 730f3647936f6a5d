"""`andrang backtest onset` on short series around outages: no forecast, only the level before."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import click
import pandas as pd

from dashboard.cli.surge_files import load_surges
from forecasting.evaluation.onset_backtest import OnsetScore
from forecasting.evaluation.onset_series import watched_series


def is_series(path: Path) -> bool:
    """Whether a file's header has the columns of such series; an unreadable file is left to whoever reads it."""
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig") as file:
            header = next(csv.reader([file.readline()]), [])
    except (OSError, EOFError, UnicodeDecodeError):
        return False
    return {"outage", "reports"} <= {name.strip() for name in header}


def watch_series_file(path: Path, onsets: Path | None, *, rate: float) -> tuple[pd.DataFrame, OnsetScore]:
    """Alarms and their score; ClickException where the files cannot be used."""
    if onsets is None:
        raise click.UsageError(f"{path} holds series around outages; name their onsets with --onsets")
    return watched_series(load_surges(path, onsets).surges, rate_per_week=rate)
