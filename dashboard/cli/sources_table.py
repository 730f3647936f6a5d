"""`andrang sources`: how the sources fare, what was refused, and how a file would be read."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click
from sqlalchemy.orm import Session, sessionmaker

from connectors.storage.read import get_rejected
from connectors.storage.rows import RejectedRow
from dashboard.cli.file_preview import preview
from dashboard.cli.sources_add import add, kinds
from dashboard.cli.sources_backfill import backfill_source
from dashboard.cli.sources_test import test_source
from dashboard.domain.board import SourceHealth
from dashboard.domain.clock import shifted_clock
from dashboard.services.sources import source_health
from dashboard.services.staffing.staffing_export import plain_cell
from dashboard.services.store import open_store
from dashboard.settings import Settings, load_settings

_CONFIG = click.option("--config", type=click.Path(path_type=Path), help="The TOML file; default: andrang.toml.")
_REJECTED = ("source", "seen_at", "location", "reason", "raw")
_ALL = 1_000_000
_HEAD = ("source", "kind", "evidence", "state", "last success", "lag", "rejected", "error")


@click.group()
def sources() -> None:
    """List, add, test and back-fill sources; what they refused; how a file would be read."""


for _command in (preview, kinds, add, test_source, backfill_source):
    sources.add_command(_command)


@sources.command("list")
@_CONFIG
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def list_sources(config: Path | None, form: str) -> None:
    """Every source: how far it is proven, its state, when it last succeeded, its lag and its rejected records."""
    settings, sessions = _open(config)
    with sessions() as session:
        seen = source_health.view(session, settings=settings, clock=shifted_clock(settings.clock_offset_s))
    if form == "json":
        click.echo(json.dumps([_source_dict(one) for one in seen.sources], ensure_ascii=False, indent=1))
    elif not seen.sources:
        click.echo("No source has been pulled yet; `andrang sync` does it.")
    else:
        _print_table([_HEAD, *(_source_cells(one) for one in seen.sources)])


@sources.command()
@_CONFIG
@click.option("--source", help="Only what this source refused.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="The latest so many.")
def rejected(config: Path | None, source: str | None, form: str, limit: int) -> None:
    """Records that were not taken: where they stood and why."""
    _, sessions = _open(config)
    with sessions() as session:
        rows = get_rejected(session, source=source, limit=limit)
    if form == "json":
        click.echo(json.dumps([_rejected_dict(row) for row in rows], ensure_ascii=False, indent=1))
        return
    _write_csv(rows, sys.stdout)


@sources.command()
@click.argument("name")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The CSV file to write.")
@_CONFIG
def rejects(name: str, out: Path, config: Path | None) -> None:
    """Everything a source refused, into a file that a spreadsheet opens."""
    settings, sessions = _open(config)
    if name not in settings.sources:
        raise click.UsageError(f"no source is called {name}; there are {', '.join(settings.sources) or 'none'}")
    with sessions() as session:
        rows = get_rejected(session, source=name, limit=_ALL)
    try:
        with out.open("w", encoding="utf-8-sig", newline="") as file:
            _write_csv(rows, file)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}; give another --out") from error
    click.echo(f"{name}: {len(rows)} rejected records in {out}")


def _open(config: Path | None) -> tuple[Settings, sessionmaker[Session]]:
    settings = load_settings(config)
    return settings, open_store(settings, migrate=True)


def _source_dict(one: SourceHealth) -> dict[str, Any]:
    return {
        "source": one.name,
        "kind": one.kind,
        "evidence": one.evidence,
        "state": one.state,
        "last_success_at": _iso(one.last_success_at),
        "lag_s": None if one.lag_s is None else round(one.lag_s, 1),
        "rejected": one.rejected,
        "failures": one.failures,
        "paused_until": _iso(one.retry_at) if one.paused else None,
        "error": one.error,
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _source_cells(one: SourceHealth) -> tuple[str, ...]:
    lag = "never" if one.lag_s is None else _duration(one.lag_s)
    success = "never" if one.last_success_at is None else f"{one.last_success_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    state = "paused" if one.paused else one.state
    return (one.name, one.kind, one.evidence, state, success, lag, str(one.rejected), one.error or "")


def _duration(seconds: float) -> str:
    whole = max(0, round(seconds))
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if whole >= 2 * size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def _write_csv(rows: Iterable[RejectedRow], file: TextIO) -> None:
    writer = csv.DictWriter(file, _REJECTED, lineterminator="\n")
    writer.writeheader()
    # What another system wrote must not become a formula in the reader's spreadsheet.
    writer.writerows({key: plain_cell(value) for key, value in _rejected_dict(row).items()} for row in rows)


def _rejected_dict(row: RejectedRow) -> dict[str, str]:
    return asdict(row) | {"seen_at": row.seen_at.astimezone(UTC).isoformat(timespec="seconds")}


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
